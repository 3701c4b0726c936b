"""Records: what is the same for every object. The fields themselves come from the tenant's definitions."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from tenant_schema.records.query.model import DEFAULT_LIMIT, MAX_LIMIT
from tenant_schema.records.reading.aggregate import Groups
from tenant_schema.records.reading.pages import Page

__all__ = [
    "RECORD_EXAMPLE",
    "AggregateAnswer",
    "Changer",
    "CursorLinks",
    "DeleteQuery",
    "FieldChange",
    "HistoryEntry",
    "HistoryPage",
    "HistoryQuery",
    "RecordAnswer",
    "RecordCount",
    "RecordPage",
]

RECORD_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11",
    "version": 1,
    "created_at": "2026-02-28T12:30:00.250000Z",
    "updated_at": "2026-02-28T12:30:00.250000Z",
    "created_by": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e00",
    "updated_by": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e00",
    "owner": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e00",
    "name": "Globex",
    "industry": "technology",
    "annual_revenue": "2500000.00",
}

_Record = Annotated[
    dict[str, Any],
    Meta(
        description="Field names to values: the system fields, and those that the object defines.",
        examples=[RECORD_EXAMPLE],
    ),
]


class RecordAnswer(Output):
    """One record."""

    data: _Record


class CursorLinks(Output):
    """The cursors of the pages around this one; null where there is nothing."""

    next: str | None
    prev: str | None


class AggregateAnswer(Output):
    """Groups of records, each with what they have in common and what was worked out for them."""

    data: list[dict[str, Any]]
    has_more: bool

    @classmethod
    def of(cls, groups: Groups) -> "AggregateAnswer":
        """What the service has found."""
        return cls(groups.data, groups.has_more)


class RecordCount(Output):
    """How many records there are in all; when ``capped``, that many at least."""

    value: int
    capped: bool


class RecordPage(Output):
    """Some records of a list, and how to go on."""

    data: list[_Record]
    page: CursorLinks
    count: RecordCount | UnsetType = UNSET

    @classmethod
    def of(cls, page: Page) -> "RecordPage":
        """What the service has found."""
        count = UNSET if page.count is None else RecordCount(page.count.value, page.count.capped)
        return cls(page.data, CursorLinks(page.next, page.prev), count)


class DeleteQuery(Input):
    """How thoroughly to delete."""

    permanent: Annotated[
        bool, Meta(description="Destroy it, in the trash or not, instead of putting it there.")
    ] = False


class HistoryQuery(Input):
    """Which part of a history."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT, description="How many changes a page has at most.")] = (
        DEFAULT_LIMIT
    )
    cursor: Annotated[
        str | None, Meta(description="Where to go on: `page.next` or `page.prev` of a page.")
    ] = None


class Changer(Output):
    """Who made a change; the name is null when that user is there no more."""

    id: UUID
    name: str | None


class FieldChange(Output):
    """What a field held before and after, as a record shows it."""

    field: str
    from_: Any = msgspec.field(name="from")
    to: Any


class HistoryEntry(Output):
    """One change. Fields that the caller may not read, or that keep no history, are absent."""

    version: Annotated[int, Meta(description="The version that the change made of the record.")]
    action: Literal["create", "update", "delete", "restore", "destroy"]
    changes: list[FieldChange]
    at: datetime | msgspec.UnsetType = msgspec.UNSET
    by: Changer | msgspec.UnsetType | None = msgspec.UNSET


class HistoryPage(Output):
    """What became of a record, newest first."""

    data: list[HistoryEntry]
    page: CursorLinks

    @classmethod
    def of(cls, page: Page) -> "HistoryPage":
        """What the service has found: entries that have the form of a :class:`HistoryEntry` already."""
        return cls(cast("list[HistoryEntry]", page.data), CursorLinks(page.next, page.prev))
