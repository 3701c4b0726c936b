"""Exports tenants as archives, and creates tenants from archives. Each is recorded in the audit trail."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from piccolo.engine.base import Engine

from api.archive_migrations import ArchiveMigrations
from api.archive_services import archived_tenant
from api.composition import Platform
from api.schemas.archives import ArchiveSource, ImportedResponse
from api.schemas.tenants import AdminResponse
from api.version import VERSION
from central.errors import CentralError, WrongStatus
from central.operators import audit
from central.operators.audit import Actor
from central.provisioning.types import ProvisionedTenant, TenantRequest
from central.registry import TenantRecord, TenantRef
from central.slugs import parse_tenant_name
from central.tables import WITH_DATABASE
from piccolo_conf import DB
from piccolo_engines.columns import new_id
from tenant_schema.archives.format.errors import ArchiveError
from tenant_schema.archives.format.file import opened_manifest
from tenant_schema.archives.format.keys import ArchiveKey, Lock, Unlock
from tenant_schema.archives.format.lines import ArchivedTenant
from tenant_schema.archives.service import Loaded, Report, TenantArchives, Written
from tenant_schema.identity import write_identity

__all__ = ["ArchiveFilling", "TenantExport", "TenantImport", "imported_response", "pieces_of"]

_ARCHIVES: Final = TenantArchives(VERSION)
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TenantExport:
    """Exports tenants for one actor. The caller binds ``CENTRAL``."""

    platform: Platform
    actor: Actor

    async def begin(
        self, tenant_id: UUID, locks: Sequence[Lock], report: Report | None = None
    ) -> AsyncIterator[bytes]:
        """Return the archive's bytes, which are read from the database while they are taken.

        The tenant may be served meanwhile. Raises ``TenantNotFound``, and ``WrongStatus`` for a tenant
        without a database, and ``TooManyOfTenant`` or ``TooManyAtOnce``; the iterator raises what
        :meth:`TenantArchives.write` does.
        """
        record = await self.platform.registry.record(tenant_id)
        if record.ref.status not in WITH_DATABASE:
            raise WrongStatus(record.ref.status.value, "exported")
        self.platform.long_requests.exports.require(tenant_id)
        key = await asyncio.to_thread(ArchiveKey.new, new_id(), locks)
        await self._record("tenant.export", record.ref, archive=str(key.archive))
        return self._pieces(record, key, report)

    async def _pieces(
        self, record: TenantRecord, key: ArchiveKey, report: Report | None
    ) -> AsyncIterator[bytes]:
        platform, tenant, written = self.platform, record.ref, Written()
        about = await archived_tenant(platform.registry, record)
        async with self._slot(tenant), platform.engines.lease(tenant) as engine:
            stream = _ARCHIVES.write(
                about,
                key,
                open_secret=partial(platform.vault.open, tenant_id=tenant.id),
                level=await platform.registry.level_of(tenant.id),
                report=report,
                written=written,
            )
            async with aclosing(stream):  # type: ignore[type-var]  # it is a generator
                with DB.bind(engine):  # while it begins: what it begins keeps the binding
                    first = await anext(stream)
                yield first
                async for piece in stream:
                    yield piece
        await self._record(
            "tenant.exported", tenant, archive=str(key.archive), digest=written.digest, rows=written.rows
        )

    @asynccontextmanager
    async def _slot(self, tenant: TenantRef) -> AsyncIterator[None]:
        """The place of one export among those of the process."""
        with self.platform.long_requests.exports.take(tenant.id):
            yield

    async def _record(self, action: str, tenant: TenantRef, **detail: object) -> None:
        await audit.record(self.actor, action, tenant_id=tenant.id, tenant_slug=tenant.slug, detail=detail)


@dataclass(slots=True)
class ArchiveFilling:
    """Fills the database of a new tenant from an archive, as another tenant than the archive's.

    Implements :class:`central.provisioning.types.Filling`.

    :ivar loaded: what was loaded, after :meth:`fill`.
    """

    platform: Platform
    file: Path
    unlock: Unlock
    report: Report | None = None
    loaded: Loaded | None = None

    async def fill(self, tenant: TenantRef, engine: Engine[Any]) -> None:
        """See the protocol. Raises ``ArchiveError`` and what the migrator raises."""
        vault = self.platform.vault
        self.loaded = await _ARCHIVES.load(
            pieces_of(self.file),
            self.unlock,
            migrate_to=ArchiveMigrations(self.platform.tenant_migrator, engine),
            open_secret=partial(vault.open, tenant_id=tenant.id),
            seal_secret=partial(vault.seal, tenant_id=tenant.id),
            as_other_tenant=True,
            report=self.report,
        )
        await write_identity(tenant.id)

    async def publish(self, tenant: TenantRef) -> None:
        """Enter the addresses of users into the directory."""
        await self.platform.directory_updates.rebuild(tenant)


@dataclass(frozen=True, slots=True)
class TenantImport:
    """Creates tenants from archives, for one actor. The caller binds ``CENTRAL``."""

    platform: Platform
    actor: Actor

    async def run(
        self,
        file: Path,
        unlock: Unlock,
        request: TenantRequest,
        report: Report | None = None,
        *,
        keeps_name: bool = False,
    ) -> ImportedResponse:
        """Create a tenant from an archive, completely or not at all. Its users sign in as before.

        Continues when the client disconnects. Raises ``ArchiveError``, before anything is created for an
        archive that cannot be opened, and what provisioning raises.

        :param request: has no administrator; the archive says who they are.
        :param keeps_name: whether the tenant gets the name of the archive's, instead of that of the request.
        """
        manifest = await asyncio.to_thread(opened_manifest, file, unlock)
        source = manifest.tenant
        request = _completed(request, source, keeps_name=keeps_name)
        more: dict[str, object] = {
            "archiveTenant": str(source.id),
            "archiveSlug": source.slug,
            "takenAt": str(manifest.taken_at),
        }
        await self._record("tenant.import", request, more)
        filling = ArchiveFilling(self.platform, file, unlock, report)
        try:
            created = await self.platform.provisioning.create_filled(request, filling)
        except (CentralError, ArchiveError) as error:
            await self._record("tenant.import-failed", request, {**more, "reason": error.code})
            raise
        assert filling.loaded is not None, "the database was filled"
        more |= {"digest": filling.loaded.digest}
        await self._record("tenant.imported", request, more, created.tenant)
        return imported_response(created, filling.loaded)

    async def _record(
        self,
        action: str,
        request: TenantRequest,
        detail: Mapping[str, object],
        tenant: TenantRef | None = None,
    ) -> None:
        details = {"name": request.name, "domain": request.domain, **detail}
        tenant_id = None if tenant is None else tenant.id
        await audit.record(self.actor, action, tenant_id=tenant_id, tenant_slug=request.slug, detail=details)


def _completed(request: TenantRequest, source: ArchivedTenant, *, keeps_name: bool) -> TenantRequest:
    """The request with what the archive says. Raises ``InvalidTenantName``."""
    name = parse_tenant_name(source.name) if keeps_name else request.name
    return replace(request, name=name, admin_email=source.admin_email)


def imported_response(created: ProvisionedTenant, loaded: Loaded) -> ImportedResponse:
    """Return the response for a tenant that was created from an archive."""
    tenant, manifest = created.tenant, loaded.manifest
    source = manifest.tenant
    return ImportedResponse(
        tenant_id=tenant.id,
        slug=tenant.slug,
        status=tenant.status.value,
        domain=tenant.primary_domain,
        db_name=tenant.db_name,
        db_username=created.db_username,
        db_password=created.db_password,
        admin=AdminResponse(email=created.admin.email, password=None),
        archive=ArchiveSource(
            tenant_id=source.id,
            slug=source.slug,
            name=source.name,
            taken_at=manifest.taken_at,
            version=manifest.product,
            database=manifest.engine,
        ),
        digest=loaded.digest,
        rows=loaded.rows,
        left_out=dict(loaded.left_out),
    )


async def pieces_of(file: Path) -> AsyncIterator[bytes]:
    """Yield the bytes of a file, which is read in threads."""
    with file.open("rb") as stream:
        while data := await asyncio.to_thread(stream.read, _PIECE):
            yield data
