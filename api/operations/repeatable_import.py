"""RepeatableImport: creates a tenant from an archive, once for each Idempotency-Key."""

import asyncio
import hashlib
import hmac
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from api.operations.archives import TenantImport, imported_response
from api.schemas.archives import ImportedResponse
from central.errors import TenantNotFound
from central.idempotency import StoredResponse
from central.operators.service import OperatorRef
from central.provisioning.types import Admin, ProvisionedTenant, TenantRequest
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_engines.leases import Lease
from tenant_schema.archives.contents.tables import OF_THIS_TENANT
from tenant_schema.archives.format.file import verified
from tenant_schema.archives.format.keys import Unlock
from tenant_schema.archives.service import Loaded

__all__ = ["RepeatableImport", "to_the_end"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RepeatableImport:
    """Imports for one operator. The caller binds ``CENTRAL``."""

    imports: TenantImport
    operator: OperatorRef

    async def run(
        self, file: Path, unlock: Unlock, request: TenantRequest, key: str | None
    ) -> StoredResponse:
        """Create the tenant, or return the stored response if ``key`` was used with this archive and query.

        Raises what :meth:`TenantImport.run` and idempotency keys raise.
        """
        if key is None:
            return _stored(await self.imports.run(file, unlock, request))

        async def act(lease: Lease) -> StoredResponse:
            made = await self._made_already(request) if lease.is_takeover else None
            if made is None:
                return _stored(await self.imports.run(file, unlock, request))
            response = await self._response_for(made, file, unlock)
            return replace(_stored(response), is_replay=True)

        fingerprint = await self._fingerprint(file, request)
        return await self.imports.platform.idempotency.run(self.operator.id, key, fingerprint, act)

    async def _fingerprint(self, file: Path, request: TenantRequest) -> bytes:
        """Return a hash that distinguishes requests: by the archive and what is to be created of it."""
        key = self.imports.platform.vault.derive("idempotency", self.operator.id).current
        wanted = msgspec.json.encode([request.slug, request.name, request.domain, request.server])
        content = await asyncio.to_thread(_hash_of, file)
        return hmac.digest(key, b"POST /setup/tenants/import " + wanted + content, "sha256")

    async def _made_already(self, request: TenantRequest) -> TenantRef | None:
        """Return the tenant that an attempt has created whose process died before its response was stored."""
        try:
            found = await self.imports.platform.registry.by_slug(request.slug)
        except TenantNotFound:
            return None
        made = (found.name, found.primary_domain, found.status)
        return found if made == (request.name, request.domain, TenantStatus.ACTIVE) else None

    async def _response_for(self, tenant: TenantRef, file: Path, unlock: Unlock) -> ImportedResponse:
        """Return the response, without the password. The archive says what was loaded."""
        platform = self.imports.platform
        found = await asyncio.to_thread(verified, file, unlock, lambda *_: None)
        left_out = {one.end: one.rows for one in found.sums if one.end in OF_THIS_TENANT}
        loaded = Loaded(found.manifest, found.trailer.digest, found.trailer.rows, left_out)
        username = await platform.credentials.username(tenant.id)
        admin = Admin((await platform.registry.record(tenant.id)).admin_email, "")
        made = imported_response(ProvisionedTenant(tenant, username, "", admin), loaded)
        return msgspec.structs.replace(made, db_password=None)


async def to_the_end(work: Coroutine[Any, Any, _T]) -> _T:
    """Await the work. A caller that is cancelled is so at its end: what the work uses lasts until then."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _stored(response: ImportedResponse) -> StoredResponse:
    return StoredResponse(201, msgspec.to_builtins(response))


def _hash_of(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
