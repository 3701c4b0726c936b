"""TenantUsage: counts what tenants use in this process, and admits their requests by their plans."""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID, uuid4

from central.plans.errors import RequestsRefused
from central.plans.limits import Limits
from central.registry import TenantRef
from central.usage.metering import add_requests, latest_storage
from central.usage.quota import RowCount, TenantQuota
from central.usage.rate import TenantRate
from central.usage.sharing import forget_ended, read_counters, write_counters

__all__ = ["TenantUsage", "Tracker"]

_IDLE: Final = 60.0
"""So many seconds after its last request the counters of a tenant are not exchanged any more."""
_KEPT: Final = 600.0
"""So many seconds after its last request they are dropped."""


class Tracker:
    """The counters of a tenant with a plan.

    :ivar key: tells them from those of other processes.
    :ivar storage: the size of the database as last measured.
    """

    __slots__ = ("key", "rate", "rows", "storage", "tenant_id")

    def __init__(self, tenant: TenantRef, rate: TenantRate, rows: RowCount) -> None:
        self.tenant_id, self.rate = tenant.id, rate
        self.key = uuid4().hex
        self.rows = rows
        self.storage: int | None = None


class TenantUsage:
    """Counts the requests of all tenants, and limits those of tenants with a plan.

    :param clock: returns seconds that only increase.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trackers: dict[UUID, Tracker] = {}
        self._requests: dict[UUID, list[int]] = {}
        self._forgot_at = clock()

    def rate_of(self, tenant: TenantRef) -> TenantRate | None:
        """Count a request. Returns the limits that it has to be admitted by; None without a plan."""
        counted = self._requests.get(tenant.id)
        if counted is None:
            counted = self._requests[tenant.id] = [0, 0]
        counted[0] += 1
        return None if tenant.limits is None else self._tracker(tenant, tenant.limits).rate

    def admit(self, tenant: TenantRef, rate: TenantRate) -> None:
        """Admit a request that was counted, or count that it was refused.

        Raises :class:`~central.plans.errors.RequestsRefused`.
        """
        try:
            rate.enter(self._clock())
        except RequestsRefused:
            self._requests[tenant.id][1] += 1
            raise

    def _tracker(self, tenant: TenantRef, limits: Limits) -> Tracker:
        """Return the counters of a tenant, for its limits as they are now."""
        tracker = self._trackers.get(tenant.id)
        if tracker is None:
            tracker = Tracker(tenant, TenantRate(limits, self._clock()), RowCount(self._clock))
            self._trackers[tenant.id] = tracker
        elif tracker.rate.limits is not limits:
            tracker.rate.change(limits)
        return tracker

    def quota_of(self, tenant: TenantRef) -> TenantQuota | None:
        """Return what the tenant's plan lets it store; None without a plan."""
        if tenant.limits is None:
            return None
        tracker = self._tracker(tenant, tenant.limits)
        return TenantQuota(tenant.limits, tracker.rate, tracker.rows, tracker.storage, self._clock)

    async def exchange(self) -> None:
        """Exchange counters with the other processes: three statements, none without requests to limit."""
        trackers = self._in_use()
        if not trackers:
            return
        for tracker in trackers:
            tracker.rate.own.beat += 1
        await write_counters({one.key: (one.tenant_id, one.rate.own) for one in trackers})
        counters = await read_counters([one.tenant_id for one in trackers])
        now = self._clock()
        for tracker in trackers:
            others = counters[tracker.tenant_id]
            added = tracker.rate.exchange(
                {key: one for key, one in others.items() if key != tracker.key}, now
            )
            tracker.rows.change(added)
        measured = await latest_storage([one.tenant_id for one in trackers])
        for tracker in trackers:
            tracker.storage = measured.get(tracker.tenant_id)
        if now - self._forgot_at > _IDLE:
            self._forgot_at = now
            await forget_ended()

    def _in_use(self) -> list[Tracker]:
        """Return the trackers of tenants that had requests lately. Those of long ago are dropped."""
        found, now = [], self._clock()
        for tracker in list(self._trackers.values()):
            idle = 0.0 if tracker.rate.own.running else now - tracker.rate.used_at
            if idle > _KEPT:
                del self._trackers[tracker.tenant_id]
            elif idle <= _IDLE:
                found.append(tracker)
        return found

    async def write_requests(self) -> None:
        """Add the requests since the last call to the tenants' day. They are kept if that fails."""
        taken, self._requests = self._requests, {}
        if not taken:
            return
        try:
            await add_requests({tenant_id: (asked, refused) for tenant_id, (asked, refused) in taken.items()})
        except BaseException:
            for tenant_id, (asked, refused) in taken.items():
                counted = self._requests.setdefault(tenant_id, [0, 0])
                counted[0] += asked
                counted[1] += refused
            raise
