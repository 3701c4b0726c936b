"""Checks the indexes of an object, and marks the fields that are in one."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.limits import draft_model, with_storage
from tenant_schema.objects.definitions.row_budget import Storage, declared
from tenant_schema.objects.model.model import SYSTEM_FIELDS, FieldModel
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.objects.model.runtime_table import system_columns
from tenant_schema.problems import Problem, suggestion

__all__ = ["MOST_INDEX_FIELDS", "index_problems", "marked"]

MOST_INDEX_FIELDS: Final = 8
"""Fields of one index; MySQL takes 16 columns, of which the id and ``deleted_at`` are two."""
_MOST_BYTES: Final = 3_072
"""The length of an entry of InnoDB's indexes, see
https://dev.mysql.com/doc/refman/8.4/en/innodb-limits.html"""
_SORT_KEY: Final = 514
_TAIL: Final = 16 + 9
"""The id and ``deleted_at``, with which every index ends that is not unique."""

_UNINDEXED: Final = (("created_by",), ("updated_by",))
"""Foreign keys without an index of their own: InnoDB would use one that begins with them, see
:data:`tenant_schema.objects.changes.decide.key_names.REFERENCE_TAIL`.
"""

_SYSTEM: Final = {one.name: one for one in SYSTEM_FIELDS if one.name != "id"}
_SYSTEM_COLUMNS: Final = system_columns()


def marked(fields: Sequence[FieldDraft], indexes: Sequence[ObjectIndex]) -> tuple[FieldDraft, ...]:
    """Return the fields, each with whether an index of the object is over it."""
    plain = {name for one in indexes if not one.unique for name in one.names}
    unique = {name for one in indexes if one.unique for name in one.names}
    return tuple([one.marked(in_index=one.name in plain, in_unique=one.name in unique) for one in fields])


def index_problems(draft: ObjectDraft) -> list[Problem]:
    """Return every problem of an object's indexes, named by their positions: ``indexes.0``."""
    packed = {one.name for one in draft.fields if one.storage == Storage.PACKED}
    fields = {one.name: one for one in with_storage(marked(draft.fields, draft.indexes))}
    found: list[Problem] = []
    for at, index in enumerate(draft.indexes):
        problems = [*_shape_problems(index), *_field_problems(index, fields, packed)]
        if not problems:
            problems = [*_doubles(index, draft.indexes[:at], fields), *_length_problems(index, fields)]
        found += [Problem(f"indexes.{at}", one.code, one.message, one.did_you_mean) for one in problems]
    return found


def _shape_problems(index: ObjectIndex) -> Iterator[Problem]:
    names = index.names
    if not 1 <= len(names) <= MOST_INDEX_FIELDS:
        yield Problem("", "wrong-length", f"must have 1 to {MOST_INDEX_FIELDS} fields")
    if len(set(names)) < len(names):
        yield Problem("", "duplicate-field", "must have each field once")
    if names[:1] in _UNINDEXED:
        yield Problem("", "not-indexable", f"{names[0]} cannot be the first field of an index")
    if index.unique and len(names) == 1:
        yield Problem("", "one-field", f"{names[0]} alone: make the field unique instead")


def _field_problems(
    index: ObjectIndex, fields: dict[str, FieldDraft], packed: Collection[str]
) -> Iterator[Problem]:
    known = [*fields, *_SYSTEM]
    for name in index.names:
        if name not in known:
            message = "every index ends with the id" if name == "id" else f"there is no field {name!r}"
            yield Problem("", "unknown-field", message, suggestion(name, known))
            continue
        model = _model(name, fields)
        if model is None:
            continue  # reported with the field
        if name in packed:
            yield Problem("", "kept-apart", f"{name} is stored in a way that cannot be indexed")
        elif not model.type.indexable(model) or not model.type.sortable:
            yield Problem("", "not-indexable", f"a {model.type.name} of this length cannot be in an index")
        elif index.unique and model.type.comparisons:
            yield Problem("", "not-unique", f"values of {name} are equal in more than one form")


def _doubles(
    index: ObjectIndex, others: Sequence[ObjectIndex], fields: dict[str, FieldDraft]
) -> Iterator[Problem]:
    if any(one.unique and index.unique and one.is_over(index.names) for one in others) or index in others:
        yield Problem("", "duplicate-index", "is there twice")
    if len(index.fields) == 1 and _has_own_index(index.names[0], fields):
        yield Problem("", "duplicate-index", f"{index.names[0]} has an index of its own")


def _has_own_index(name: str, fields: dict[str, FieldDraft]) -> bool:
    field = fields.get(name)
    if field is None:
        return _SYSTEM[name].indexed
    return field.indexed or field.unique or field.type in {"lookup", "auto_number"}


def _length_problems(index: ObjectIndex, fields: dict[str, FieldDraft]) -> Iterator[Problem]:
    size = sum(_bytes(name, fields, unique=index.unique) for name in index.names)
    size += 0 if index.unique else _TAIL
    if size > _MOST_BYTES:
        yield Problem(
            "",
            "index-too-long",
            f"an entry would take {size:,} bytes of {_MOST_BYTES:,}: leave out or shorten a text",
        )


def _bytes(name: str, fields: dict[str, FieldDraft], *, unique: bool) -> int:
    """The bytes of the column in the index: a text is in an index by its sort key, unless that is unique."""
    model = _model(name, fields)
    if model is None:
        return 0
    if name not in fields:
        return declared(_SYSTEM_COLUMNS[name]) + 1
    if model.type.collated and not unique:
        return _SORT_KEY + 1
    return declared(model.type.column(model)) + 1


def _model(name: str, fields: dict[str, FieldDraft]) -> FieldModel | None:
    field = fields.get(name)
    if field is None:
        return _SYSTEM[name]
    parsed = field.parsed
    return None if parsed is None or parsed.problems else draft_model(field, parsed)
