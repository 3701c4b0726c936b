"""ArchivedContents: copies a tenant's contents from one database into another, by way of an archive.

The archive is never stored: what reads the source hands its pieces to what fills the target, with a key that
nobody else has. So a copy is what a restored backup would be, and is verified like one.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from piccolo.engine.base import Engine

from api.archive_migrations import ArchiveMigrations
from api.directory.updates import DirectoryUpdates
from central.migrations.migrator import Migrator
from central.provisioning.contents import Copied, Report
from central.registry import TenantRef
from central.secrets.vault import Vault
from central.tenancy.tenancy import Tenancy
from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import DatabaseError
from tenant_schema.archives.format.keys import ArchiveKey, TenantLock, Unlock, with_tenant_key
from tenant_schema.archives.format.lines import ArchivedTenant
from tenant_schema.archives.service import Progress, TenantArchives
from tenant_schema.identity import write_identity
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope
from tenant_schema.users.sessions.carry import OpenSessions, read_open_sessions, write_open_sessions

__all__ = ["ArchivedContents", "OpenBackup"]

OpenBackup = Callable[[UUID, TenantRef], Awaitable[tuple[AsyncIterator[bytes], Unlock, UUID]]]
"""Opens a stored backup for a tenant: its bytes, what unlocks them, and the id of the tenant that it has."""

_AHEAD: Final = 4
_EVERY: Final = 1.0
_KEEP: Final = timedelta(days=30)
_NOT_SENT_AGAIN: Final = "It was due when the backup was taken, and may have been sent since."
_IDS: Final = 500
_T = TypeVar("_T")
_row = OutboxMessage


@dataclass(frozen=True, slots=True)
class ArchivedContents:
    """Implements :class:`~central.provisioning.contents.TenantContents`.

    :ivar mark: has the outbox of a tenant delivered.
    :ivar level_of: returns the level of a tenant's database by the registry.
    :ivar open_backup: ``None`` if this installation stores no backups.
    """

    tenancy: Tenancy
    archives: TenantArchives
    vault: Vault
    migrator: Migrator
    updates: DirectoryUpdates
    mark: Callable[[TenantScope], Awaitable[None]]
    level_of: Callable[[UUID], Awaitable[str]]
    open_backup: OpenBackup | None = None

    async def copy(
        self, source: TenantRef, target: TenantRef, engine: Engine[Any], report: Report | None = None
    ) -> Copied:
        """See the protocol."""
        secret = secrets.token_bytes(32)
        key = ArchiveKey.new(new_id(), [TenantLock(source.id, "copy", secret)])
        pieces: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(_AHEAD)
        reading = asyncio.create_task(self._read(source, key, pieces))
        try:
            unlock, other = with_tenant_key(lambda *_: secret), source.id != target.id
            migrations = ArchiveMigrations(self.migrator, engine)
            copied = await self._load(_taken(pieces), unlock, target, migrations, other, report)
            if not other:
                await self._carry_sessions(source, engine)
            return copied
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def restore(
        self,
        backup: UUID,
        target: TenantRef,
        engine: Engine[Any],
        report: Report | None = None,
        *,
        at_its_level: bool = False,
    ) -> Copied:
        """See the protocol."""
        assert self.open_backup is not None
        source, unlock, owner = await self.open_backup(backup, target)
        migrations = ArchiveMigrations(self.migrator, engine, at_its_level=at_its_level)
        return await self._load(source, unlock, target, migrations, owner != target.id, report)

    async def follow(
        self, tenant: TenantRef, former: Engine[Any] | None, *, keeps_messages: bool = False
    ) -> None:
        """See the protocol. Sessions go on; the tenant's entries in the directory are rebuilt."""
        there: set[UUID] = set()
        sessions = OpenSessions((), (), ())
        if former is not None:
            with DB.bind(former), suppress(DatabaseError):  # it may be lost
                there = set(await _pending())
                sessions = await read_open_sessions()
        async with self.tenancy.use(tenant, at_any_level=True):
            await write_open_sessions(sessions)
            here = await _pending()
            kept = [one for one in here if keeps_messages or one in there]
            await _fail([one for one in here if one not in kept])
            if kept:
                await self.mark(TenantScope(tenant.id, tenant.slug, tenant.name))
        await self.updates.rebuild(tenant)

    async def _carry_sessions(self, source: TenantRef, engine: Engine[Any]) -> None:
        async with self.tenancy.use(source, at_any_level=True):
            sessions = await read_open_sessions()
        with DB.bind(engine):
            await write_open_sessions(sessions)

    async def _read(
        self, source: TenantRef, key: ArchiveKey, pieces: "asyncio.Queue[bytes | Exception | None]"
    ) -> None:
        """Write the archive into the queue, in a task of its own: the source is bound here, and not there."""
        about = ArchivedTenant(id=source.id, slug=source.slug, name=source.name)
        try:
            async with self.tenancy.use(source, at_any_level=True):
                opening = partial(self.vault.open, tenant_id=source.id)
                level = await self.level_of(source.id)
                async for data in self.archives.write(about, key, open_secret=opening, level=level):
                    await pieces.put(data)
            await pieces.put(None)
        except Exception as error:  # noqa: BLE001 # raised where the pieces are taken
            await pieces.put(error)

    async def _load(
        self,
        source: AsyncIterator[bytes],
        unlock: Unlock,
        target: TenantRef,
        migrations: ArchiveMigrations,
        as_other_tenant: bool,
        report: Report | None,
    ) -> Copied:
        async def load(note: Callable[[Progress], None]) -> Copied:
            with DB.bind(migrations.engine):
                loaded = await self.archives.load(
                    source,
                    unlock,
                    migrate_to=migrations,
                    open_secret=partial(self.vault.open, tenant_id=target.id),
                    seal_secret=partial(self.vault.seal, tenant_id=target.id),
                    as_other_tenant=as_other_tenant,
                    report=note,
                )
                await write_identity(target.id)
            return Copied(loaded.digest, loaded.rows)

        return await _reporting(load, report)


async def _taken(pieces: "asyncio.Queue[bytes | Exception | None]") -> AsyncIterator[bytes]:
    while (piece := await pieces.get()) is not None:
        if isinstance(piece, Exception):
            raise piece
        yield piece


async def _reporting(
    work: Callable[[Callable[[Progress], None]], Awaitable[_T]], report: Report | None
) -> _T:
    """Do the work, and report once a second how far it is. It ends with what the report raises."""
    latest: list[Progress] = []

    def note(progress: Progress) -> None:
        latest[:] = [progress]

    task = asyncio.ensure_future(work(note))
    try:
        while not (await asyncio.wait({task}, timeout=_EVERY))[0]:
            if report is not None and latest:
                await report(latest[0].rows, latest[0].of)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _pending() -> list[UUID]:
    """The ids of the messages of the bound tenant that are to be sent."""
    rows = await _row.select(_row.id).where(_row.failed_at.is_null())
    return [row["id"] for row in rows]


async def _fail(messages: list[UUID]) -> None:
    now = utc_now()
    changes: dict[Any, Any] = {_row.failed_at: now, _row.due_at: now + _KEEP, _row.error: _NOT_SENT_AGAIN}
    for start in range(0, len(messages), _IDS):
        await _row.update(changes).where(_row.id.is_in(messages[start : start + _IDS]))
