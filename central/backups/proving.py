"""ProveBackup: the function of jobs of the kind ``backup.prove``."""

import hashlib
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from central.backups import rows
from central.backups.ages import record_age
from central.backups.errors import BackupNotFound, DataKeyMissing, ObjectMissing, ProofFailed, StoreRefuses
from central.backups.parts import BackupParts
from central.backups.progress import with_progress
from central.backups.proofs import Proof
from central.backups.pruning import prune_job
from central.backups.records import BackupRecord
from central.backups.scratch import drop_abandoned, scratch_database
from central.backups.store import BackupStore
from central.backups.types import Contents, Report
from central.database import CENTRAL
from central.errors import TenantNotFound
from central.jobs.claims import Claim
from central.jobs.errors import JobFailed
from central.jobs.kinds import Done, Outcome
from central.servers import DatabaseServer
from central.servers.errors import UnknownServer
from piccolo_engines.columns import utc_now

__all__ = ["ProveBackup"]

_LONGEST: Final = 500


class _Hashed:
    """Passes an archive on, and computes its size and SHA-256."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def pieces(self) -> AsyncIterator[bytes]:
        async for piece in self._source:
            self._hash.update(piece)
            self.size += len(piece)
            yield piece


class ProveBackup:
    """Restores a backup beside its tenant, on the same server, compares its digest, and signs that.

    What is read is what the store has. A backup that is not what it should be stays, with its failure.
    """

    def __init__(self, parts: BackupParts) -> None:
        self._parts = parts

    async def __call__(self, claim: Claim) -> Outcome:
        """Prove the backup. Raises :class:`~central.jobs.errors.JobFailed` where repeating cannot help."""
        try:
            backup = await rows.find(UUID(claim.job.arguments["backup"]))
        except BackupNotFound:
            return Done(is_forgotten=True)
        if claim.job.attempts > 1:  # a process may have been killed within the one before
            await drop_abandoned(self._parts.servers, claim.job.kind)
        try:
            return await self._prove(backup, self._parts.required_store, claim)
        except (ProofFailed, ObjectMissing, DataKeyMissing, StoreRefuses) as error:
            failure = str(error)[:_LONGEST]
            await rows.change(backup.id, failure=failure, proven_at=None, proof=None)
            await record_age(backup.tenant_id)
            raise JobFailed(failure) from error

    async def _prove(self, backup: BackupRecord, store: BackupStore, claim: Claim) -> Outcome:
        key = await self._parts.data_keys.get(backup.tenant_id)
        server, archive = await self._server(backup), _Hashed(store.download(backup.object_name))

        async def restore(report: Report) -> Contents:
            async with scratch_database(self._parts.servers, server, claim.job.claim) as engine:
                return await self._parts.archiver.restore_beside(
                    backup.tenant_id, archive.pieces(), key, engine, report
                )

        found = await with_progress(claim, restore)
        if not backup.digest:  # adopted without a proof: what it contains was not known
            await rows.change(backup.id, digest=found.digest, rows=found.rows)
        elif (found.digest, found.rows) != (backup.digest, backup.rows):
            raise ProofFailed("What was restored does not have the digest of the backup.")
        if archive.size != backup.bytes:
            raise ProofFailed("The archive in the store does not have the size of the backup.")
        proof = Proof(
            backup=backup.id,
            tenant=backup.tenant_id,
            taken_at=backup.taken_at,
            proven_at=utc_now(),
            digest=found.digest,
            rows=found.rows,
            bytes=archive.size,
            sha256=archive.sha256,
            engine=server.name if server.name == "sqlite" else "mysql",
            version=self._parts.version,
        )
        await self._record(backup, proof, store)
        return Done({"backup": str(backup.id), "digest": found.digest, "rows": found.rows})

    async def _record(self, backup: BackupRecord, proof: Proof, store: BackupStore) -> None:
        """Write the proof beside the archive, then into the central database."""
        signed = self._parts.signer.sign(proof)
        await store.put(backup.proof_object, signed.encode())
        async with CENTRAL.transaction():
            await rows.change(backup.id, proven_at=proof.proven_at, proof=signed, failure=None)
            await record_age(backup.tenant_id)
            await self._parts.jobs.enqueue(prune_job(backup.tenant_id, backup.tenant_slug))
        self._parts.jobs.wake()

    async def _server(self, backup: BackupRecord) -> DatabaseServer:
        """The server of the tenant; the default one if there is no such tenant or server."""
        try:
            tenant = await self._parts.registry.get(backup.tenant_id)
            return self._parts.servers.get(tenant.database_server)
        except (TenantNotFound, UnknownServer):
            return self._parts.servers.default
