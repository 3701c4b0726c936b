"""Pool: databases that are prepared before their tenants are created, on the default server.

A database of the pool has the tables and rows of a new tenant, a neutral name, and no user. Its row in the
central database is written before it is created, and deleted after it is dropped or adopted: a crash leaves
nothing unknown. Each place of the pool is a unique value: of all processes one prepares it. What a tenant has
taken is forgotten in the background: nobody waits for it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from central.errors import CentralError
from central.jobs.owner import Owner
from central.jobs.tables import Job, JobState
from central.migrations.migrator import Migrator
from central.provisioning.passwords import PreparedPasswords
from central.provisioning.types import TenantJob, TenantSeed
from central.registry import TenantRef
from central.servers import DatabaseServer, DatabaseServers
from central.tables import PreparedDatabase, PreparedState, TenantStatus
from central.tenancy.tenancy import Tenancy
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import DatabaseError, UniqueViolation

__all__ = ["STALE_AFTER", "TenantPool"]

STALE_AFTER = timedelta(minutes=10)
"""The age after which a database that another process is preparing counts as abandoned in any case."""

_log = logging.getLogger(__name__)
_row = PreparedDatabase


class TenantPool:
    """The prepared databases. The caller binds ``CENTRAL``.

    :param size: how many databases are kept prepared; 0 for none.
    :param owner: this process.
    :ivar passwords: as many passwords for administrators, hashed.
    """

    def __init__(
        self,
        servers: DatabaseServers,
        tenancy: Tenancy,
        migrator: Migrator,
        seed: TenantSeed,
        *,
        size: int = 0,
        owner: Owner | None = None,
    ) -> None:
        self._servers, self._tenancy, self._migrator, self._seed = servers, tenancy, migrator, seed
        self.passwords = PreparedPasswords(seed.hashing)
        self.size = size
        self._owner = str(owner or Owner.current())

    async def take(self, server: str, tenant_id: UUID) -> str | None:
        """Assign a prepared database to the tenant that is being created. Returns its name, if there is one.

        It belongs to the job of that tenant, whose row is inserted in the same transaction: once the job has
        ended, :meth:`fill` and :meth:`settle` drop what is left of it. 2 statements.
        """
        if not self.size:
            return None
        ready = (_row.database_server == server) & (_row.state == PreparedState.READY)
        usable = ready & (_row.level == str(self._migrator.level))
        for row in await _row.select(_row.id, _row.db_name).where(usable).order_by(_row.id).limit(self.size):
            mine: dict[Any, Any] = {
                _row.state: PreparedState.TAKEN,
                _row.tenant_id: tenant_id,
                _row.owner: self._owner,
            }
            if await _row.update(mine).where(_row.id == row["id"], ready).returning(_row.id):
                return str(row["db_name"])
        return None

    async def release(self, tenant_id: UUID) -> None:
        """Drop the database that the tenant has taken, if it still has its old name: its job is undone."""
        for row in await _row.select().where(_row.tenant_id == tenant_id):
            await self._drop(row)

    async def settle(self) -> list[str]:
        """Drop the databases that are not wanted: of an interrupted process, of another level, or too many.

        Returns their names.
        """
        return await self._drop_unwanted(_row.id.is_not_null())

    async def _drop_unwanted(self, condition: Any) -> list[str]:
        dropped = []
        for row in await _row.select().where(condition).order_by(_row.id):
            if await self._is_unwanted(row) and await self._claim(row):
                await self._drop(row)
                dropped.append(row["db_name"])
        return dropped

    async def keep_filled(self, every: timedelta = timedelta(seconds=2)) -> None:
        """Periodically prepare what the pool lacks, until cancelled. Started with ``CENTRAL`` bound."""
        while self.size:
            try:
                await self.fill()
            except DatabaseError:
                _log.exception("The pool of databases could not be filled; it will be tried again")
            await asyncio.sleep(every.total_seconds())

    async def fill(self) -> int:
        """Prepare the databases that the pool lacks, one after the other. Returns their number.

        Before that, what is left of databases that tenants have taken is dropped. A failure is logged, and
        ends this round.
        """
        await self._drop_unwanted(_row.state == PreparedState.TAKEN)
        places = {row["place"] for row in await _row.select(_row.place)}
        filled = 0
        for number in range(self.size):
            server = self._servers.default
            place = f"{server.name}#{number}"
            if place in places:
                continue
            try:
                filled += await self._prepare(server, place)
            except (CentralError, DatabaseError):
                _log.exception("A database could not be prepared; it will be tried again")
                break
        await self.passwords.fill(self.size)
        return filled

    async def _prepare(self, server: DatabaseServer, place: str) -> bool:
        """Prepare one database. Returns False if another process has begun to."""
        id_ = new_id()
        name = self._servers.pooled_name(id_.hex[-16:])
        level = str(self._migrator.level)
        row: dict[str, Any] = {"id": id_, "place": place, "database_server": server.name, "db_name": name}
        try:
            await _row.insert(_row(**row, level=level, owner=self._owner))
        except UniqueViolation:
            return False
        try:
            await server.create_database(name)
            async with self._bound(server, id_, name) as tenant:
                await self._seed.access(tenant)
        except BaseException:
            await self._drop(row)
            raise
        mine = _row.update({_row.state: PreparedState.READY}).where(_row.id == id_, _row.owner == self._owner)
        return bool(await mine.returning(_row.id))

    @asynccontextmanager
    async def _bound(self, server: DatabaseServer, id_: UUID, name: str) -> AsyncIterator[TenantRef]:
        """Create the tables, and bind the database inside the block."""
        engine = server.builder_for(name)
        try:
            await self._migrator.create(engine)
            with self._tenancy.bound(engine):
                yield TenantRef(id_, "", "", TenantStatus.PROVISIONING, server.name, name, "")
        finally:
            await engine.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo

    async def _is_unwanted(self, row: dict[str, Any]) -> bool:
        if row["state"] == PreparedState.READY:
            server, _, number = row["place"].rpartition("#")
            is_placed = server == self._servers.default.name and int(number) < self.size
            return not is_placed or row["level"] != str(self._migrator.level)
        if row["state"] == PreparedState.TAKEN:
            states = [JobState.RUNNING.value, JobState.WAITING.value]
            mine = (Job.tenant_id == row["tenant_id"]) & (Job.kind == TenantJob.CREATE)
            return not await Job.exists().where(mine, Job.state.is_in(states))
        owner = Owner.parse(row["owner"])
        is_dead = owner is not None and owner.is_surely_dead()
        return is_dead or row["updated_at"] < utc_now() - STALE_AFTER

    async def _claim(self, row: dict[str, Any]) -> bool:
        """Make the row this process's, unless it has changed since it was read."""
        mine: dict[Any, Any] = {_row.state: PreparedState.DROPPING, _row.owner: self._owner}
        same = (_row.state == row["state"]) & (_row.owner == row["owner"])
        return bool(await _row.update(mine).where(_row.id == row["id"], same).returning(_row.id))

    async def _drop(self, row: dict[str, Any]) -> None:
        """Drop the database, and then forget it."""
        await self._servers.get(row["database_server"]).drop_database(row["db_name"])
        await _row.delete().where(_row.id == row["id"])
