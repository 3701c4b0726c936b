"""Request and response bodies of /bulk."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from msgspec import Meta

from api.problems.documents import FieldProblem
from api.problems.table import field_problem
from api.schemas.common import Input, Output
from tenant_schema.records.writing.bulk import MAX_BULK, Item

__all__ = ["BulkRequest", "BulkResponse", "BulkResult"]


class BulkRequest(Input):
    """An operation and the records to which it applies."""

    op: Annotated[
        Literal["create", "update", "delete"], Meta(description="The operation, the same for every record.")
    ]
    records: Annotated[
        list[dict[str, Any]],
        Meta(
            min_length=1,
            max_length=MAX_BULK,
            description="Values by field name. For update and delete, with the record's `id`, and optionally "
            "the `version` at which it must be.",
        ),
    ]
    atomic: Annotated[bool, Meta(description="Whether to write either all records or none.")] = False


class BulkResult(Output, omit_defaults=True):
    """The result for one record."""

    id: UUID | None
    status: Annotated[int, Meta(description="The status that a request for this record alone would have.")]
    version: int | msgspec.UnsetType = msgspec.UNSET
    errors: list[FieldProblem] | msgspec.UnsetType = msgspec.UNSET
    errors_left_out: Annotated[
        int | msgspec.UnsetType, Meta(description="The number of further problems of the record.")
    ] = msgspec.UNSET

    @classmethod
    def of(cls, item: Item) -> "BulkResult":
        """The result of one item of the service."""
        if not item.problems:
            return cls(item.id, item.status, version=cast("int", item.version))  # null once it is deleted
        errors = [field_problem(one) for one in item.problems]
        return cls(item.id, item.status, errors=errors, errors_left_out=item.left_out or msgspec.UNSET)


class BulkResponse(Output):
    """The results of the records, by position, and how many succeeded and failed."""

    ok: int
    failed: int
    results: list[BulkResult]

    @classmethod
    def of(cls, items: Sequence[Item]) -> "BulkResponse":
        """The response for the results of the service."""
        failed = sum(bool(item.problems) for item in items)
        return cls(len(items) - failed, failed, [BulkResult.of(item) for item in items])
