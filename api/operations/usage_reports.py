"""What tenants use, as responses and as CSV."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from api.schemas.usage import UsageQuery, UsageResponse
from central.plans.limits import Limits
from central.usage.metering import UsageRecord, latest_measured, usage_between, usage_of_all
from tenant_schema.records.csv.export_csv import csv_lines, harmless

__all__ = ["COLUMNS", "usage_as_csv", "usage_of"]

COLUMNS: Final = (
    *("tenantId", "slug", "day", "requests", "refused", "rows", "storageBytes", "users", "objects"),
)


async def usage_of(tenant_id: UUID, limits: Limits | None, wanted: UsageQuery) -> UsageResponse:
    """Return what a tenant uses. Two statements on the central database, which the caller binds."""
    first, last = wanted.days()
    return UsageResponse.of(
        limits, await latest_measured(tenant_id), await usage_between(first, last, tenant_id)
    )


async def usage_as_csv(first: date, last: date) -> AsyncIterator[bytes]:
    """Yield the days of all tenants as a CSV file (RFC 4180, UTF-8), piece by piece."""
    yield csv_lines([COLUMNS], ",")
    async for page in usage_of_all(first, last):
        yield csv_lines(map(_row, page), ",")


def _row(record: UsageRecord) -> Sequence[object]:
    found = record.measured
    contents: Sequence[object] = (
        ("",) * 4 if found is None else (found.rows, found.storage_bytes, found.users, found.objects)
    )
    head = (record.tenant_id, harmless(record.slug), record.day.isoformat())
    return (*head, record.requests, record.refused, *contents)
