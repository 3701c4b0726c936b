"""Which column of a CSV file goes into which field."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.problems import Problem
from tenant_schema.records.conditions import nearest
from tenant_schema.records.errors import ValidationFailed
from tenant_schema.records.people import USERS
from tenant_schema.records.target import Target

__all__ = ["Column", "Columns", "columns_of"]

_MOST_COLUMNS: Final = 1_000
_NO_KEYS: Final = frozenset({"json", "multi_select", "long_text"})
"""Types by which no record is found."""


@dataclass(frozen=True, slots=True)
class Column:
    """The column at ``place``, under ``name``, goes into ``field``. A lookup is found by ``by``, a field of
    the records of ``target`` that it leads to; without it the cell is the id.
    """

    place: int
    name: str
    field: FieldModel
    by: FieldModel | None = None
    target: ObjectModel | None = None


@dataclass(slots=True)
class Columns:
    """What becomes of the columns of a file.

    :ivar taken: those that go into fields.
    :ivar left_out: the others by their places, with the reason.
    :ivar unnamed: the places of those that have no head and are not mapped: nothing may stand in them.
    """

    taken: list[Column] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    unnamed: list[int] = field(default_factory=list)


async def columns_of(
    target: Target,
    header: Sequence[str],
    mapping: Mapping[str, str | None] | None,
    key: FieldModel | None = None,
    *,
    has_head: bool = True,
) -> Columns:
    """What becomes of the columns. A head is the name or label of a field, or ``lookup.field``, unless the
    mapping says which (or None: not this one), by the head or by the number of the column from 1; what the
    system sets is left out.

    :param key: the field by which records are told apart, which has to be there.

    Raises :class:`ValidationFailed` for all that cannot be understood.
    """
    if len(header) > _MOST_COLUMNS:
        message = f"There are more than {_MOST_COLUMNS} columns."
        raise ValidationFailed([Problem("", "too-many-columns", message)])
    problems, columns = list[Problem](), Columns()
    wanted = _mapped(header, mapping or {}, problems)
    for place, name in enumerate(header):
        if place not in wanted and not has_head:
            message = f'Column {name} has no head: map it to a field, or to null, such as {{"{name}": null}}.'
            problems.append(Problem(name, "missing-mapping", message))
        elif place not in wanted and not name:
            columns.unnamed.append(place)
        elif (to := wanted.get(place, name)) is None:
            columns.left_out[place] = "the mapping leaves it out"
        else:
            where = (place, name or str(place + 1), to)
            await _take(target, columns, where, problems, key=key, mapped=place in wanted)
    _check_together(target, columns, key, problems)
    if problems:
        raise ValidationFailed(problems)
    return columns


def _mapped(
    header: Sequence[str], mapping: Mapping[str, str | None], problems: list[Problem]
) -> Mapping[int, str | None]:
    """What the mapping says, by the place of the column. Its keys are trimmed as heads are."""
    found = dict[int, str | None]()
    for given, to in mapping.items():
        name = given.strip()
        places = [place for place, head in enumerate(header) if head and head == name]
        if not places and name.isascii() and name.isdigit() and 0 < int(name[:6]) <= len(header):
            places = [int(name[:6]) - 1]
        if not places:
            near = nearest(name, [head for head in header if head])
            problems.append(Problem(name, "unknown-column", "The file has no such column.", near))
        elif any(place in found for place in places):
            problems.append(Problem(name, "repeated", "The mapping names this column twice."))
        else:
            found |= dict.fromkeys(places, to if to is None else to.strip())
    return found


def _check_together(
    target: Target, columns: Columns, key: FieldModel | None, problems: list[Problem]
) -> None:
    """What is wrong with the columns that are taken in together."""
    names = [column.field.name for column in columns.taken]
    for name in sorted({name for name in names if names.count(name) > 1}):
        heads = " and ".join(repr(column.name) for column in columns.taken if column.field.name == name)
        problems.append(Problem(name, "repeated", f"Several columns go into {name}: {heads[:200]}."))
    if key is not None:
        problems += _problems_of_changing(target, key.name, names)


def _problems_of_changing(target: Target, key: str, names: Sequence[str]) -> Iterator[Problem]:
    """What stands against changing records by these columns."""
    if key not in names:
        yield Problem(key, "missing-column", f"There is no column for {key}.")
    for name in names:
        if name != key and name not in target.rights.writable:
            yield Problem(name, "not-allowed", f"Your roles do not allow you to change {name}.")


async def _take(
    target: Target,
    columns: Columns,
    where: tuple[int, str, str],
    problems: list[Problem],
    *,
    key: FieldModel | None,
    mapped: bool,
) -> None:
    """Put the column where it belongs, or note why not. ``where`` is its place, its head, and the field."""
    place, name, to = where
    found = _field(target, to, by_label=not mapped)
    if found is None:
        column = await _lookup(target, place, name, to, problems)
        if column is not None and column.field.read_only and not mapped:
            columns.left_out[place] = "set by the system"
        elif column is not None and (
            column.field.read_only or column.field.name not in target.rights.creatable
        ):
            problems.append(Problem(name, "not-allowed", f"{column.field.label} cannot be set."))
        elif column is not None:
            columns.taken.append(column)
    elif key is not None and found.name == key.name:
        columns.taken.append(Column(place, name, found))
    elif found.name == "id" and key is None:
        message = (
            "The file has the ids of records: set upsertBy=id to change these, or map the column to null to "
            "create new ones."
        )
        problems.append(Problem(name, "id-without-upsert", message))
    elif found.read_only and not mapped:
        columns.left_out[place] = "set by the system"  # an export has these, too
    elif found.read_only or found.name not in target.rights.creatable:
        problems.append(Problem(name, "not-allowed", f"{found.label} cannot be set."))
    else:
        columns.taken.append(Column(place, name, found))


def _field(target: Target, name: str, *, by_label: bool) -> FieldModel | None:
    fields = {**target.rights.readable, **target.rights.creatable}
    return _named(fields, name, by_label=by_label)


def _named(fields: Mapping[str, FieldModel], name: str, *, by_label: bool) -> FieldModel | None:
    """The field of that name, or the only one of that label."""
    if name in fields or not by_label:
        return fields.get(name)
    same = [one for one in fields.values() if _folded(one.label) == _folded(name)]
    return same[0] if len(same) == 1 else None


def _folded(label: str) -> str:
    return " ".join(unicodedata.normalize("NFC", label).casefold().split())


async def _lookup(target: Target, place: int, name: str, path: str, problems: list[Problem]) -> Column | None:
    """A column of what the records are called that a lookup leads to. Names and labels may have dots."""
    unknown: Problem | None = None
    for dot in [at for at, character in enumerate(path) if character == "."][:10]:
        lookup = _field(target, path[:dot].strip(), by_label=True)
        if lookup is None:
            continue
        model, beyond = await _reached(target, lookup), path[dot + 1 :].strip()
        by = None if model is None else _named(model[1], beyond, by_label=True)
        near = None if model is None else nearest(beyond, tuple(model[1]))
        if model is not None and by is not None and by.type.name in _NO_KEYS:
            message = f"Records are not found by a field of type {by.type.name}."
            unknown = unknown or Problem(name, "not-comparable", message)
        elif model is not None and by is not None:
            return Column(place, name, lookup, by, model[0])
        message = f"{lookup.label} leads to no records with a field {beyond[:64]!r}."
        unknown = unknown or Problem(name, "unknown-field", message, near and f"{lookup.name}.{near}")
    if unknown is None:
        near = nearest(path, tuple(target.rights.readable))
        unknown = Problem(name, "unknown-field", f"There is no field {path[:64]!r}.", near)
    problems.append(unknown)
    return None


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
