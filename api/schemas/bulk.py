"""Request and response bodies of /bulk: records by name, or all that match a filter."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.problems.documents import FieldProblem
from api.problems.table import field_problem
from api.schemas.common import Input, Output
from tenant_schema.problems import Problem
from tenant_schema.records.writing.bulk import MAX_BULK, Item
from tenant_schema.records.writing.bulk_filter import MAX_MATCHED, Done, Matched

__all__ = ["BulkQuery", "BulkRequest", "BulkResponse", "BulkResult", "bulk_problems"]


class BulkRequest(Input):
    """An operation and the records to which it applies: `records` by name, or those that match `filter`."""

    op: Annotated[
        Literal["create", "update", "delete", "restore", "destroy"],
        Meta(
            description=(
                "The operation, the same for every record. `destroy` deletes permanently, with a filter from "
                "the trash only."
            )
        ),
    ]
    records: (
        Annotated[
            list[dict[str, Any]],
            Meta(
                min_length=1,
                max_length=MAX_BULK,
                description="Values by field name. But for create, with the record's `id`, and optionally "
                "the `version` at which it must be.",
            ),
        ]
        | UnsetType
    ) = UNSET
    atomic: Annotated[
        bool, Meta(description="Whether to write either all records or none. Only with `records`.")
    ] = False
    filter: (
        Annotated[
            dict[str, Any],
            Meta(
                description=(
                    f"Instead of `records`: what the records match, as in `/query`; at most {MAX_MATCHED:,}. "
                    "An empty filter means all. To restore and destroy, it is the trash that is looked into, "
                    "where `deleted_at` is a field."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    search: Annotated[str, Meta(description="With `filter`: what is searched for, too.")] | UnsetType = UNSET
    time_zone: (
        Annotated[str, Meta(description="With `filter`: the time zone (IANA) of its days.")] | UnsetType
    ) = UNSET
    values: (
        Annotated[
            dict[str, Any], Meta(description="With `filter`, for update: the new values by field name.")
        ]
        | UnsetType
    ) = UNSET
    expected: (
        Annotated[
            int,
            Meta(
                ge=0,
                description=(
                    "With `filter`: the number of records that the caller means, such as that of a dry run. "
                    "If another number matches, nothing is done (409)."
                ),
            ),
        ]
        | UnsetType
    ) = UNSET

    @property
    def document(self) -> dict[str, Any]:
        """What is asked of the records, as a JSON query."""
        asked = {"filter": self.filter, "search": self.search, "timeZone": self.time_zone}
        return {name: value for name, value in asked.items() if value is not UNSET}


class BulkQuery(Input):
    """Options of a bulk request."""

    dry_run: Annotated[
        bool, Meta(description="Only count the records that match the `filter`; nothing is done.")
    ] = False


def bulk_problems(request: BulkRequest, query: BulkQuery) -> Iterator[Problem]:
    """Yield what does not belong together in a request."""
    given = {name for name in msgspec.structs.asdict(request) if getattr(request, name) is not UNSET}
    if "filter" not in given:
        if "records" not in given:
            yield Problem("records", "required", "Give records, or a filter.")
        for name, place in _WITH_FILTER.items():
            if name in given:
                yield Problem(place, "not-asked", "Belongs to a filter.")
        if query.dry_run:
            yield Problem("filter", "required", "A dry run counts what matches a filter.")
    else:
        yield from _filter_problems(request, query, given)


def _filter_problems(request: BulkRequest, query: BulkQuery, given: Set[str]) -> Iterator[Problem]:
    if request.op == "create":
        yield Problem("filter", "not-asked", "Records are created by their values: give records.")
    elif "records" in given:
        yield Problem("filter", "not-asked", "Give either records or a filter.")
    if request.atomic:
        yield Problem("atomic", "not-asked", "What matches is written in portions; atomic takes records.")
    if request.op != "update" and "values" in given:
        yield Problem("values", "not-asked", "Only an update has values.")
    elif request.op == "update" and not request.values and not (query.dry_run and "values" not in given):
        yield Problem("values", "required", "Say what changes.")


_WITH_FILTER: Final = {
    "search": "search",
    "time_zone": "timeZone",
    "values": "values",
    "expected": "expected",
}


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
    """The results of the records, by position, and how many succeeded and failed. With a filter, the results
    of those that failed; of a dry run, how many match.
    """

    ok: int
    failed: int
    results: list[BulkResult]
    matched: (
        Annotated[int, Meta(description="With a filter: the number of records that match.")] | UnsetType
    ) = UNSET
    capped: (
        Annotated[
            bool,
            Meta(description="Of a dry run: whether more match than one request may act on."),
        ]
        | UnsetType
    ) = UNSET
    skipped: (
        Annotated[
            int,
            Meta(
                description="With a filter: those that were gone or no longer matched when it was their turn."
            ),
        ]
        | UnsetType
    ) = UNSET
    unfinished: (
        Annotated[
            int,
            Meta(
                description=(
                    "With a filter: those that were not tried because the database was not available any "
                    "more. What was done stays; send the request again."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    deleted_at: (
        Annotated[
            datetime,
            Meta(
                description=(
                    "With a filter, of a deletion: the `deleted_at` that its records have in the trash. "
                    "Together with `updated_by` it finds exactly these, to restore them."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    results_left_out: (
        Annotated[int, Meta(description="With a filter: failed records that `results` leaves out.")]
        | UnsetType
    ) = UNSET

    @classmethod
    def of_matched(cls, matched: Matched) -> "BulkResponse":
        """The response of a dry run."""
        return cls(0, 0, [], matched=matched.value, capped=matched.capped)

    @classmethod
    def of_done(cls, done: Done) -> "BulkResponse":
        """The response for what was done to all that matched."""
        return cls(
            done.ok,
            done.failures,
            [BulkResult.of(item) for item in done.failed],
            matched=done.matched,
            skipped=done.skipped,
            unfinished=done.unfinished,
            deleted_at=UNSET if done.deleted_at is None else done.deleted_at,
            results_left_out=done.failures - len(done.failed),
        )

    @classmethod
    def of(cls, items: Sequence[Item]) -> "BulkResponse":
        """The response for the results of the service."""
        failed = sum(bool(item.problems) for item in items)
        return cls(len(items) - failed, failed, [BulkResult.of(item) for item in items])
