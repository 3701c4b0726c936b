"""Records: what is the same for every object. The fields themselves come from the tenant's definitions."""

from typing import Annotated, Any, Final

from msgspec import Meta

from api.schemas.common import Input, Output

__all__ = ["RECORD_EXAMPLE", "CursorLinks", "DeleteQuery", "RecordAnswer", "RecordPage"]

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


class RecordPage(Output):
    """Some records of a list, and how to go on."""

    data: list[_Record]
    page: CursorLinks


class DeleteQuery(Input):
    """How thoroughly to delete."""

    permanent: Annotated[
        bool, Meta(description="Destroy it, in the trash or not, instead of putting it there.")
    ] = False
