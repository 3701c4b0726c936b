"""TenantUsage: counts what tenants use in this process, and admits their requests by their plans."""

import time
from collections.abc import Callable, Sequence
from math import inf
from typing import Final
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from central.plans.limits import Limits
from central.registry import Registry, TenantRef
from central.usage.metering import PORTION, add_requests, mark_changed
from central.usage.quota import TenantQuota
from central.usage.rate import TenantRate
from central.usage.sharing import forget_ended, read_counters, write_counters

__all__ = ["TenantUsage", "Tracker"]

_IDLE: Final = 60.0
"""So many seconds after its last request the counters of a tenant are not exchanged any more."""
_KEPT: Final = 600.0
"""So many seconds after its last request they are dropped."""
_MEASURED: Final = 300.0
"""After so many seconds the measured size of a database is read again."""
_NO_LIMITS: Final = Limits("")


_EXCHANGED: Final = 100
"""The counters of so many tenants are exchanged by one statement: to write it keeps the process busy."""


class Tracker(TenantQuota):
    """The counters of a tenant with a plan, and its quota.

    :ivar key: tells them from those of other processes.
    :ivar version: the registry's version when it was read; None if it was not.
    :ivar read_at: when that was.
    :ivar written: the counters as others can know them.
    """

    __slots__ = ("__weakref__", "_disconnects", "key", "read_at", "tenant_id", "version", "written")

    def __init__(self, tenant: TenantRef, limits: Limits, clock: Callable[[], float]) -> None:
        super().__init__(TenantRate(limits, clock()), clock)
        self.tenant_id, self.key = tenant.id, uuid4().hex
        self.storage = tenant.storage_bytes
        self._disconnects = tenant.disconnects
        self.written: tuple[int, ...] = ()
        self.version: int | None = None
        self.read_at = -inf

    def unwritten(self) -> tuple[int, ...] | None:
        """Return the counters unless others can know them.

        What is under way they would forget, and what was written once they take for new.
        """
        own = self.rate.own
        counters = (own.asked, own.running, own.rows_added, own.rows_open, own.tokens)
        is_known = own.beat > 1 and not own.running and not own.rows_open
        return None if is_known and counters == self.written else counters

    def follow(self, tenant: TenantRef | None) -> bool:
        """Apply the tenant's plan from now on. The rows of another database are counted again.

        Returns whether the limits have changed.
        """
        limits = _NO_LIMITS if tenant is None or tenant.limits is None else tenant.limits
        if has_changed := limits != self.rate.limits:
            self.rate.change(limits)
        if tenant is not None and tenant.disconnects > self._disconnects:
            self._disconnects = tenant.disconnects
            self.rows.forget()
        return has_changed


class TenantUsage:
    """Counts the requests of all tenants, and limits those of tenants with a plan.

    :ivar clock: returns seconds that only increase.
    """

    def __init__(self, registry: Registry, clock: Callable[[], float] = time.monotonic) -> None:
        self._registry = registry
        self.clock = clock
        self._trackers: dict[UUID, Tracker] = {}
        self._dropped: WeakValueDictionary[UUID, Tracker] = WeakValueDictionary()
        """Those of tenants that had no requests for long, and are bound by a job."""
        self._requests: dict[UUID, list[int]] = {}
        self._written: set[UUID] = set()
        self._forgot_at = clock()

    def rate_of(self, tenant: TenantRef) -> TenantRate | None:
        """Count a request. Returns the limits that it has to be admitted by; None without a plan."""
        counted = self._requests.get(tenant.id)
        if counted is None:
            counted = self._requests[tenant.id] = [0, 0]
        counted[0] += 1
        tracker, limits = self._trackers.get(tenant.id), tenant.limits
        if tracker is not None and tracker.rate.limits is limits:
            return tracker.rate
        if limits is not None:
            return self._tracker(tenant, limits).rate
        if tracker is not None:
            tracker.follow(tenant)
        return None

    def count_refused(self, tenant: TenantRef) -> None:
        """Count that a request was refused."""
        self._requests.setdefault(tenant.id, [0, 0])[1] += 1

    def _tracker(self, tenant: TenantRef, limits: Limits) -> Tracker:
        """Return the counters of a tenant, for its limits as they are now."""
        tracker = self._trackers.get(tenant.id)
        if tracker is None:
            kept = self._dropped.get(tenant.id)
            tracker = Tracker(tenant, limits, self.clock) if kept is None else kept
            self._trackers[tenant.id] = tracker
        if tracker.rate.limits is not limits:
            if tracker.follow(tenant):
                tracker.version = None  # what was resolved may be older than what was read
            tracker.rate.change(limits)  # this object, which the next request compares
        return tracker

    def quota_of(self, tenant: TenantRef) -> TenantQuota | None:
        """Return what the tenant's plan lets it store; None without a plan.

        It follows changes of the plan. ``tenant`` may be older than its last change.
        """
        tracker = self._trackers.get(tenant.id)
        if tracker is None:
            if tenant.limits is None:
                return None
            tracker = self._tracker(tenant, tenant.limits)
        return tracker

    async def exchange(self) -> None:
        """Exchange counters with the other processes, and take note of changed plans.

        One statement if there were requests or writes to limit lately, and one or two for each portion of
        tenants; seldom another one.
        """
        trackers = self._in_use()
        if not trackers:
            return
        version = await self._registry.version()
        for start in range(0, len(trackers), _EXCHANGED):
            portion = trackers[start : start + _EXCHANGED]
            await self._read(portion, version)
            await self._share(portion)
        now = self.clock()
        if now - self._forgot_at > _IDLE:
            self._forgot_at = now
            await forget_ended()

    async def _read(self, trackers: Sequence[Tracker], version: int) -> None:
        """Read limits and sizes of databases, if the registry has changed or that was long ago."""
        now = self.clock()
        due = {
            one.tenant_id: one for one in trackers if one.version != version or now - one.read_at >= _MEASURED
        }
        if not due:
            return
        found = {one.id: one for one in await self._registry.with_ids(list(due))}
        for tenant_id, tracker in due.items():
            tenant = found.get(tenant_id)
            tracker.follow(tenant)
            tracker.storage = None if tenant is None else tenant.storage_bytes
            tracker.version, tracker.read_at = version, now

    async def _share(self, trackers: Sequence[Tracker]) -> None:
        changed = [(one, counters) for one in trackers if (counters := one.unwritten()) is not None]
        for tracker, _ in changed:
            tracker.rate.own.beat += 1
        if changed:
            await write_counters({one.key: (one.tenant_id, one.rate.own) for one, _ in changed})
            for tracker, counters in changed:
                tracker.written = counters
        found = await read_counters([one.tenant_id for one in trackers])
        now = self.clock()
        for tracker in trackers:
            others = found[tracker.tenant_id]
            others.pop(tracker.key, None)
            tracker.rows.exchange(*tracker.rate.exchange(others, now))

    def _in_use(self) -> list[Tracker]:
        """Return the trackers of tenants that had requests lately, or whose records a job writes. Those of
        long ago are dropped, unless a job has bound them.
        """
        found, now = [], self.clock()
        for tracker in (dict(self._dropped) | self._trackers).values():
            own = tracker.rate.own
            idle = 0.0 if own.running or own.rows_open else now - tracker.rate.used_at
            if idle > _KEPT:
                self._trackers.pop(tracker.tenant_id, None)
                self._dropped[tracker.tenant_id] = tracker
            elif idle <= _IDLE:
                self._trackers[tracker.tenant_id] = tracker
                found.append(tracker)
        return found

    def note_written(self, tenant_id: UUID) -> None:
        """Note that the tenant's database has changed, so that it is measured."""
        self._written.add(tenant_id)

    async def write_requests(self) -> None:
        """Add the requests since the last call to the tenants' day, and mark the tenants whose databases have
        changed. Both are kept if that fails.
        """
        taken, self._requests = self._requests, {}
        try:
            while taken:
                portion = list(taken)[:PORTION]
                await add_requests({one: (taken[one][0], taken[one][1]) for one in portion})
                for tenant_id in portion:
                    del taken[tenant_id]
        finally:
            for tenant_id, (asked, refused) in taken.items():
                counted = self._requests.setdefault(tenant_id, [0, 0])
                counted[0] += asked
                counted[1] += refused
        written, self._written = self._written, set()
        try:
            await mark_changed(written)
        except BaseException:
            self._written |= written
            raise
