"""TenantEngines: the open engines of tenants, leased to requests, limited in number, closed when idle."""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine

from central.errors import CentralError
from central.registry import TenantRef
from piccolo_engines.lru import Lru

__all__ = ["EngineStats", "EnginesBusy", "Lease", "TenantEngines", "TenantGone"]

_REMEMBERED_GONE = 4096


class TenantGone(CentralError):
    """The tenant is being deleted or is deleted. Its database is not opened any more."""

    code = "tenant-gone"

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        super().__init__("The tenant's database is not available any more.")


class EnginesBusy(CentralError):
    """All engines that may be open at once are in use, and none became free in time."""

    code = "engines-busy"

    def __init__(self, waited: float) -> None:
        self.waited = waited
        super().__init__(f"No database engine became free within {waited:g} s.")


@dataclass(frozen=True, slots=True)
class EngineStats:
    """The state of the engines.

    ``opened``, ``evicted`` and ``timeouts`` are counters, the others current values.
    """

    open: int
    leased: int
    waiting: int
    opened: int
    evicted: int
    timeouts: int


@dataclass(slots=True, eq=False)
class _Entry:
    """One tenant's place. Its engine is opened with the first lease."""

    server: str
    slug: str
    disconnects: int = 0
    engine: Engine[Any] | None = None
    leases: int = 0
    rows_written: int = 0
    last_used: float = 0.0
    retired: bool = False
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    unused: asyncio.Event = field(default_factory=asyncio.Event)


class TenantEngines:
    """Opens the engine of a tenant with its first lease and closes it when idle, evicted or discarded.

    ::

        async with engines.lease(tenant) as engine:
            ...

    :ivar opener: creates a tenant's engine; must not create the database.
    :param capacity: how many engines may be open per server; the least recently used idle one is closed for
        another. Engines for MySQL are cheap, since the budget limits their connections.
    :param capacities: the same for individual servers, by name.
    :param patience: seconds that a lease waits when all engines are in use.
    :param drain: seconds that :meth:`discard` waits for running leases before it closes the engine.
    :param idle: seconds after which :meth:`close_idle` closes an unused engine.
    :param clock: returns seconds that only increase.
    :ivar on_written: called with a tenant and the number of rows that its leases have written.
    """

    def __init__(
        self,
        opener: Callable[[TenantRef], Awaitable[Engine[Any]]],
        *,
        capacity: int = 10_000,
        capacities: Mapping[str, int] | None = None,
        patience: float = 2.0,
        drain: float = 10.0,
        idle: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.opener = opener
        self.on_written: Callable[[TenantRef, int], None] | None = None
        self._capacity = capacity
        self._capacities = dict(capacities or {})
        self._patience = patience
        self._drain = drain
        self._idle = idle
        self._clock = clock
        self._entries: OrderedDict[UUID, _Entry] = OrderedDict()  # least recently leased first
        self._gone: Lru[UUID, bool] = Lru(_REMEMBERED_GONE)
        self._closing: dict[asyncio.Task[None], tuple[UUID, _Entry]] = {}
        self._changed = asyncio.Event()
        self._taken: Counter[str] = Counter()
        self._waiting = self._opened = self._evicted = self._timeouts = 0

    def lease(self, tenant: TenantRef) -> "Lease":
        """Lease the tenant's engine, which stays open at least until the end of the block.

        Raises :class:`EnginesBusy`, and :class:`TenantGone` after the tenant was discarded.
        """
        return Lease(self, tenant)

    async def discard(self, tenant_id: UUID) -> None:
        """Refuse new leases of the tenant, wait for running ones, and close its engine.

        After the return this process has no connection to the database and opens none.
        """
        self._gone.put(tenant_id, True)
        if tenant_id in self._entries:
            self._start_closing(tenant_id, drain=self._drain)
        await self._closed(tenant_id)

    async def disconnect(self, tenant: TenantRef) -> int:
        """Close the engine if it was opened before the tenant's latest disconnect.

        The next lease opens a new one.

        Returns the number of its connections. After a forced disconnect they are closed on return; otherwise
        they are closed once the engine's leases have ended.
        """
        entry = self._entries.get(tenant.id)
        if entry is None or entry.disconnects >= tenant.disconnects:
            return 0
        connections = getattr(entry.engine, "open_connections", 0)
        self._retire(tenant, entry)
        if tenant.forced_disconnect > entry.disconnects:
            await self._closed(tenant.id)
        return int(connections)

    @property
    def open_tenants(self) -> Sequence[UUID]:
        """The tenants whose engines are open."""
        return list(self._entries)

    async def close_idle(self) -> int:
        """Close the engines that have been idle for too long. Returns their number."""
        limit = self._clock() - self._idle
        found = [id_ for id_, entry in self._entries.items() if not entry.leases and entry.last_used <= limit]
        for id_ in found:
            self._start_closing(id_)
        for id_ in found:
            await self._closed(id_)
        return len(found)

    async def close_all(self) -> None:
        """Wait for the leases, then close every engine, in use or not. For the end of the process."""
        for tenant_id in list(self._entries):
            self._start_closing(tenant_id, drain=self._drain)
        await self._closed_in_time(list(self._closing))

    def stats(self) -> EngineStats:
        """A snapshot, for metrics."""
        leased = sum(1 for entry in self._entries.values() if entry.leases)
        counts = (self._waiting, self._opened, self._evicted, self._timeouts)
        return EngineStats(self._taken.total(), leased, *counts)

    def _placed(self, tenant: TenantRef) -> _Entry | None:
        """Return the tenant's entry, if it has one that is not older than its latest disconnect."""
        entry = self._entries.get(tenant.id)
        if entry is None or entry.disconnects < tenant.disconnects:
            return None
        self._entries.move_to_end(tenant.id)
        return entry

    async def _place(self, tenant: TenantRef) -> _Entry:
        """Return the tenant's entry; create it once there is room."""
        deadline = self._clock() + self._patience
        while True:
            if self._gone.get(tenant.id):  # a discarded tenant has no entry
                raise TenantGone(tenant.id)
            if (placed := self._placed(tenant)) is not None:
                return placed
            if (old := self._entries.get(tenant.id)) is not None:
                self._retire(tenant, old)
            server = tenant.database_server
            if self._taken[server] < self._capacities.get(server, self._capacity):
                self._taken[server] += 1
                entry = self._entries[tenant.id] = _Entry(server, tenant.slug, tenant.disconnects)
                return entry
            await self._make_room(server, deadline)

    async def _make_room(self, server: str, deadline: float) -> None:
        """Close the server's least recently used idle engine, or wait for a change."""
        mine = ((id_, entry) for id_, entry in self._entries.items() if entry.server == server)
        idle = next((id_ for id_, entry in mine if not entry.leases), None)
        if idle is not None:
            self._evicted += 1
            self._start_closing(idle)
            await self._closed(idle)
            return
        self._waiting += 1
        try:
            await asyncio.wait_for(self._changed.wait(), max(0.0, deadline - self._clock()))
        except TimeoutError:
            self._timeouts += 1
            raise EnginesBusy(self._patience) from None
        finally:
            self._waiting -= 1

    async def _open(self, entry: _Entry, tenant: TenantRef) -> Engine[Any] | None:
        """Open the entry's engine, once for all concurrent callers. ``None`` for a retired entry."""
        async with entry.opening:
            if entry.retired:
                return None
            if entry.engine is None:
                entry.engine = await self.opener(tenant)
                self._opened += 1
        return entry.engine

    def connections(self) -> Mapping[str, int]:
        """Return the number of open connections by slug, of the tenants that have any, for metrics."""
        counts = {one.slug: getattr(one.engine, "open_connections", 0) for one in self._entries.values()}
        return {slug: count for slug, count in counts.items() if count}

    def _count_rows(self, entry: _Entry, tenant: TenantRef) -> None:
        """Report what the tenant's leases have written since the last report."""
        written = getattr(entry.engine, "rows_written", 0)
        if written != entry.rows_written:
            if self.on_written is not None:
                self.on_written(tenant, written - entry.rows_written)
            entry.rows_written = written

    def _give_back(self, entry: _Entry, tenant_id: UUID) -> None:
        entry.leases -= 1
        entry.last_used = self._clock()
        if entry.leases:
            return
        entry.unused.set()
        if entry.engine is None and self._entries.get(tenant_id) is entry:  # it could not be opened
            del self._entries[tenant_id]
            self._free(entry)
        self._notify()

    def _retire(self, tenant: TenantRef, entry: _Entry) -> None:
        """Start to close an engine that was opened before the tenant's latest disconnect."""
        self._start_closing(tenant.id, drain=0.0 if tenant.forced_disconnect > entry.disconnects else None)

    def _start_closing(self, tenant_id: UUID, *, drain: float | None = 0.0) -> None:
        """Remove the entry and close its engine, in a task that the caller's cancellation does not stop.

        :param drain: seconds to wait for running leases; ``None`` for as long as they last.
        """
        entry = self._entries.pop(tenant_id)
        entry.retired = True
        task = asyncio.create_task(self._close(entry, drain))
        self._closing[task] = (tenant_id, entry)
        task.add_done_callback(self._closing.pop)

    async def _closed(self, tenant_id: UUID) -> None:
        """Wait until no engine of the tenant is being closed."""
        await self._closed_in_time([task for task, (id_, _) in self._closing.items() if id_ == tenant_id])

    async def _closed_in_time(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Wait for the tasks. Those that wait longer than ``drain`` for a lease stop waiting."""
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self._drain)  # neither fails with them nor cancels them
        for task in late:
            self._closing[task][1].unused.set()
        if late:
            await asyncio.wait(late)

    async def _close(self, entry: _Entry, drain: float | None) -> None:
        if entry.leases:
            with suppress(TimeoutError):
                await asyncio.wait_for(entry.unused.wait(), drain)
        try:
            async with entry.opening:
                if entry.engine is not None:
                    await entry.engine.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo
        finally:
            self._free(entry)

    def _free(self, entry: _Entry) -> None:
        self._taken[entry.server] -= 1
        self._notify()

    def _notify(self) -> None:
        """Tell those that wait for room. Who begins to wait later looks first."""
        if self._waiting:
            self._changed.set()
            self._changed = asyncio.Event()


class Lease:
    """One use of a tenant's engine."""

    __slots__ = ("_engines", "_entry", "_tenant")

    def __init__(self, engines: TenantEngines, tenant: TenantRef) -> None:
        self._engines, self._tenant = engines, tenant

    def begin(self) -> Engine[Any] | None:
        """Begin with an open engine; None if there is none, in which case the lease is awaited."""
        entry = self._engines._placed(self._tenant)
        if entry is None or entry.engine is None:
            return None
        self._entry = entry
        entry.leases += 1
        entry.unused.clear()
        return entry.engine

    def end(self) -> None:
        """Give the engine back."""
        self._engines._count_rows(self._entry, self._tenant)
        self._engines._give_back(self._entry, self._tenant.id)

    async def __aenter__(self) -> Engine[Any]:
        engines, tenant = self._engines, self._tenant
        while True:
            entry = self._entry = engines._placed(tenant) or await engines._place(tenant)
            entry.leases += 1
            entry.unused.clear()
            try:
                engine = entry.engine or await engines._open(entry, tenant)
            except BaseException:
                engines._give_back(entry, tenant.id)
                raise
            if engine is not None:
                return engine
            engines._give_back(entry, tenant.id)  # retired while this lease waited for it

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
