"""Many records at once, and what became of each."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from msgspec import Meta

from api.problems.table import FieldProblem, field_problem
from api.schemas.common import Input, Output
from tenant_schema.records.writing.bulk import MAX_BULK, Item

__all__ = ["BulkAnswer", "BulkRequest", "BulkResult"]


class BulkRequest(Input):
    """What to do with which records."""

    op: Annotated[Literal["create", "update", "delete"], Meta(description="What to do with every record.")]
    records: Annotated[
        list[dict[str, Any]],
        Meta(
            min_length=1,
            max_length=MAX_BULK,
            description="Field names to values; for update and delete with the record's `id`, and with the "
            "`version` that it must be at, if one is given.",
        ),
    ]
    atomic: Annotated[bool, Meta(description="All of them or none.")] = False


class BulkResult(Output, omit_defaults=True):
    """What became of one record."""

    id: UUID | None
    status: Annotated[int, Meta(description="What a request for this record alone would be answered.")]
    version: int | msgspec.UnsetType = msgspec.UNSET
    errors: list[FieldProblem] | msgspec.UnsetType = msgspec.UNSET
    errors_left_out: Annotated[
        int | msgspec.UnsetType, Meta(description="Further problems of the record, where there are any.")
    ] = msgspec.UNSET

    @classmethod
    def of(cls, item: Item) -> "BulkResult":
        """What became of one record."""
        if not item.problems:
            return cls(item.id, item.status, version=cast("int", item.version))  # null once it is deleted
        errors = [field_problem(one) for one in item.problems]
        return cls(item.id, item.status, errors=errors, errors_left_out=item.left_out or msgspec.UNSET)


class BulkAnswer(Output):
    """What became of the records, by position."""

    ok: int
    failed: int
    results: list[BulkResult]

    @classmethod
    def of(cls, items: Sequence[Item]) -> "BulkAnswer":
        """What the service has done."""
        failed = sum(bool(item.problems) for item in items)
        return cls(len(items) - failed, failed, [BulkResult.of(item) for item in items])
