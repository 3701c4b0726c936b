"""Erasure: deletes a tenant, destroys its backups and its data key, and certifies that.

Deleted tenants are erased when their time is over.

A job that is executed at once, and by another process if this one dies: what is to be destroyed is recorded
before anything of it is.
"""

from collections.abc import Awaitable, Collection, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from central.backups import rows
from central.backups.names import folder_of
from central.backups.parts import BackupParts
from central.backups.tables import Backup, BackupPlan, TenantKey
from central.errors import TenantNotFound
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.store import JobStore, NewJob
from central.jobs.tables import Job
from central.provisioning.deletion import DELETABLE
from central.provisioning.errors import OperationRunning
from central.registry import Registry, TenantRef
from central.registry.deletions import Deletion, deletion_of, past_their_time
from central.secrets.certificates import CertificateSigner
from central.tables import TenantStatus
from piccolo_engines.columns import utc_now

__all__ = ["ERASE", "RETENTION", "Delete", "Erasure"]

ERASE: Final = "tenant.erase"
RETENTION: Final = "DELETED_TENANT_DAYS"
"""By whom a tenant is erased whose time is over."""
_RETRY: Final = timedelta(seconds=5)
_LOOKED_AGAIN: Final = timedelta(minutes=1)
_AT_ONCE: Final = 100


class Delete(Protocol):
    """Deletes a tenant that has one of the statuses, with its database."""

    def __call__(self, tenant_id: UUID, *, expected: Collection[TenantStatus]) -> Awaitable[object]: ...


class Erasure:
    """Erases tenants. The caller binds ``CENTRAL``.

    :param delete: deletes a tenant with its database.
    """

    def __init__(
        self,
        registry: Registry,
        backups: BackupParts,
        signer: CertificateSigner,
        jobs: JobStore,
        delete: Delete,
    ) -> None:
        self._registry = registry
        self._backups = backups
        self._signer = signer
        self._jobs = jobs
        self._delete = delete
        self.kind = JobKind(name=ERASE, run=self._attempt, max_attempts=None, is_cancellable=False)

    async def erase(self, tenant_id: UUID, by: str) -> dict[str, Any]:
        """Erase the tenant and return the certificate.

        Raises what deleting raises, and ``StoreError``; the job then continues in the background, unless the
        tenant could not be deleted at all.
        """
        tenant = await self._registry.get(tenant_id)
        details = _details(tenant, by)
        claim = self._jobs.begin(ERASE, tenant_id, tenant.slug, total=None, unit="backups", arguments=details)
        async with self._jobs.kept_alive(claim):
            await claim.insert()
            try:
                done = await self.run(claim)
            except BaseException:
                await self._give_up(claim, tenant_id)
                raise
            await claim.complete(done.result)
        certificate: dict[str, Any] = done.result
        return certificate

    async def erase_expired(self) -> list[Deletion]:
        """Have the deleted tenants erased whose time is over. Returns those that were not noticed before."""
        found = []
        for deletion in await past_their_time(_AT_ONCE):
            key = f"{ERASE}:{deletion.tenant_id}"
            if await Job.exists().where(Job.unique_key == key):
                continue
            details = _details(await self._registry.get(deletion.tenant_id), RETENTION)
            new = NewJob(
                kind=ERASE,
                tenant_id=deletion.tenant_id,
                tenant_slug=deletion.slug,
                arguments=details,
                key=key,
            )
            await self._jobs.enqueue(new)
            found.append(deletion)
        return found

    async def run(self, claim: Claim) -> Done:
        """Destroy what there is of the tenant. Returns the certificate as the result of the job."""
        tenant_id = claim.job.tenant_id
        assert tenant_id is not None
        listed = claim.job.cursor
        if listed is None:
            listed = await self._list(tenant_id)
            await claim.progress(0, len(listed["backups"]), "backups", cursor=listed)
        if claim.job.arguments.get("by") == RETENTION and await self._has_returned(tenant_id):
            return Done(is_forgotten=True)
        with suppress(TenantNotFound):
            await self._delete(tenant_id, expected=_expected(claim.job.arguments))
        await self._destroy(tenant_id)
        document = {
            "kind": "erasure",
            "tenant": str(tenant_id),
            **claim.job.arguments,
            **listed,
            "erasedAt": utc_now().isoformat(),
        }
        return Done(self._signer.sign(document))

    async def _attempt(self, claim: Claim) -> Outcome:
        """Erase it, or look again later if an operation on the tenant is running: it may be coming back."""
        try:
            return await self.run(claim)
        except OperationRunning as error:
            return Later(utc_now() + _LOOKED_AGAIN, note=str(error))

    async def _has_returned(self, tenant_id: UUID) -> bool:
        """Whether the tenant was brought back since it was noticed that its time is over."""
        try:
            status = (await self._registry.get(tenant_id)).status
        except TenantNotFound:
            return False
        if status is TenantStatus.DELETED:  # perhaps again, with another time
            deletion = await deletion_of(tenant_id)
            return deletion is None or deletion.restorable_until > utc_now()
        return status is not TenantStatus.DELETING

    async def _give_up(self, claim: Claim, tenant_id: UUID) -> None:
        """Forget the job if the tenant could not be deleted; otherwise another attempt finishes it."""
        try:
            is_refused = (await self._registry.get(tenant_id)).status is not TenantStatus.DELETING
        except TenantNotFound:
            is_refused = False
        if is_refused:
            await claim.forget()
        else:
            await claim.postpone(utc_now() + _RETRY)

    async def _list(self, tenant_id: UUID) -> dict[str, Any]:
        key = await TenantKey.select(TenantKey.key_id).where(TenantKey.tenant_id == tenant_id).first()
        backups = [
            {"id": str(one.id), "takenAt": one.taken_at.isoformat(), "digest": one.digest, "bytes": one.bytes}
            for one in await rows.backups_of(tenant_id)
        ]
        return {"backups": backups, "dataKey": None if key is None else key["key_id"]}

    async def _destroy(self, tenant_id: UUID) -> None:
        """The key goes first: nothing can be read from then on, whatever happens to the objects."""
        store = self._backups.store
        await self._backups.data_keys.destroy(tenant_id, store)
        if store is not None:
            names = [one.name async for one in store.list(folder_of(tenant_id))]
            for name in names:
                await store.delete(name)
            await store.discard_uploads(folder_of(tenant_id))
        await Backup.delete().where(Backup.tenant_id == tenant_id)
        await BackupPlan.delete().where(BackupPlan.tenant_id == tenant_id)


def _details(tenant: TenantRef, by: str) -> dict[str, str]:
    return {
        "by": by,
        "slug": tenant.slug,
        "name": tenant.name,
        "database": tenant.db_name,
        "databaseServer": tenant.database_server,
    }


def _expected(arguments: Mapping[str, Any]) -> Collection[TenantStatus]:
    """Return the statuses of tenants that the job may delete."""
    return (TenantStatus.DELETED,) if arguments.get("by") == RETENTION else DELETABLE
