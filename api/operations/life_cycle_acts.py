"""Operations that replace a tenant's database, each recorded in the audit trail.

They are jobs: the record says that they were begun, the job how they ended. The caller binds ``CENTRAL``.
"""

from dataclasses import dataclass
from uuid import UUID

from api.composition import Platform
from api.errors import InvalidBody
from api.operations.create_tenant import faults_of
from central.hostnames import parse_tenant_domain
from central.lifecycle.service import KeptRecord
from central.operators import audit
from central.operators.audit import Actor
from central.registry.deletions import NamesTaken
from central.servers import server_name
from central.tables import TenantStatus
from tenant_schema.problems import InvalidInput, Problem

__all__ = ["LifeCycleActs"]

_SQLITE = "sqlite"


@dataclass(frozen=True, slots=True)
class LifeCycleActs:
    """The operations, for REST, the command line and the operators' admin."""

    platform: Platform
    actor: Actor

    async def move(self, tenant_id: UUID, host: str | None, port: int | None, *, to_sqlite: bool) -> UUID:
        """Move the tenant's database. Returns the id of the job. Raises what ``LifeCycle.move`` raises, and
        :class:`~api.errors.InvalidBody` for no destination or two.
        """
        if (host is None) != to_sqlite:
            problem = Problem("dbHost", "required", "Name either dbHost, and dbPort, or sqlite.")
            raise InvalidBody([problem])
        server = _SQLITE if host is None else server_name(host, port or self.platform.settings.db_port)
        return await self.move_to(tenant_id, server)

    async def move_to(self, tenant_id: UUID, server: str) -> UUID:
        """As :meth:`move`, to the server with this name."""
        job = await self.platform.life_cycle.move(tenant_id, server)
        await self._record("tenant.move", tenant_id, to=server, job=str(job))
        return job

    async def restore(self, tenant_id: UUID, *, backup: UUID | None = None, kept: UUID | None = None) -> UUID:
        """Put a backup or a kept database in the place of the tenant's, or bring an archived tenant back.

        Returns the id of the job. Raises what :class:`~central.lifecycle.service.LifeCycle` raises, and
        :class:`~api.errors.InvalidBody` for both.
        """
        life_cycle = self.platform.life_cycle
        if backup is not None and kept is not None:
            raise InvalidBody([Problem("backup", "one-of", "Name either a backup or a kept database.")])
        if kept is not None:
            job = await life_cycle.switch_back(tenant_id, kept)
            await self._record("tenant.switch-back", tenant_id, kept=str(kept), job=str(job))
            return job
        if backup is not None:
            job = await life_cycle.restore(tenant_id, backup)
            await self._record("tenant.restore", tenant_id, backup=str(backup), job=str(job))
            return job
        return await self.bring_back(tenant_id)

    async def archive(self, tenant_id: UUID) -> UUID:
        """Archive the tenant. Returns the id of the job. Raises what ``LifeCycle.archive`` raises."""
        job = await self.platform.life_cycle.archive(tenant_id)
        await self._record("tenant.archive", tenant_id, job=str(job))
        return job

    async def bring_back(self, tenant_id: UUID) -> UUID:
        """Serve an archived tenant again. Returns the id of the job. Raises what ``LifeCycle.bring_back``
        raises.
        """
        job = await self.platform.life_cycle.bring_back(tenant_id)
        await self._record("tenant.bring-back", tenant_id, job=str(job))
        return job

    async def restore_any(
        self,
        tenant_id: UUID,
        *,
        backup: UUID | None = None,
        kept: UUID | None = None,
        slug: str | None = None,
        domain: str | None = None,
    ) -> tuple[UUID, NamesTaken | None]:
        """Restore the tenant, or bring a deleted one back: with its names. Returns the id of the job.

        Raises as :meth:`restore` and :meth:`undelete`, and :class:`~api.errors.InvalidBody` for names of a
        tenant that is not deleted, or a kept database of one that is.
        """
        tenant = await self.platform.registry.get(tenant_id)
        if tenant.status is TenantStatus.DELETED:
            if kept is not None:
                raise InvalidBody([Problem("kept", "deleted", "A deleted tenant has no kept databases.")])
            return await self.undelete(tenant_id, backup=backup, slug=slug, domain=domain)
        for name, value in (("slug", slug), ("primaryDomain", domain)):
            if value is not None:
                raise InvalidBody([Problem(name, "not-deleted", "Only a deleted tenant gets another one.")])
        return await self.restore(tenant_id, backup=backup, kept=kept), None

    async def undelete(
        self,
        tenant_id: UUID,
        *,
        backup: UUID | None = None,
        slug: str | None = None,
        domain: str | None = None,
    ) -> tuple[UUID, NamesTaken]:
        """Bring a deleted tenant back. Returns the id of the job, and its names.

        Raises what ``LifeCycle.undelete`` raises, and :class:`~tenant_schema.problems.InvalidInput` for names
        that cannot be.
        """
        given = {"slug": slug, "primaryDomain": domain}
        bases = self.platform.settings.base_domains
        problems = list(faults_of({name: one for name, one in given.items() if one is not None}, bases))
        if problems:
            raise InvalidInput(problems)
        canonical = None if domain is None else parse_tenant_domain(domain, bases)
        job, names = await self.platform.life_cycle.undelete(
            tenant_id, backup=backup, slug=slug, domain=canonical
        )
        details = {"slug": names.slug, "domain": names.primary, "leftOut": list(names.left_out)}
        await self._record("tenant.undelete", tenant_id, job=str(job), **details)
        return job, names

    async def kept(self, tenant_id: UUID) -> list[KeptRecord]:
        """Return the databases that the tenant had. Raises ``TenantNotFound``."""
        await self.platform.registry.get(tenant_id)
        return await self.platform.life_cycle.kept(tenant_id)

    async def drop_kept(self, tenant_id: UUID, kept: UUID) -> None:
        """Drop one of them. Raises ``TenantNotFound`` and ``KeptDatabaseNotFound``."""
        await self._record("tenant.drop-kept", tenant_id, kept=str(kept))
        await self.platform.life_cycle.drop_kept(tenant_id, kept)

    async def _record(self, action: str, tenant_id: UUID, **detail: object) -> None:
        tenant = await self.platform.registry.get(tenant_id)
        await audit.record(self.actor, action, tenant_id=tenant.id, tenant_slug=tenant.slug, detail=detail)
