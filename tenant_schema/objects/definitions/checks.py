"""Checks the drafts of objects and fields, and converts them to rows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from piccolo_engines.columns import new_id
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.index_checks import index_problems, marked
from tenant_schema.objects.definitions.limits import (
    count_problems,
    draft_model,
    packed_problems,
    row_problems,
    with_storage,
)
from tenant_schema.objects.definitions.names import check_field_name, check_object_name, physical_name
from tenant_schema.objects.definitions.row_budget import SQLITE, RowLimits
from tenant_schema.objects.errors import InvalidName, InvalidValue
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.fields.select import SelectType, archived_values
from tenant_schema.objects.fields.unicode import clean_text
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.objects.model.rows import FieldRow, ObjectRow
from tenant_schema.problems import InvalidInput, Problem, suggestion

__all__ = ["check_field", "check_object", "field_row", "object_rows"]

_USERS = "users"


def check_object(
    draft: ObjectDraft,
    known_objects: Collection[str],
    limits: RowLimits = SQLITE,
    *,
    positions: Collection[int] | None = None,
) -> list[Problem]:
    """Return every problem of an object and its fields.

    Problems of one field are named by its position, ``fields.2.settings.maxLength``; those of all fields
    together (too many, too large for a row) by ``fields``; those of an index by its position, ``indexes.0``.

    :param known_objects: what lookups may refer to, beside the object itself and users.
    :param limits: of the database's rows.
    :param positions: of the fields that are checked one by one; all of them when None.
    """
    targets = {*known_objects, draft.name, _USERS}
    problems = [*_name_problems(draft.name, check_object_name), *_text_problems(draft)]
    problems += _length_problem("pluralLabel", draft.plural_label, 1, 100)
    for position, one in enumerate(draft.fields):
        if positions is not None and position not in positions:
            continue
        problems += [_within(f"fields.{position}", problem) for problem in check_field(one, targets)]
    fields = marked(draft.fields, draft.indexes)
    problems += _doubles(fields) + count_problems(fields, len(draft.indexes)) + index_problems(draft)
    return problems + row_problems(fields, limits)


def check_field(draft: FieldDraft, targets: Collection[str]) -> list[Problem]:
    """Return every problem of one field. ``targets`` are the objects that a lookup may refer to."""
    problems = [*_name_problems(draft.name, check_field_name), *_text_problems(draft)]
    parsed = draft.parsed
    if parsed is None:
        message = f"there is no type {draft.type!r}"
        return [*problems, Problem("type", "unknown-type", message, suggestion(draft.type, FIELD_TYPES))]
    problems += [_within("settings", problem) for problem in parsed.problems]
    if parsed.problems:
        return problems
    model = draft_model(draft, parsed)
    problems += packed_problems(draft)
    problems += _target_problems(parsed.settings.get("target"), targets)
    return problems + _default_problems(draft, model) + _index_problems(draft, model)


def object_rows(
    draft: ObjectDraft, *, standard: bool = False, limits: RowLimits = SQLITE
) -> tuple[ObjectRow, list[FieldRow]]:
    """Return the rows of a checked draft, with new ids.

    A standard object's table and columns have the names of the object and its fields, since a migration
    created them; others get names of their own (:func:`physical_name`).

    Raises :class:`InvalidInput` when the settings of a field are wrong.
    """
    object_id = new_id()
    row = ObjectRow(
        id=object_id,
        name=draft.name,
        label=draft.label,
        plural_label=draft.plural_label,
        description=draft.description,
        table_name=draft.name if standard else physical_name(draft.name, object_id),
        standard=standard,
        name_field=draft.name_field,
        object_indexes=draft.indexes,
        translations=draft.translations,
    )
    fields = draft.fields if standard else with_storage(marked(draft.fields, draft.indexes), limits)
    rows = [field_row(one, object_id, at, standard=standard) for at, one in enumerate(fields)]
    return row, rows


def field_row(draft: FieldDraft, object_id: UUID, position: int, *, standard: bool = False) -> FieldRow:
    """Return the row of one checked field, whose type exists.

    Its storage is decided together with that of the other fields (:func:`with_storage`); undecided, it is
    the type's default.

    Raises :class:`InvalidInput` when the settings are wrong.
    """
    assert draft.parsed is not None
    field_type, settings, problems = draft.parsed
    if problems:
        raise InvalidInput(problems)
    field_id = new_id()
    return FieldRow(
        id=field_id,
        object=object_id,
        name=draft.name,
        column_name=draft.name if standard else physical_name(draft.name, field_id),
        label=draft.label,
        description=draft.description,
        type=draft.type,
        required=draft.required,
        unique=draft.unique or field_type.generated,
        indexed=draft.indexed,
        default_value=None if field_type.is_missing(draft.default) else draft.default,
        settings=dict(settings),
        position=position,
        standard=standard,
        searchable=draft.searchable,
        history=draft.history,
        storage=draft.storage or "",
        sort_key=bool(draft.sort_key),
        translations=draft.translations,
    )


def _within(place: str, problem: Problem) -> Problem:
    return replace(problem, field=f"{place}.{problem.field}")


def _name_problems(name: str, check: Callable[[str], str]) -> list[Problem]:
    try:
        check(name)
    except InvalidName as error:
        return [Problem("name", error.code, error.message)]
    return []


def _text_problems(draft: FieldDraft | ObjectDraft) -> list[Problem]:
    return _length_problem("label", draft.label, 1, 100) + _length_problem(
        "description", draft.description, 0, 500
    )


def _length_problem(name: str, text: str, least: int, most: int) -> list[Problem]:
    try:
        length = len(clean_text(text, most))
    except InvalidValue as error:
        return [Problem(name, error.code, error.message)]
    if least <= length <= most:
        return []
    return [Problem(name, "wrong-length", f"must have {least} to {most} characters")]


def _target_problems(target: str | None, targets: Collection[str]) -> list[Problem]:
    if target is None or target in targets:
        return []
    message = f"there is no object {target!r}"
    return [Problem("settings.target", "unknown-object", message, suggestion(target, targets))]


def _default_problems(draft: FieldDraft, model: FieldModel) -> list[Problem]:
    if draft.default is None or model.type.is_missing(draft.default):
        return []
    if model.type.generated:
        return [Problem("default", "default-not-allowed", "the system gives each record a value of its own")]
    if draft.unique:
        return [Problem("default", "default-not-unique", "a unique field cannot have a default")]
    try:
        stored: Any = model.type.parse(draft.default, model)
    except InvalidValue as error:
        return [Problem("default", error.code, error.message, error.did_you_mean)]
    if isinstance(model.type, SelectType) and not archived_values(model).isdisjoint(
        model.type.chosen(stored)
    ):
        return [Problem("default", "option-archived", "is archived, and so no default")]
    return []


def _index_problems(draft: FieldDraft, model: FieldModel) -> list[Problem]:
    if model.type.indexable(model):
        return []
    asked = [name for name, wanted in (("unique", draft.unique), ("indexed", draft.indexed)) if wanted]
    return [
        Problem(name, "not-indexable", f"a {draft.type} of this length cannot be {name}") for name in asked
    ]


def _doubles(fields: Sequence[FieldDraft]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for position, one in enumerate(fields):
        if first.setdefault(one.name, position) != position:
            problems.append(
                Problem(f"fields.{position}.name", "duplicate-name", f"{one.name!r} is there twice")
            )
    return problems
