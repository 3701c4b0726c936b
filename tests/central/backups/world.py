"""Backups of tenants whose databases are texts in memory; jobs, store and central database are real."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine

from central.backups.data_keys import DataKey, DataKeys
from central.backups.errors import ProofFailed
from central.backups.parts import BackupParts
from central.backups.proofs import ProofSigner
from central.backups.records import BackupRecord
from central.backups.service import Backups
from central.backups.store import BackupStore
from central.backups.types import ArchiveOrigin, ArchiveWritten, Contents, Report
from central.jobs.records import JobRecord
from central.jobs.runner import JobRunner
from central.jobs.service import JobService
from central.jobs.store import JobStore
from central.registry import TenantRef
from central.retention import Retention
from central.schedules import Schedule
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from central.servers import DatabaseServers
from central.servers.sqlite import SQLiteServer
from central.settings.backups import FolderAddress, StoreAddress
from piccolo_engines.columns import utc_now
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.rows import make_tenant
from tests.support.registries import new_registry

KEY = EncryptionKey.from_hex(generate_key())


def digest_of(contents: list[str]) -> str:
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()


@dataclass
class Archiver:
    """Archives that are the tenant's rows, one a line, behind its key's id.

    :ivar before_piece: awaited before each piece of an archive that is written.
    """

    contents_of: dict[UUID, list[str]] = field(default_factory=dict)
    before_piece: Callable[[int], Awaitable[None]] | None = None
    looks: int = 0
    restored: list[str] = field(default_factory=list)

    async def write(
        self, tenant: TenantRef, backup: UUID, key: DataKey, into: ArchiveWritten, report: Report
    ) -> AsyncIterator[bytes]:
        rows = list(self.contents_of[tenant.id])
        taken_at = utc_now()
        yield f"{key.id} {tenant.id} {tenant.slug} {taken_at.isoformat()}\n".encode()
        for number, row in enumerate(rows):
            if self.before_piece is not None:
                await self.before_piece(number)
            report(number, len(rows))
            yield f"{row}\n".encode()
        into.digest, into.rows, into.level, into.taken_at = digest_of(rows), len(rows), "1/2/3", taken_at

    async def contents(self, tenant: TenantRef) -> Contents:
        self.looks += 1
        return Contents(digest_of(self.contents_of[tenant.id]), len(self.contents_of[tenant.id]))

    async def restore_beside(
        self,
        tenant_id: UUID,
        source: AsyncIterator[bytes],
        key: DataKey,
        engine: Engine[Any],
        report: Report,
    ) -> Contents:
        assert isinstance(engine, SQLiteEngine)
        self.restored.append(Path(engine.path).name)
        head, *rows = b"".join([piece async for piece in source]).decode().split("\n")[:-1]
        if head.split(" ")[:2] != [key.id, str(tenant_id)]:
            raise ProofFailed("The archive is damaged.")
        report(len(rows), len(rows))
        return Contents(digest_of(rows), len(rows))

    async def origin(self, source: AsyncIterator[bytes], tenant_id: UUID, key: DataKey) -> ArchiveOrigin:
        head = (await anext(source)).decode().split("\n")[0].split(" ")
        if head[:2] != [key.id, str(tenant_id)]:
            raise ProofFailed("The archive is damaged.")
        domains, taken_at = (f"{head[2]}.localhost",), datetime.fromisoformat(head[3])
        return ArchiveOrigin(tenant_id, head[2], head[2].title(), domains, "a@b.test", "1/2/3", taken_at)


class World:
    """One process of an installation on the bound central database."""

    def __init__(
        self,
        folder: Path,
        address: StoreAddress | None = None,
        *,
        keys: tuple[EncryptionKey, ...] = (KEY,),
        keep: str = "last=3,daily=7,weekly=4,monthly=6",
        archiver: Archiver | None = None,
    ) -> None:
        self.folder = folder
        self.store = BackupStore(address or FolderAddress(folder / "store"), patience=2.0)
        self.archiver = archiver or Archiver()
        self.vault = Vault(keys)
        self.registry, self.jobs = new_registry(), JobStore()
        server = SQLiteServer(folder / "tenants", engine=lambda path: SQLiteEngine(path))
        self.parts = BackupParts(
            store=self.store,
            archiver=self.archiver,
            data_keys=DataKeys(self.vault),
            signer=ProofSigner(self.vault),
            registry=self.registry,
            servers=DatabaseServers([server]),
            jobs=self.jobs,
            schedule=Schedule.parse("0 2 * * *"),
            keep=Retention.parse(keep),
            version="0.1.0",
        )
        self.server = server
        self.backups = Backups(self.parts)
        self.runner = JobRunner(self.jobs, self.backups.kinds, size=3)

    async def tenant(self, slug: str = "acme", rows: list[str] | None = None) -> TenantRef:
        """An active tenant with a database."""

        tenant = await make_tenant(self.registry, slug)
        await self.server.create_database(tenant.db_name)
        self.archiver.contents_of[tenant.id] = rows if rows is not None else ["one", "two"]
        return tenant

    async def taken(self, tenant: TenantRef) -> list[BackupRecord]:
        """Request a backup, execute all jobs that are due, and return the tenant's backups."""
        await self.backups.request(tenant)
        await self.runner.drain()
        return await self.backups.list(tenant.id)

    async def job(self, kind: str) -> JobRecord:
        """The latest job of a kind."""
        page = await JobService(self.jobs, self.runner.kinds).page(200)
        return next(job for job in page.items if job.kind == kind)

    async def objects(self) -> list[str]:
        """The names of all objects of the store, without the ids."""
        names = [one.name async for one in self.store.list("tenants")]
        return sorted("key" if name.endswith("/key") else name.rpartition(".")[2] for name in names)

    async def databases(self) -> frozenset[str]:
        return await self.server.databases()
