"""Which column of a CSV file goes into which field, and what a cell becomes there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.problems import Problem
from tenant_schema.records.conditions import nearest
from tenant_schema.records.errors import ValidationFailed
from tenant_schema.records.people import USERS
from tenant_schema.records.target import Target

__all__ = ["Column", "columns_of", "parse_cell"]

_MOST_COLUMNS: Final = 1_000
_FORMULA: Final = frozenset("=+-@\t\r\n")


@dataclass(frozen=True, slots=True)
class Column:
    """The column at ``place`` goes into ``field``. A lookup is found by ``by``, a field of the records of
    ``target`` that it leads to; without it the cell is the id.
    """

    place: int
    field: FieldModel
    by: FieldModel | None = None
    target: ObjectModel | None = None


async def columns_of(
    target: Target,
    header: Sequence[str],
    mapping: Mapping[str, str | None] | None,
    key: FieldModel | None = None,
) -> list[Column]:
    """The columns that are taken in. A header is the name or label of a field, or ``lookup.field``, unless
    the mapping says which (or None: not this one); what the system sets is left out.

    :param key: the field by which records are told apart, which has to be there.

    Raises :class:`ValidationFailed` for all that cannot be understood.
    """
    problems = [_unused(name, header) for name in mapping or () if name not in header]
    if len(header) > _MOST_COLUMNS:
        problems.append(Problem("", "too-many-columns", f"There are more than {_MOST_COLUMNS} columns."))
        raise ValidationFailed(problems)
    found = list[Column]()
    for place, name in enumerate(header):
        column = await _column(target, place, name, mapping or {}, problems)
        if column is not None:
            found.append(column)
    names = [column.field.name for column in found]
    problems += [
        Problem(name, "repeated", f"Several columns go into {name}.")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if key is not None:
        problems += _problems_of_changing(target, key.name, names)
    if problems:
        raise ValidationFailed(problems)
    return found


def _problems_of_changing(target: Target, key: str, names: Sequence[str]) -> Iterator[Problem]:
    """What stands against changing records by these columns."""
    if key not in names:
        yield Problem(key, "missing-column", f"There is no column for {key}.")
    for name in names:
        if name != key and name not in target.rights.writable:
            yield Problem(name, "not-allowed", f"Your roles do not allow you to change {name}.")


def _unused(name: str, header: Sequence[str]) -> Problem:
    return Problem(name, "unknown-column", "The file has no such column.", nearest(name, header))


async def _column(
    target: Target, place: int, name: str, mapping: Mapping[str, str | None], problems: list[Problem]
) -> Column | None:
    wanted = mapping.get(name, name)
    if wanted is None or not name:
        return None
    path, _, beyond = wanted.partition(".")
    field = _field(target, path, by_label=name not in mapping)
    if field is None:
        near = nearest(wanted, tuple(target.rights.readable))
        problems.append(Problem(name, "unknown-field", f"There is no field {wanted[:64]!r}.", near))
    elif field.read_only and name not in mapping:
        return None  # an export has these, too
    elif field.read_only or field.name not in target.rights.creatable:
        problems.append(Problem(name, "not-allowed", f"{field.label} cannot be set."))
    elif beyond:
        return await _lookup(target, place, name, (field, beyond), problems)
    else:
        return Column(place, field)
    return None


def _field(target: Target, name: str, *, by_label: bool) -> FieldModel | None:
    fields = {**target.rights.readable, **target.rights.creatable}
    if name in fields or not by_label:
        return fields.get(name)
    same = [one for one in fields.values() if one.label.casefold() == name.casefold()]
    return same[0] if len(same) == 1 else None


async def _lookup(
    target: Target, place: int, name: str, path: tuple[FieldModel, str], problems: list[Problem]
) -> Column | None:
    """A column of what the records are called that a lookup leads to."""
    field, beyond = path
    model = await _reached(target, field)
    by = None if model is None else model[1].get(beyond)
    if model is None or by is None:
        near = None if model is None else nearest(beyond, tuple(model[1]))
        message = f"{field.label} leads to no records with a field {beyond[:64]!r}."
        problems.append(Problem(name, "unknown-field", message, near and f"{field.name}.{near}"))
        return None
    return Column(place, field, by, model[0])


async def _reached(target: Target, field: FieldModel) -> tuple[ObjectModel, Mapping[str, FieldModel]] | None:
    """The object that a lookup leads to and what the caller may read of it; None for none of that."""
    if field.type.name != "lookup":
        return None
    name = field.settings["target"]
    if name == USERS.name:
        return USERS, USERS.fields
    if name not in target.around.objects or not target.access.allows(name, "read"):
        return None
    sight = await target.around.load(name)
    return sight.model, sight.rights.readable


def parse_cell(field: FieldModel, text: str) -> object:
    """A cell that is not empty, in stored form. Raises :class:`InvalidValue`."""
    if field.type.name == "multi_select":
        return field.type.parse(_several(text), field)
    if field.type.name == "boolean":
        return field.type.parse_text(text.strip().lower(), field)
    if field.type.name in {"integer", "decimal", "currency", "percent", "lookup", "date", "datetime", "time"}:
        text = text.strip()
    return field.type.parse_text(_meant(text), field)


def _meant(text: str) -> str:
    """The text without the apostrophe that an export puts before what a spreadsheet would take for a
    formula.
    """
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in _FORMULA else text


def _several(text: str) -> object:
    """Options, as JSON or with semicolons between them."""
    if text.lstrip().startswith("["):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise InvalidValue("not-json", "must be a list in JSON, or options with ; between") from error
    return [one.strip() for one in text.split(";") if one.strip()]
