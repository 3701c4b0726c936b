"""What the fields of one object may come to together: how many, and whether they fit into a row."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from piccolo.columns import Column

from tenant_schema.objects.drafts import FieldDraft
from tenant_schema.objects.fields.protocol import FieldType
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.fields.settings import Settings
from tenant_schema.objects.model import FieldModel
from tenant_schema.objects.row_budget import RowLimits, choose_storage, declared
from tenant_schema.problems import Problem

__all__ = [
    "MOST_FIELDS",
    "MOST_INDEXES",
    "MOST_SEARCHABLE",
    "count_problems",
    "draft_model",
    "row_problems",
    "with_storage",
]

MOST_FIELDS: Final = 400
"""Far below what databases take (1,017 and 2,000 columns): people have to find their way among them."""
MOST_INDEXES: Final = 50
"""MySQL takes 64 of a table, and every record has some of its own."""
MOST_SEARCHABLE: Final = 16
"""The columns of one full-text index of MySQL."""


def draft_model(draft: FieldDraft, field_type: FieldType, settings: Settings) -> FieldModel:
    """A field as its type sees it, under a physical name for the time being."""
    return FieldModel(
        name=draft.name,
        column_name=draft.name,
        label=draft.label,
        type=field_type,
        unique=draft.unique or field_type.generated,
        indexed=draft.indexed,
        storage=draft.storage or "",
        settings=settings,
    )


def count_problems(fields: Sequence[FieldDraft]) -> list[Problem]:
    """More fields, indexes or searched fields than an object may have."""
    counted = (
        ("too-many-fields", "fields", len(fields), MOST_FIELDS),
        ("too-many-indexes", "fields with an index", sum(map(_needs_index, fields)), MOST_INDEXES),
        ("too-many-searchable", "searchable fields", sum(one.searchable for one in fields), MOST_SEARCHABLE),
    )
    return [
        Problem("fields", code, f"{count} {what} are too many: an object has at most {most}")
        for code, what, count, most in counted
        if count > most
    ]


def row_problems(fields: Sequence[FieldDraft], limits: RowLimits) -> list[Problem]:
    """Whether the database can make a table of these fields; wrong fields are left out of account."""
    use = limits.use(_columns(with_storage(fields)))
    if use.fits:
        return []
    message = (
        f"the fields need {use.in_page:,} of {use.most_in_page:,} bytes in a row of {limits.name}, and "
        f"declare {use.declared:,} of {use.most_declared:,}: fewer of them, or fewer with an index, would fit"
    )
    return [Problem("fields", "row-too-large", message)]


def with_storage(fields: Sequence[FieldDraft]) -> tuple[FieldDraft, ...]:
    """The fields, each with how its text is kept: what is decided already stays if it can."""
    decided = list(fields)
    sizes = [0 if one.storage is None else _declared(one) for one in fields]
    for at, one in enumerate(fields):
        decided[at] = replace(one, storage=_storage(one, sum(sizes) - sizes[at]))
        sizes[at] = _declared(decided[at])
    return tuple(decided)


def _storage(field: FieldDraft, spent: int) -> str:
    model = _model(field)
    length = None if model is None else model.type.kept_length(model)
    if model is None or length is None:
        return ""
    needs_index = model.unique or model.indexed
    return choose_storage(length, needs_index=needs_index, spent=spent, now=field.storage).value


def _declared(field: FieldDraft) -> int:
    return sum(map(declared, _columns([field])))


def _needs_index(field: FieldDraft) -> bool:
    return field.unique or field.indexed or field.type in {"lookup", "auto_number"}


def _columns(fields: Iterable[FieldDraft]) -> list[Column]:
    return [model.type.column(model) for one in fields if (model := _model(one)) is not None]


def _model(field: FieldDraft) -> FieldModel | None:
    """The field as its type sees it, when there is nothing wrong with its settings."""
    field_type = FIELD_TYPES.get(field.type)
    if field_type is None:
        return None
    settings, problems = field_type.parse_settings(field.settings)
    return None if problems else draft_model(field, field_type, settings)
