"""Erasure: deletes a tenant, destroys its backups and its data key, and certifies that.

A job that is executed at once, and by another process if this one dies: what is to be destroyed is recorded
before anything of it is.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from central.backups import rows
from central.backups.names import folder_of
from central.backups.parts import BackupParts
from central.backups.tables import Backup, BackupPlan, TenantKey
from central.errors import TenantNotFound
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind
from central.jobs.store import JobStore
from central.registry import Registry
from central.secrets.certificates import CertificateSigner
from central.tables import TenantStatus
from piccolo_engines.columns import utc_now

__all__ = ["ERASE", "Erasure"]

ERASE: Final = "tenant.erase"
_RETRY: Final = timedelta(seconds=5)


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
        delete: Callable[[UUID], Awaitable[object]],
    ) -> None:
        self._registry = registry
        self._backups = backups
        self._signer = signer
        self._jobs = jobs
        self._delete = delete
        self.kind = JobKind(name=ERASE, run=self.run, max_attempts=None, is_cancellable=False)

    async def erase(self, tenant_id: UUID, by: str) -> dict[str, Any]:
        """Erase the tenant and return the certificate.

        Raises what deleting raises, and ``StoreError``; the job then continues in the background, unless the
        tenant could not be deleted at all.
        """
        tenant = await self._registry.get(tenant_id)
        details = {
            "by": by,
            "slug": tenant.slug,
            "name": tenant.name,
            "database": tenant.db_name,
            "databaseServer": tenant.database_server,
        }
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

    async def run(self, claim: Claim) -> Done:
        """Destroy what there is of the tenant. Returns the certificate as the result of the job."""
        tenant_id = claim.job.tenant_id
        assert tenant_id is not None
        listed = claim.job.cursor
        if listed is None:
            listed = await self._list(tenant_id)
            await claim.progress(0, len(listed["backups"]), "backups", cursor=listed)
        with suppress(TenantNotFound):
            await self._delete(tenant_id)
        await self._destroy(tenant_id)
        document = {
            "kind": "erasure",
            "tenant": str(tenant_id),
            **claim.job.arguments,
            **listed,
            "erasedAt": utc_now().isoformat(),
        }
        return Done(self._signer.sign(document))

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
