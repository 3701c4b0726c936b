"""The steps that put another database in the place of a tenant's.

Moving: reserve beside · mark read-only · build fence · fill beside · create user · switch · follow · serve.
Restoring: the same, but the database is filled before writes are refused. Switching back to a kept database:
reserve kept · mark read-only · build fence · open kept · switch · follow · serve. All steps before the switch
can be undone; from the switch on the operation is finished.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from central.backups.service import Backups
from central.jobs.pipeline import Repeated, UndoableStep
from central.lifecycle.errors import KeptDatabaseNotFound
from central.provisioning.contents import Copied, Report, TenantContents
from central.provisioning.errors import PasswordChanging
from central.provisioning.steps import Parts
from central.provisioning.types import generate_password
from central.registry import TenantRef
from central.registry.tables import KeptDatabase, KeptState
from central.secrets.vault import Vault
from central.tables import TenantStatus
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseMissing

__all__ = [
    "SWITCH",
    "CreateBesideUser",
    "FenceFormer",
    "FillBeside",
    "Follow",
    "LifeCycleParts",
    "OpenKept",
    "Replacement",
    "ReserveBeside",
    "ReserveKept",
    "Serve",
    "StopWrites",
    "Switch",
    "beside_row",
    "forget_beside",
    "moving",
    "restoring",
    "switching_back",
]

SWITCH: Final = "switch"
"""The step from which on an operation is finished and not undone."""

_row = KeptDatabase
_ACTIVE = (TenantStatus.ACTIVE,)
_STOPPED = (TenantStatus.ACTIVE, TenantStatus.READ_ONLY)


@dataclass(frozen=True, slots=True)
class LifeCycleParts:
    """The services that the steps use.

    :ivar keep_for: how long the database that a tenant had is kept.
    :ivar keep_deleted_for: how long the archive of a deleted tenant is kept.
    """

    parts: Parts
    vault: Vault
    contents: TenantContents
    backups: Backups
    keep_for: timedelta = timedelta(days=7)
    keep_deleted_for: timedelta = timedelta(days=30)


@dataclass(slots=True)
class Replacement:
    """The state that the steps share. The row of ``id`` says the same, for the next attempt.

    :ivar id: of the row of the database beside.
    :ivar job_id: the job that executes the steps.
    :ivar server: the name of the server that the tenant's database is to be on.
    :ivar backup: what the database is filled from; ``None`` for the tenant itself.
    :ivar slug: another slug for a deleted tenant that comes back. :ivar domain: another primary host name.
    :ivar serves_as: the status that it gets.
    :ivar level: the level at which a backup is put back as it was; ``None`` to migrate it.
    :ivar copied: what it was filled with by this process.
    """

    id: UUID
    job_id: UUID
    tenant: TenantRef
    server: str
    backup: UUID | None = None
    level: str | None = None
    report: Report | None = field(default=None, repr=False)
    copied: Copied | None = None
    slug: str | None = None
    domain: str | None = None
    serves_as: TenantStatus = TenantStatus.ACTIVE


async def beside_row(replacement: Replacement) -> dict[str, Any]:
    """Return the row of the database beside. Raises ``KeptDatabaseNotFound``."""
    row: dict[str, Any] | None = await _row.select().where(_row.id == replacement.id).first()
    if row is None:
        raise KeptDatabaseNotFound(replacement.id)
    return row


async def forget_beside(replacement: Replacement) -> None:
    """Delete the row of the database beside: it is the tenant's own, or gone."""
    await _row.delete().where(_row.id == replacement.id)


@dataclass(frozen=True)
class ReserveBeside(Repeated):
    """Record the database that is to be created, while the tenant has this status."""

    lifecycle: LifeCycleParts
    status: TenantStatus = TenantStatus.ACTIVE
    or_read_only: bool = False
    name = "reserve beside"
    is_central = True

    async def do(self, subject: Replacement) -> None:
        parts, tenant = self.lifecycle.parts, subject.tenant
        expected = (self.status, TenantStatus.READ_ONLY) if self.or_read_only else (self.status,)
        await parts.registry.hold(tenant.id, expected=expected)
        mark, username, secret = subject.id.hex[-8:], None, None
        if parts.servers.get(subject.server).has_users:
            username = parts.servers.username_beside(tenant.slug, mark)
            secret = self.lifecycle.vault.seal(generate_password(32), tenant.id)
        await _row.insert(
            _row(
                id=subject.id,
                tenant_id=tenant.id,
                job_id=subject.job_id,
                database_server=subject.server,
                db_name=parts.servers.name_beside(tenant.slug, mark),
                username=username,
                secret=secret,
            )
        )

    async def undo(self, subject: Replacement) -> None:
        await forget_beside(subject)


@dataclass(frozen=True)
class ReserveKept(Repeated):
    """Take a kept database for the operation, while the tenant is active."""

    lifecycle: LifeCycleParts
    name = "reserve kept"
    is_central = True

    async def do(self, subject: Replacement) -> None:
        await self.lifecycle.parts.registry.hold(subject.tenant.id, expected=_ACTIVE)
        is_it = (_row.id == subject.id) & (_row.tenant_id == subject.tenant.id)
        mine: dict[Any, Any] = {_row.state: KeptState.BUILDING, _row.job_id: subject.job_id}
        kept = _row.update(mine).where(is_it, _row.state == KeptState.KEPT)
        if not await kept.returning(_row.id):
            raise KeptDatabaseNotFound(subject.id)

    async def undo(self, subject: Replacement) -> None:
        again: dict[Any, Any] = {_row.state: KeptState.KEPT, _row.job_id: None}
        await _row.update(again).where(_row.id == subject.id)


@dataclass(frozen=True)
class FillBeside(Repeated):
    """Create the database and fill it. What an interrupted attempt has left is dropped before."""

    lifecycle: LifeCycleParts
    name = "fill beside"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        row = await beside_row(subject)
        server, name = self.lifecycle.parts.servers.get(row["database_server"]), row["db_name"]
        await server.drop_database(name)
        await server.create_database(name)
        target = replace(subject.tenant, database_server=server.name, db_name=name)
        engine, contents = server.builder_for(name), self.lifecycle.contents
        try:
            if subject.backup is None:
                subject.copied = await contents.copy(subject.tenant, target, engine, subject.report)
            else:
                is_kept = subject.level is not None
                subject.copied = await contents.restore(
                    subject.backup, target, engine, subject.report, at_its_level=is_kept
                )
        finally:
            await engine.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo

    async def undo(self, subject: Replacement) -> None:
        row = await beside_row(subject)
        await self.lifecycle.parts.servers.get(row["database_server"]).drop_database(row["db_name"])


@dataclass(frozen=True)
class CreateBesideUser(Repeated):
    """Create the user of the database beside. Does nothing where databases have no users."""

    lifecycle: LifeCycleParts
    name = "create user"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        row = await beside_row(subject)
        if row["username"] is not None:
            password = self.lifecycle.vault.open(row["secret"], subject.tenant.id)
            server = self.lifecycle.parts.servers.get(row["database_server"])
            await server.change_password(row["username"], password, row["db_name"])

    async def undo(self, subject: Replacement) -> None:
        row = await beside_row(subject)
        if row["username"] is not None:
            await self.lifecycle.parts.servers.get(row["database_server"]).drop_user(row["username"])


@dataclass(frozen=True)
class OpenKept(Repeated):
    """Admit writes to the kept database, which nobody serves."""

    lifecycle: LifeCycleParts
    name = "open kept"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        row, parts = await beside_row(subject), self.lifecycle.parts
        server = parts.servers.get(row["database_server"])
        await server.unfence(row["db_name"], row["username"], parts.passable_tables)

    async def undo(self, subject: Replacement) -> None:
        row, parts = await beside_row(subject), self.lifecycle.parts
        server = parts.servers.get(row["database_server"])
        await server.fence(row["db_name"], row["username"], parts.passable_tables)


@dataclass(frozen=True)
class StopWrites(Repeated):
    """Set the tenant to read-only."""

    lifecycle: LifeCycleParts
    name = "mark read-only"
    is_central = True

    async def do(self, subject: Replacement) -> None:
        registry = self.lifecycle.parts.registry
        await registry.set_status(subject.tenant.id, TenantStatus.READ_ONLY, expected=_STOPPED, level=None)

    async def undo(self, subject: Replacement) -> None:
        registry = self.lifecycle.parts.registry
        await registry.set_status(subject.tenant.id, TenantStatus.ACTIVE, expected=_STOPPED, level=None)


@dataclass(frozen=True)
class FenceFormer(Repeated):
    """Refuse writes to the tenant's present database, from all processes."""

    lifecycle: LifeCycleParts
    name = "build fence"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        with suppress(DatabaseMissing):  # it was lost: a backup takes its place
            await self.lifecycle.parts.fences.build(subject.tenant)

    async def undo(self, subject: Replacement) -> None:
        with suppress(DatabaseMissing):
            await self.lifecycle.parts.fences.remove(subject.tenant)


@dataclass(frozen=True)
class Switch(Repeated):
    """Exchange the tenant's database and the one beside, in the registry: one transaction."""

    lifecycle: LifeCycleParts
    name = SWITCH
    is_central = True

    async def do(self, subject: Replacement) -> None:
        parts, row, tenant = self.lifecycle.parts, await beside_row(subject), subject.tenant
        if await parts.credentials.is_changing(tenant.id):
            raise PasswordChanging(tenant.slug)
        former = await parts.credentials.exchange(tenant.id, row["username"], row["secret"])
        await parts.registry.set_database(
            tenant.id,
            row["database_server"],
            row["db_name"],
            expected=(TenantStatus.READ_ONLY,),
            level=subject.level if subject.backup is None or subject.level is not None else "",
        )
        changes: dict[Any, Any] = {
            _row.state: KeptState.KEPT,
            _row.job_id: None,
            _row.database_server: tenant.database_server,
            _row.db_name: tenant.db_name,
            _row.username: former[0],
            _row.secret: former[1],
            _row.kept_until: utc_now() + self.lifecycle.keep_for,
        }
        await _row.update(changes).where(_row.id == subject.id)

    async def undo(self, _subject: object) -> None:
        raise AssertionError("An operation is finished from the switch on.")


@dataclass(frozen=True)
class Follow(Repeated):
    """End the connections to the former database, and bring in line what depends on the tenant's."""

    lifecycle: LifeCycleParts
    name = "follow"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        parts, row = self.lifecycle.parts, await beside_row(subject)
        tenant = await parts.registry.get(subject.tenant.id)
        await parts.engines.disconnect(tenant)
        server = parts.servers.get(row["database_server"])
        if row["username"] is not None:
            await server.end_connections(row["username"])
        try:
            former = server.builder_for(row["db_name"])
        except DatabaseMissing:
            await self.lifecycle.contents.follow(tenant, None)
            return
        try:
            await self.lifecycle.contents.follow(tenant, former)
        finally:
            await former.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo

    async def undo(self, _subject: object) -> None:
        pass


@dataclass(frozen=True)
class Serve(Repeated):
    """Serve the tenant as before."""

    lifecycle: LifeCycleParts
    name = "serve"
    is_central = True

    async def do(self, subject: Replacement) -> None:
        registry = self.lifecycle.parts.registry
        await registry.set_status(subject.tenant.id, TenantStatus.ACTIVE, expected=_STOPPED, level=None)

    async def undo(self, _subject: object) -> None:
        pass


_Steps = Sequence[UndoableStep[Replacement]]


def moving(lifecycle: LifeCycleParts) -> _Steps:
    """Return the steps that move a tenant to another server: it is copied while nothing can change."""
    return (
        ReserveBeside(lifecycle),
        StopWrites(lifecycle),
        FenceFormer(lifecycle),
        FillBeside(lifecycle),
        CreateBesideUser(lifecycle),
        Switch(lifecycle),
        Follow(lifecycle),
        Serve(lifecycle),
    )


def restoring(lifecycle: LifeCycleParts, *, or_read_only: bool = False) -> _Steps:
    """Return the steps that restore a backup in place: the tenant is served while it is loaded."""
    return (
        ReserveBeside(lifecycle, or_read_only=or_read_only),
        FillBeside(lifecycle),
        CreateBesideUser(lifecycle),
        StopWrites(lifecycle),
        FenceFormer(lifecycle),
        Switch(lifecycle),
        Follow(lifecycle),
        Serve(lifecycle),
    )


def switching_back(lifecycle: LifeCycleParts) -> _Steps:
    """Return the steps that put a kept database back in its place."""
    return (
        ReserveKept(lifecycle),
        StopWrites(lifecycle),
        FenceFormer(lifecycle),
        OpenKept(lifecycle),
        Switch(lifecycle),
        Follow(lifecycle),
        Serve(lifecycle),
    )
