"""AdoptBackups: rebuilds the registry and the list of backups from a store, after the loss of the database.

What is there already is kept: adopting can be repeated, and completes what is missing.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from central.backups import rows
from central.backups.ages import record_age
from central.backups.data_keys import DataKey
from central.backups.deletion_marks import DeletionMark
from central.backups.errors import BackupError, BackupNotFound, ObjectMissing
from central.backups.names import (
    ALL,
    archive_name,
    mark_name,
    parse_archive_name,
    parse_key_name,
    parse_mark_name,
    proof_name,
)
from central.backups.parts import BackupParts
from central.backups.proofs import LONGEST, Proof
from central.backups.records import BackupRecord, Reason
from central.backups.store import BackupStore, StoredObject
from central.backups.types import ArchiveOrigin
from central.errors import CentralError, DomainTaken, TenantNotFound
from central.registry import Registry
from central.registry.deletions import insert_deleted
from central.servers import DatabaseServers
from central.slugs import parse_tenant_name
from central.tables import Tenant, TenantStatus

__all__ = ["AdoptBackups", "Adopted"]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a store had of one tenant.

    :ivar slug: empty if no archive could be opened.
    :ivar is_new: whether the tenant was not in the registry. :ivar backups: that were not known.
    :ivar proven: how many of all its backups are proven. :ivar problems: in sentences.
    """

    tenant_id: UUID
    slug: str = ""
    is_new: bool = False
    backups: int = 0
    proven: int = 0
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """The objects of one tenant."""

    has_key: bool = False
    has_mark: bool = False
    archives: dict[UUID, StoredObject] = field(default_factory=dict)


class AdoptBackups:
    """Adopts what a store has. The caller binds ``CENTRAL``.

    :param store: where the backups are; by default that of the installation.
    """

    def __init__(self, parts: BackupParts, store: BackupStore | None = None) -> None:
        self._parts = parts
        self._store = store or parts.required_store

    async def adopt(self, report: Callable[[Adopted], None]) -> list[Adopted]:
        """Adopt all tenants of the store, one after the other.

        A tenant that is not in the registry is recorded as archived: restoring one of its backups brings it
        back. One that was deleted is recorded as deleted. Raises
        :class:`~central.backups.errors.StoreError` if the store cannot be listed.

        :param report: called after each tenant.
        """
        outcomes = []
        for tenant_id, found in sorted((await self._found()).items()):
            outcome = await self._adopt(tenant_id, found)
            report(outcome)
            outcomes.append(outcome)
        return outcomes

    async def _found(self) -> dict[UUID, _Found]:
        tenants: dict[UUID, _Found] = {}
        async for one in self._store.list(ALL):
            if (key_of := parse_key_name(one.name)) is not None:
                tenants.setdefault(key_of, _Found()).has_key = True
            elif (deleted := parse_mark_name(one.name)) is not None:
                tenants.setdefault(deleted, _Found()).has_mark = True
            elif (ids := parse_archive_name(one.name)) is not None:
                tenants.setdefault(ids[0], _Found()).archives[ids[1]] = one
        return {tenant_id: found for tenant_id, found in tenants.items() if found.archives}

    async def _adopt(self, tenant_id: UUID, found: _Found) -> Adopted:
        try:
            key = await self._parts.data_keys.adopt(tenant_id, self._store)
        except CentralError as error:
            return Adopted(tenant_id, problems=(str(error),))
        new, problems, origins = 0, list[str](), list[tuple[bool, ArchiveOrigin]]()
        proven = 0
        for backup, stored in sorted(found.archives.items(), reverse=True):
            try:
                origin, proof, is_new = await self._adopt_backup(tenant_id, backup, stored, key)
            except BackupError as error:
                problems.append(f"{backup}: {error}")
                continue
            new, proven = new + is_new, proven + (proof is not None)
            origins.append((proof is not None, origin))
        if not origins:
            return Adopted(tenant_id, problems=tuple(problems))
        origin = next((one for is_proven, one in origins if is_proven), origins[0][1])
        await record_age(tenant_id)
        mark = await self._mark(tenant_id) if found.has_mark else None
        is_new_tenant, more = await self._adopt_tenant(origin, mark)
        return Adopted(tenant_id, origin.slug, is_new_tenant, new, proven, (*problems, *more))

    async def _adopt_backup(
        self, tenant_id: UUID, backup: UUID, stored: StoredObject, key: DataKey
    ) -> tuple[ArchiveOrigin, Proof | None, bool]:
        """Record one backup, unless it is recorded. Returns also whether it was not."""
        async with aclosing(cast("Any", self._store.download(stored.name))) as source:
            origin = await self._parts.archiver.origin(source, tenant_id, key)
        proof = await self._proof(tenant_id, backup, stored.size)
        try:
            known = await rows.find(backup)
            return origin, proof if known.proof else None, False
        except BackupNotFound:
            await rows.insert_adopted(self._record(tenant_id, backup, stored, origin, proof))
        if proof is not None:
            text = (await self._store.get(proof_name(tenant_id, backup), LONGEST)).decode()
            await rows.change(backup, proven_at=proof.proven_at, proof=text)
        return origin, proof, True

    async def _proof(self, tenant_id: UUID, backup: UUID, size: int) -> Proof | None:
        """Return the proof beside an archive, if this installation has signed it for one of that size."""
        try:
            text = await self._store.get(proof_name(tenant_id, backup), LONGEST)
        except ObjectMissing:
            return None
        proof = self._parts.signer.verify(text, tenant_id, backup)
        return proof if proof is not None and proof.bytes == size else None

    def _record(
        self,
        tenant_id: UUID,
        backup: UUID,
        stored: StoredObject,
        origin: ArchiveOrigin,
        proof: Proof | None,
    ) -> BackupRecord:
        return BackupRecord(
            id=backup,
            tenant_id=tenant_id,
            tenant_slug=origin.slug,
            location=f"{self._store.url} {archive_name(tenant_id, backup)}",
            reason=Reason.ADOPTED,
            job_id=None,
            stored_at=stored.written_at,
            taken_at=origin.taken_at,
            confirmed_at=origin.taken_at,
            proven_at=None,
            digest="" if proof is None else proof.digest,
            bytes=stored.size,
            rows=0 if proof is None else proof.rows,
            level=origin.level,
            proof=None,
            failure=None,
            mark=None,
        )

    async def _mark(self, tenant_id: UUID) -> DeletionMark | None:
        """Return what says that the tenant is deleted, if this installation has signed it."""
        try:
            text = await self._store.get(mark_name(tenant_id), LONGEST)
        except ObjectMissing:
            return None
        return self._parts.signer.verify_deletion(text, tenant_id)

    async def _adopt_tenant(self, origin: ArchiveOrigin, mark: DeletionMark | None) -> tuple[bool, list[str]]:
        """Record the tenant as archived or deleted, unless it is in the registry. Returns also what is in
        the way.
        """
        registry = self._parts.registry
        try:
            await registry.get(origin.tenant_id)
            return False, []
        except TenantNotFound:
            pass
        if mark is not None:
            await _insert_deleted(registry, self._parts.servers, origin, mark)
            return True, []
        if not origin.domains:
            return False, ["The archive names no host name of the tenant."]
        try:
            await _reserve(registry, self._parts.servers, origin)
        except CentralError as error:
            return False, [str(error)]
        return True, [problem async for problem in _missing_domains(registry, origin)]


async def _reserve(registry: Registry, servers: DatabaseServers, origin: ArchiveOrigin) -> None:
    async with registry.changing():
        await registry.reserve(
            slug=origin.slug,
            name=origin.name,
            domain=origin.domains[0],
            database_server=servers.default.name,
            db_name=servers.database_name(origin.slug),
            admin_email=origin.admin_email,
            tenant_id=origin.tenant_id,
        )
        await registry.set_status(
            origin.tenant_id, TenantStatus.ARCHIVED, expected={TenantStatus.PROVISIONING}
        )


async def _insert_deleted(
    registry: Registry, servers: DatabaseServers, origin: ArchiveOrigin, mark: DeletionMark
) -> None:
    """Record a deleted tenant. Its database is named as no other tenant's is, and is not there."""
    name = parse_tenant_name(mark.name)
    tenant = Tenant(
        id=origin.tenant_id,
        slug=mark.slug,
        name=name,
        folded_name=name.casefold(),
        database_server=servers.default.name,
        db_name=servers.name_beside(mark.slug, origin.tenant_id.hex[-8:]),
        admin_email=origin.admin_email,
    )
    async with registry.changing():
        await insert_deleted(tenant, mark.domains, mark.deleted_at, mark.restorable_until)


async def _missing_domains(registry: Registry, origin: ArchiveOrigin) -> AsyncIterator[str]:
    for domain in origin.domains[1:]:
        try:
            await registry.add_domain(origin.tenant_id, domain)
        except DomainTaken as error:
            yield str(error)
