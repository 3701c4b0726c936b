"""Limits for the fields of one object together: their number, their indexes, and the size of a row."""

from collections.abc import Iterable, Sequence
from typing import Final

from piccolo.columns import Column

from piccolo_engines.columns import SortKey
from tenant_schema.objects.definitions.drafts import FieldDraft, ParsedSettings
from tenant_schema.objects.definitions.row_budget import (
    SQLITE,
    RowLimits,
    RowUse,
    Storage,
    choose_storage,
    declared,
)
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem

__all__ = [
    "MOST_FIELDS",
    "MOST_INDEXES",
    "MOST_KEYS",
    "MOST_SEARCHABLE",
    "count_problems",
    "draft_model",
    "packed_problems",
    "row_problems",
    "sort_keys_wanted",
    "with_storage",
]

MOST_FIELDS: Final = 400
"""Far below what databases take (1,017 and 2,000 columns): people have to find their way among them."""
MOST_INDEXES: Final = 50
"""MySQL takes 64 of a table, and every record has some of its own."""
MOST_KEYS: Final = 58
"""Indexes of an object's fields in the database, where a unique text has two: its own, and that of its sort
keys.
"""
MOST_SEARCHABLE: Final = 16
"""The columns of one full-text index of MySQL."""


def draft_model(draft: FieldDraft, parsed: ParsedSettings) -> FieldModel:
    """Return the model of a draft. Its column has the name of the field."""
    return FieldModel(
        name=draft.name,
        column_name=draft.name,
        label=draft.label,
        type=parsed.type,
        unique=draft.unique or parsed.type.generated,
        indexed=draft.indexed,
        sort_key=bool(draft.sort_key),
        storage=draft.storage or "",
        settings=parsed.settings,
    )


def count_problems(fields: Sequence[FieldDraft], indexes: int = 0) -> list[Problem]:
    """Return a problem if there are more fields, indexes or searched fields than an object may have.

    :param indexes: the number of indexes of the object itself.
    """
    counted = (
        ("too-many-fields", "fields", len(fields), MOST_FIELDS),
        ("too-many-indexes", "indexes", indexes + sum(map(_needs_index, fields)), MOST_INDEXES),
        (
            "too-many-indexes",
            "indexes, two for each unique text,",
            indexes + sum(map(_keys, fields)),
            MOST_KEYS,
        ),
        ("too-many-searchable", "searchable fields", sum(one.searchable for one in fields), MOST_SEARCHABLE),
    )
    return [
        Problem("fields", code, f"{count} {what} are too many: an object has at most {most}")
        for code, what, count, most in counted
        if count > most
    ]


def row_problems(fields: Sequence[FieldDraft], limits: RowLimits) -> list[Problem]:
    """Return a problem if the fields do not fit into a row of the database. Invalid fields are ignored."""
    use = _use(with_storage(fields, limits), limits)
    if use.fits:
        return []
    message = (
        f"the fields need {use.in_page:,} of {use.most_in_page:,} bytes in a row of {limits.name}, and "
        f"declare {use.declared:,} of {use.most_declared:,}: fewer of them, or fewer with an index, would fit"
    )
    return [Problem("fields", "row-too-large", message)]


def packed_problems(field: FieldDraft) -> list[Problem]:
    """Return a problem for each change that a packed field does not allow: its column cannot be replaced."""
    if field.storage != Storage.PACKED:
        return []
    model = _model(field)
    asked = {
        "unique": field.unique,
        "indexed": field.indexed,
        "searchable": field.searchable,
        "type": model is not None and model.type.kept_length(model) is None,
    }
    message = "this object has so many texts that this one is kept apart; make a new field for that"
    return [Problem(name, "kept-apart", message) for name, is_asked in asked.items() if is_asked]


def with_storage(fields: Sequence[FieldDraft], limits: RowLimits = SQLITE) -> tuple[FieldDraft, ...]:
    """Return the fields with the storage of their texts decided. Earlier decisions are kept if possible."""
    decided = [one.decided(storage=one.storage, sort_key=_keeps_key(one)) for one in fields]
    sizes = [0 if one.storage is None else _declared(one) for one in fields]
    for at, one in enumerate(fields):
        storage = _storage(one, sum(sizes) - sizes[at])
        decided[at] = one.decided(storage=storage, sort_key=decided[at].sort_key)
        sizes[at] = _declared(decided[at])
    if limits.packs is not None:
        _pack(decided, [at for at, one in enumerate(fields) if one.storage is None], limits)
    return tuple(decided)


def _pack(decided: list[FieldDraft], new: Sequence[int], limits: RowLimits) -> None:
    """Pack as many of the new texts as necessary, the last ones first."""
    assert limits.packs is not None
    assert limits.moved is not None
    excess = _use(decided, limits).in_page - limits.packs
    for at in reversed(new):
        if excess <= 0:
            return
        if _can_be_packed(decided[at]):
            decided[at] = decided[at].decided(storage=Storage.PACKED.value, sort_key=decided[at].sort_key)
            excess -= limits.moved


def _can_be_packed(field: FieldDraft) -> bool:
    model = _model(field)
    if model is None or model.type.kept_length(model) is None:
        return False
    in_index = model.unique or model.indexed or field.in_index or field.in_unique
    return not (in_index or field.searchable or field.default is not None)


def _use(fields: Sequence[FieldDraft], limits: RowLimits) -> RowUse:
    inside = [one for one in fields if one.storage != Storage.PACKED]
    return limits.use(_columns(inside), packed=len(fields) - len(inside))


def _storage(field: FieldDraft, spent: int) -> str:
    model = _model(field)
    length = None if model is None else model.type.kept_length(model)
    if model is None or length is None:
        return ""
    needs_index = model.unique or model.indexed or field.in_index or field.in_unique
    return choose_storage(length, needs_index=needs_index, spent=spent, now=field.storage).value


def _declared(field: FieldDraft) -> int:
    return sum(map(declared, _columns([field])))


def _needs_index(field: FieldDraft) -> bool:
    return field.unique or field.indexed or field.type in {"lookup", "auto_number"}


def _keys(field: FieldDraft) -> int:
    """The number of indexes that the field has in the database."""
    model = _model(field)
    is_unique = model is not None and model.unique
    return int(_needs_index(field)) + int(is_unique and _keeps_key(field))


def _columns(fields: Iterable[FieldDraft]) -> list[Column]:
    models = [model for one in fields if (model := _model(one)) is not None]
    keys = [SortKey(model.column_name, default=None, null=True) for model in models if model.sort_key]
    return [*(model.type.column(model) for model in models), *keys]


def sort_keys_wanted(fields: Sequence[FieldDraft]) -> list[bool]:
    """For each field, whether it should have sort keys: whether it is a text in an index."""
    return [_wants_key(one) for one in fields]


def _keeps_key(field: FieldDraft) -> bool:
    """Whether the field has sort keys: it is a text in an index, and was not decided to have none."""
    return field.sort_key is not False and _wants_key(field)


def _wants_key(field: FieldDraft) -> bool:
    model = _model(field)
    return model is not None and model.type.collated and (model.unique or model.indexed or field.in_index)


def _model(field: FieldDraft) -> FieldModel | None:
    """The model of the draft; None if its type or settings are invalid."""
    parsed = field.parsed
    return None if parsed is None or parsed.problems else draft_model(field, parsed)
