"""Records: schemas that are the same for every object. The fields come from the tenant's definitions."""

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
    "AggregateResponse",
    "Changer",
    "CursorLinks",
    "DeleteQuery",
    "FieldChange",
    "HistoryEntry",
    "HistoryPage",
    "HistoryQuery",
    "RecordCan",
    "RecordCount",
    "RecordPage",
    "RecordResponse",
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
        description="Values by field name: the system fields, and the fields of the object.",
        examples=[RECORD_EXAMPLE],
    ),
]


class RecordCan(Output):
    """What the caller may do with a record: with one in the trash ``restore`` and ``destroy``, otherwise
    ``update`` and ``delete``.
    """

    update: bool | UnsetType = UNSET
    delete: bool | UnsetType = UNSET
    restore: bool | UnsetType = UNSET
    destroy: bool | UnsetType = UNSET


_Can = Annotated[RecordCan, Meta(description="With `include=can`: what the caller may do with the record.")]


class RecordResponse(Output):
    """One record."""

    data: _Record
    can: _Can | UnsetType = UNSET


class CursorLinks(Output):
    """The cursors of the next and the previous page; null if there is none."""

    next: str | None
    prev: str | None


class AggregateResponse(Output):
    """Groups of records, each with its key and its aggregates."""

    data: list[dict[str, Any]]
    has_more: bool

    @classmethod
    def of(cls, groups: Groups) -> "AggregateResponse":
        """The response for a result of the service."""
        return cls(groups.data, groups.has_more)


class RecordCount(Output):
    """The total number of records; if ``capped``, there are at least that many."""

    value: int
    capped: bool


class RecordPage(Output):
    """A page of records."""

    data: list[_Record]
    page: CursorLinks
    count: RecordCount | UnsetType = UNSET
    can: (
        Annotated[
            list[RecordCan],
            Meta(description="With `include=can`: what the caller may do with each record, in their order."),
        ]
        | UnsetType
    ) = UNSET

    @classmethod
    def of(cls, page: Page) -> "RecordPage":
        """The response for a result of the service."""
        count = UNSET if page.count is None else RecordCount(page.count.value, page.count.capped)
        can = UNSET if page.can is None else cast("list[RecordCan]", page.can)
        return cls(cast("list[_Record]", page.encodable), CursorLinks(page.next, page.prev), count, can)


class DeleteQuery(Input):
    """Options of a deletion."""

    permanent: Annotated[
        bool, Meta(description="Delete the record permanently, whether it is in the trash or not.")
    ] = False


class HistoryQuery(Input):
    """Parameters that select a page of a history."""

    limit: Annotated[
        int, Meta(ge=1, le=MAX_LIMIT, description="The maximum number of changes in a page.")
    ] = DEFAULT_LIMIT
    cursor: Annotated[str | None, Meta(description="`page.next` or `page.prev` of a page.")] = None


class Changer(Output):
    """The user who made a change; the name is null if the user was deleted."""

    id: UUID
    name: str | None


class FieldChange(Output):
    """A field's value before and after, in the form of a record."""

    field: str
    from_: Any = msgspec.field(name="from")
    to: Any
    from_name: (
        Annotated[
            str | None,
            Meta(description="Of a lookup: the name of that record; null if the caller has none to read."),
        ]
        | UnsetType
    ) = UNSET
    to_name: Annotated[str | None, Meta(description="As `fromName`.")] | UnsetType = UNSET


class HistoryEntry(Output):
    """A change. Omits fields that the caller may not read, and fields without history."""

    version: Annotated[int, Meta(description="The record's version after the change.")]
    action: Literal["create", "update", "delete", "restore", "destroy"]
    changes: list[FieldChange]
    at: datetime | msgspec.UnsetType = msgspec.UNSET
    by: Changer | msgspec.UnsetType | None = msgspec.UNSET
    user_name: Annotated[str | None, Meta(description="The name of that user.")] | UnsetType = UNSET


class HistoryPage(Output):
    """The changes of a record, the newest first."""

    data: list[HistoryEntry]
    page: CursorLinks

    @classmethod
    def of(cls, page: Page) -> "HistoryPage":
        """The response for entries of the service, which have the form of a :class:`HistoryEntry` already."""
        return cls(cast("list[HistoryEntry]", page.encodable), CursorLinks(page.next, page.prev))
