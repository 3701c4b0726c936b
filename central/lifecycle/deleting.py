"""The steps that keep the archive of a deleted tenant, and that bring a deleted tenant back.

Deleting for a while is one transaction (:func:`central.registry.deletions.free_names`), which enqueues the
job that keeps the archive: build fence · prove archive · mark in store · forget database · drop database.
Bringing back: take names · reserve beside · fill beside · create user · unmark in store · switch · follow
back · serve.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from central.backups.deletion_marks import DeletionMark
from central.backups.names import mark_name
from central.backups.records import Reason
from central.backups.taking import take_job
from central.errors import WrongStatus
from central.jobs.pipeline import Repeated, UndoableStep
from central.lifecycle.archiving import DropFormer, FollowBack, ProveArchive
from central.lifecycle.replacement import (
    SWITCH,
    CreateBesideUser,
    FenceFormer,
    FillBeside,
    LifeCycleParts,
    Replacement,
    ReserveBeside,
    beside_row,
    forget_beside,
)
from central.registry.deletions import (
    Deletion,
    deletion_of,
    give_back_names,
    is_of_another,
    mark_without_database,
    take_names,
    undo_deletion,
)
from central.registry.tables import KeptDatabase, KeptState
from central.servers import DatabaseServers
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseMissing

__all__ = [
    "DropDeleted",
    "FenceDeleted",
    "ForgetDatabase",
    "MarkInStore",
    "ProveLastArchive",
    "ServeAgain",
    "TakeNames",
    "Undelete",
    "UnmarkInStore",
    "drop_kept_database",
    "keeping",
    "undeleting",
]

_DELETED = (TenantStatus.DELETED,)


async def drop_kept_database(servers: DatabaseServers, row: Mapping[str, Any]) -> None:
    """Drop a kept database and its user, and then forget it. One that a tenant has now is only forgotten."""
    if not await is_of_another(None, row["database_server"], row["db_name"]):
        server = servers.get(row["database_server"])
        await server.drop_database(row["db_name"])
        if row["username"] is not None:
            await server.drop_user(row["username"])
    await KeptDatabase.delete().where(KeptDatabase.id == row["id"])


async def _deletion(subject: Replacement) -> Deletion:
    """Return what is known of it. Raises ``WrongStatus`` once the deletion was taken back."""
    found = await deletion_of(subject.tenant.id)
    if found is None:
        raise WrongStatus(TenantStatus.ACTIVE, TenantStatus.DELETED)
    return found


@dataclass(frozen=True)
class FenceDeleted(FenceFormer):
    """Refuse writes to the database of the deleted tenant, from processes that do not know of it yet."""

    async def do(self, subject: Replacement) -> None:
        if (await _deletion(subject)).has_database:
            await super().do(subject)


@dataclass(frozen=True)
class ProveLastArchive(ProveArchive):
    """Wait for a proven backup with what the tenant had. If its database is lost, there is none to take."""

    async def do(self, subject: Replacement) -> None:
        if (await _deletion(subject)).has_database:
            with suppress(DatabaseMissing):
                await super().do(subject)

    async def request(self, subject: Replacement) -> None:
        tenant = subject.tenant
        await self.lifecycle.backups.parts.jobs.enqueue(take_job(tenant.id, tenant.slug, Reason.DELETION))


@dataclass(frozen=True)
class MarkInStore(Repeated):
    """Write beside the archives that the tenant is deleted, for who rebuilds the registry from them."""

    lifecycle: LifeCycleParts
    name = "mark in store"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        found, parts = await _deletion(subject), self.lifecycle.backups.parts
        mark = DeletionMark(
            tenant=found.tenant_id,
            slug=found.slug,
            name=subject.tenant.name,
            domains=found.domains,
            deleted_at=found.deleted_at,
            restorable_until=found.restorable_until,
        )
        signed = parts.signer.sign_deletion(mark)
        await parts.required_store.put(mark_name(found.tenant_id), signed.encode())

    async def undo(self, _subject: object) -> None:
        pass


@dataclass(frozen=True)
class ForgetDatabase(Repeated):
    """Record that the database is not needed any more; all processes close their connections."""

    lifecycle: LifeCycleParts
    name = "forget database"
    is_central = True

    async def do(self, subject: Replacement) -> None:
        registry, tenant = self.lifecycle.parts.registry, subject.tenant
        await registry.disconnect(tenant.id, force=True, expected=_DELETED)
        await mark_without_database(tenant.id)

    async def undo(self, _subject: object) -> None:
        raise AssertionError("Deleting is finished, not undone.")


@dataclass(frozen=True)
class DropDeleted(DropFormer):
    """Drop the database and its user, and the databases that the tenant had before."""

    async def do(self, subject: Replacement) -> None:
        tenant, parts = subject.tenant, self.lifecycle.parts
        if not await is_of_another(tenant.id, tenant.database_server, tenant.db_name):
            await super().do(subject)
        mine = (KeptDatabase.tenant_id == tenant.id) & (KeptDatabase.state == KeptState.KEPT)
        for row in await KeptDatabase.select().where(mine):
            await drop_kept_database(parts.servers, row)


@dataclass(frozen=True)
class TakeNames(Repeated):
    """Give the tenant its slug and host names back, or others. They lead to nobody yet."""

    lifecycle: LifeCycleParts
    name = "take names"
    is_central = True

    async def do(self, subject: Replacement) -> None:
        await self.lifecycle.parts.registry.hold(subject.tenant.id, expected=_DELETED)
        seals = self.lifecycle.parts.registry.seals
        await take_names(seals, subject.tenant.id, subject.slug, subject.domain)

    async def undo(self, subject: Replacement) -> None:
        await give_back_names(subject.tenant.id)


@dataclass(frozen=True)
class UnmarkInStore(Repeated):
    """Remove the mark that says that the tenant is deleted."""

    lifecycle: LifeCycleParts
    name = "unmark in store"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        await self.lifecycle.backups.parts.required_store.delete(mark_name(subject.tenant.id))

    async def undo(self, subject: Replacement) -> None:
        await MarkInStore(self.lifecycle).do(subject)


@dataclass(frozen=True)
class Undelete(Repeated):
    """Name the database beside as the tenant's, which is not deleted any more: one transaction."""

    lifecycle: LifeCycleParts
    name = SWITCH
    is_central = True

    async def do(self, subject: Replacement) -> None:
        parts, row, tenant = self.lifecycle.parts, await beside_row(subject), subject.tenant
        await parts.credentials.exchange(tenant.id, row["username"], row["secret"])
        await parts.registry.set_database(
            tenant.id, row["database_server"], row["db_name"], expected=_DELETED, level=""
        )
        waiting = TenantStatus.READ_ONLY if subject.serves_as is TenantStatus.ACTIVE else subject.serves_as
        await parts.registry.set_status(tenant.id, waiting, expected=_DELETED)
        await undo_deletion(tenant.id)
        await forget_beside(subject)

    async def undo(self, _subject: object) -> None:
        raise AssertionError("An operation is finished from the switch on.")


@dataclass(frozen=True)
class ServeAgain(Repeated):
    """Give the tenant the status that it had: it is served, or suspended unless it was resumed meanwhile."""

    lifecycle: LifeCycleParts
    name = "serve"
    is_central = True

    async def do(self, subject: Replacement) -> None:
        expected = (TenantStatus.READ_ONLY, subject.serves_as)
        registry = self.lifecycle.parts.registry
        if (await registry.get(subject.tenant.id)).status is TenantStatus.ACTIVE:
            return
        await registry.set_status(subject.tenant.id, subject.serves_as, expected=expected, level=None)

    async def undo(self, _subject: object) -> None:
        pass


_Steps = Sequence[UndoableStep[Replacement]]


def keeping(lifecycle: LifeCycleParts) -> _Steps:
    """Return the steps that keep the archive of a deleted tenant, and drop its database."""
    return (
        FenceDeleted(lifecycle),
        ProveLastArchive(lifecycle),
        MarkInStore(lifecycle),
        ForgetDatabase(lifecycle),
        DropDeleted(lifecycle),
    )


def undeleting(lifecycle: LifeCycleParts) -> _Steps:
    """Return the steps that bring a deleted tenant back."""
    return (
        TakeNames(lifecycle),
        ReserveBeside(lifecycle, status=TenantStatus.DELETED),
        FillBeside(lifecycle),
        CreateBesideUser(lifecycle),
        UnmarkInStore(lifecycle),
        Undelete(lifecycle),
        FollowBack(lifecycle),
        ServeAgain(lifecycle),
    )
