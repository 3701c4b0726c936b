"""The steps that archive a tenant and bring it back.

Archiving: mark read-only · build fence · prove archive · mark archived · drop database. Bringing back:
reserve beside · fill beside · create user · switch · follow back · serve.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from central.backups import rows
from central.jobs.pipeline import Repeated, UndoableStep
from central.lifecycle.errors import ArchivePending
from central.lifecycle.replacement import (
    SWITCH,
    CreateBesideUser,
    FenceFormer,
    FillBeside,
    LifeCycleParts,
    Replacement,
    ReserveBeside,
    Serve,
    StopWrites,
    beside_row,
    forget_beside,
)
from central.tables import TenantStatus

__all__ = [
    "ARCHIVED",
    "BringBack",
    "DropFormer",
    "FollowBack",
    "MarkArchived",
    "ProveArchive",
    "archiving",
    "returning",
]

ARCHIVED = "mark archived"
"""The step from which on archiving is finished and not undone."""


@dataclass(frozen=True)
class ProveArchive(Repeated):
    """Wait for a proven backup with what the tenant has behind the fence. Takes one if there is none."""

    lifecycle: LifeCycleParts
    name = "prove archive"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        backups, tenant = self.lifecycle.backups, subject.tenant
        contents = await backups.parts.archiver.contents(tenant)
        last = await rows.latest_proven(tenant.id)
        if last is not None and last.digest == contents.digest and backups.is_proven(last):
            return
        await self.request(subject)
        raise ArchivePending(tenant.slug)

    async def request(self, subject: Replacement) -> None:
        """Have a backup taken and proved."""
        await self.lifecycle.backups.request(subject.tenant)

    async def undo(self, _subject: object) -> None:
        pass


@dataclass(frozen=True)
class MarkArchived(Repeated):
    """Stop serving the tenant; all processes close their connections."""

    lifecycle: LifeCycleParts
    name = ARCHIVED
    is_central = True

    async def do(self, subject: Replacement) -> None:
        registry, tenant = self.lifecycle.parts.registry, subject.tenant
        expected = (TenantStatus.READ_ONLY,)
        await registry.disconnect(tenant.id, force=True, expected=expected)
        await registry.set_status(tenant.id, TenantStatus.ARCHIVED, expected=expected)

    async def undo(self, _subject: object) -> None:
        raise AssertionError("Archiving is finished from here on.")


@dataclass(frozen=True)
class DropFormer(Repeated):
    """Drop the tenant's database and its user."""

    lifecycle: LifeCycleParts
    name = "drop database"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        parts = self.lifecycle.parts
        tenant = await parts.registry.get(subject.tenant.id)
        await parts.engines.disconnect(tenant)
        server, username = (
            parts.servers.get(tenant.database_server),
            await parts.credentials.username(tenant.id),
        )
        await server.drop_database(tenant.db_name)
        if username is not None:
            await server.drop_user(username)
        await parts.credentials.remove(tenant.id)

    async def undo(self, _subject: object) -> None:
        pass


@dataclass(frozen=True)
class BringBack(Repeated):
    """Name the database beside as the tenant's: one transaction."""

    lifecycle: LifeCycleParts
    name = SWITCH
    is_central = True

    async def do(self, subject: Replacement) -> None:
        parts, row, tenant = self.lifecycle.parts, await beside_row(subject), subject.tenant
        await parts.credentials.exchange(tenant.id, row["username"], row["secret"])
        expected = (TenantStatus.ARCHIVED,)
        await parts.registry.set_database(
            tenant.id, row["database_server"], row["db_name"], expected=expected, level=""
        )
        await parts.registry.set_status(tenant.id, TenantStatus.READ_ONLY, expected=expected)
        await forget_beside(subject)

    async def undo(self, _subject: object) -> None:
        raise AssertionError("An operation is finished from the switch on.")


@dataclass(frozen=True)
class FollowBack(Repeated):
    """Bring in line what depends on the tenant's database. What was due when it was archived is sent."""

    lifecycle: LifeCycleParts
    name = "follow back"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        tenant = await self.lifecycle.parts.registry.get(subject.tenant.id)
        await self.lifecycle.contents.follow(tenant, None, keeps_messages=True)

    async def undo(self, _subject: object) -> None:
        pass


_Steps = Sequence[UndoableStep[Replacement]]


def archiving(lifecycle: LifeCycleParts) -> _Steps:
    """Return the steps that archive a tenant."""
    return (
        StopWrites(lifecycle),
        FenceFormer(lifecycle),
        ProveArchive(lifecycle),
        MarkArchived(lifecycle),
        DropFormer(lifecycle),
    )


def returning(lifecycle: LifeCycleParts) -> _Steps:
    """Return the steps that bring an archived tenant back."""
    return (
        ReserveBeside(lifecycle, status=TenantStatus.ARCHIVED),
        FillBeside(lifecycle),
        CreateBesideUser(lifecycle),
        BringBack(lifecycle),
        FollowBack(lifecycle),
        Serve(lifecycle),
    )
