"""Usage: what tenants use, for operators and for the tenants' administrators."""

from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from api.errors import InvalidQuery
from api.schemas.common import Input, Output
from central.plans.limits import Limits
from central.usage.metering import UsageRecord
from piccolo_engines.columns import utc_now
from tenant_schema.problems import Problem

__all__ = ["UsageDayResponse", "UsageLimits", "UsageNow", "UsageQuery", "UsageResponse"]

_SHOWN = timedelta(days=30)
_MOST = timedelta(days=400)


class UsageQuery(Input, rename={"from_": "from"}):
    """Which days are reported, in UTC. By default the last 31."""

    from_: Annotated[date, Meta(description="The first day.", examples=["2026-02-01"])] | UnsetType = UNSET
    to: Annotated[date, Meta(description="The last day.", examples=["2026-02-28"])] | UnsetType = UNSET

    def days(self) -> tuple[date, date]:
        """Return the first and the last day.

        Raises ``InvalidQuery`` if they are not in this order, or too far apart.
        """
        last = utc_now().date() if isinstance(self.to, UnsetType) else self.to
        earliest = date.fromordinal(max(last.toordinal() - _SHOWN.days, 1))
        first = earliest if isinstance(self.from_, UnsetType) else self.from_
        if not 0 <= (last - first).days <= _MOST.days:
            message = f"Give a day that is not after `to`, and at most {_MOST.days} days before it."
            raise InvalidQuery([Problem("from", "invalid-value", message)])
        return first, last


class UsageLimits(Output):
    """The limits of the tenant's plan. Null is no limit."""

    plan: Annotated[str, Meta(examples=["basic"])]
    requests_per_second: int | None
    burst: int | None
    concurrent_requests: int | None
    rows: int | None
    storage_bytes: int | None
    users: int | None
    objects: int | None

    @classmethod
    def of(cls, limits: Limits) -> "UsageLimits":
        """The response for the limits of a plan."""
        return cls(
            limits.plan,
            limits.requests_per_second,
            limits.burst,
            limits.concurrent_requests,
            limits.rows,
            limits.storage_bytes,
            limits.users,
            limits.objects,
        )


class UsageNow(Output):
    """What the tenant's database had when it was measured last."""

    rows: Annotated[int, Meta(description="Records without those in the trash.", examples=[1_200])]
    storage_bytes: Annotated[int, Meta(description="With indexes.", examples=[4_194_304])]
    users: Annotated[int, Meta(description="Active ones, with those who were invited.", examples=[7])]
    objects: Annotated[int, Meta(examples=[5])]
    measured_at: Annotated[datetime, Meta(description="UTC.", examples=["2026-02-28T12:30:00.250000Z"])]


class UsageDayResponse(Output):
    """What the tenant used on one day (UTC). Contents are those measured last on it, null if none were."""

    day: Annotated[date, Meta(examples=["2026-02-28"])]
    requests: Annotated[int, Meta(description="With the refused ones.", examples=[8_400])]
    refused: Annotated[int, Meta(description="Beyond the plan's limits of requests.", examples=[0])]
    rows: int | None
    storage_bytes: int | None
    users: int | None
    objects: int | None

    @classmethod
    def of(cls, record: UsageRecord) -> "UsageDayResponse":
        """The response for a day."""
        found = record.measured
        contents = (
            (None,) * 4 if found is None else (found.rows, found.storage_bytes, found.users, found.objects)
        )
        return cls(record.day, record.requests, record.refused, *contents)


class UsageResponse(Output):
    """What a tenant may use, what it uses, and what it used on each day."""

    limits: Annotated[UsageLimits, Meta(description="Null without a plan.")] | None
    current: Annotated[UsageNow, Meta(description="Null before the first measurement.")] | None
    days: list[UsageDayResponse]

    @classmethod
    def of(
        cls, limits: Limits | None, latest: UsageRecord | None, days: list[UsageRecord]
    ) -> "UsageResponse":
        """The response for a tenant's records."""
        now = None
        if latest is not None and latest.measured is not None and latest.measured_at is not None:
            found = latest.measured
            now = UsageNow(found.rows, found.storage_bytes, found.users, found.objects, latest.measured_at)
        shown = [UsageDayResponse.of(one) for one in days]
        return cls(None if limits is None else UsageLimits.of(limits), now, shown)
