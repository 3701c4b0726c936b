"""Operations on existing tenants, each recorded in the audit trail.

An operation in one transaction is recorded in it; one of several steps, such as deleting, is recorded at its
start and end. :mod:`api.operations.create_tenant` creates tenants. The caller binds ``CENTRAL``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UnsetType

from api.composition import Platform
from api.schemas.tenants import DatabaseLogin, TenantChanges
from central.domains.claims import ClaimRecord
from central.errors import CentralError, DomainNotFound, InvalidDomain
from central.hostnames import parse_domain, parse_tenant_domain
from central.operators import audit
from central.operators.audit import Actor
from central.registry import DomainRecord, TenantRecord, TenantRef
from central.tables import WITH_DATABASE, TenantStatus

__all__ = ["TenantActs"]


@dataclass(frozen=True, slots=True)
class TenantActs:
    """The operations, for REST and for the forms of the operators' admin."""

    platform: Platform
    actor: Actor

    async def rename(self, tenant_id: UUID, name: str) -> TenantRecord:
        """Change the display name. Raises ``TenantNotFound`` and ``InvalidTenantName``."""
        registry = self.platform.registry
        async with registry.changing():
            record = await registry.rename(tenant_id, name)
            await self._record("tenant.rename", record.ref, name=record.ref.name)
        return record

    async def change(self, tenant_id: UUID, changes: TenantChanges) -> TenantRecord:
        """Change the name, the plan, and whether the tenant is a template.

        Raises as :meth:`rename`, and ``PlanNotFound``.
        """
        registry = self.platform.registry
        async with registry.changing():
            record = await registry.record(tenant_id)
            if not isinstance(changes.name, UnsetType):
                record = await self.rename(tenant_id, changes.name)
            if not isinstance(changes.template, UnsetType):
                record = await registry.set_template(tenant_id, is_template=changes.template)
                await self._record("tenant.template", record.ref, template=changes.template)
            if not isinstance(changes.plan, UnsetType):
                record = await self.platform.plans.assign(tenant_id, changes.plan)
                await self._record("tenant.plan", record.ref, plan=changes.plan)
        return record

    async def suspend(self, tenant_id: UUID) -> TenantRecord:
        """Stop serving the tenant. Raises ``TenantNotFound`` and ``WrongStatus``."""
        return await self._set_status(
            tenant_id, "tenant.suspend", TenantStatus.ACTIVE, TenantStatus.SUSPENDED
        )

    async def make_read_only(self, tenant_id: UUID) -> TenantRecord:
        """Refuse whatever would change the tenant's data. Raises what provisioning raises."""
        provisioning = self.platform.provisioning
        return await self._through("tenant.read-only", tenant_id, provisioning.make_read_only)

    async def resume(self, tenant_id: UUID) -> TenantRecord:
        """Serve a suspended or read-only tenant as before, and have an archived one brought back.

        Raises ``TenantNotFound``, ``WrongStatus`` and what provisioning raises.
        """
        tenant = await self.platform.registry.get(tenant_id)
        if tenant.status is TenantStatus.ARCHIVED:
            job = await self.platform.life_cycle.bring_back(tenant_id)
            await self._record("tenant.bring-back", tenant, job=str(job))
            return await self.platform.registry.record(tenant_id)
        if tenant.status is TenantStatus.READ_ONLY:
            return await self._through("tenant.resume", tenant_id, self.platform.provisioning.resume)
        return await self._set_status(tenant_id, "tenant.resume", TenantStatus.SUSPENDED, TenantStatus.ACTIVE)

    async def delete(self, tenant_id: UUID) -> datetime | None:
        """Delete the tenant. Returns until when it can be brought back; None if it is deleted for ever.

        It is kept where backups are stored and DELETED_TENANT_DAYS is not 0. Raises what
        :meth:`LifeCycle.delete` and :meth:`Provisioning.delete` raise.
        """
        tenant = await self.platform.registry.get(tenant_id)
        if tenant.status is TenantStatus.DELETED or self.platform.life_cycle.keeps_deleted:
            return await self._delete_for_a_while(tenant)
        if self.platform.backups.is_configured:  # DELETED_TENANT_DAYS is 0: no archive of it is kept
            await self.erase(tenant_id)
            return None
        await self._record("tenant.delete", tenant)
        try:
            await self.platform.provisioning.delete(tenant.id)
        except CentralError as error:
            await self._record("tenant.delete-failed", tenant, reason=error.code)
            raise
        await self._record("tenant.deleted", tenant)
        return None

    async def erase(self, tenant_id: UUID) -> dict[str, Any]:
        """Delete the tenant, and destroy its backups and its data key. Returns the certificate.

        Raises what :meth:`delete` and :meth:`central.lifecycle.erasure.Erasure.erase` raise.
        """
        tenant = await self.platform.registry.get(tenant_id)
        await self._record("tenant.erase", tenant)
        try:
            certificate = await self.platform.erasure.erase(tenant.id, self.actor.name)
        except CentralError as error:
            await self._record("tenant.erase-failed", tenant, reason=error.code)
            raise
        await self._record("tenant.erased", tenant, signature=certificate["signature"])
        return certificate

    async def change_password(self, tenant_id: UUID, *, ends_connections: bool) -> DatabaseLogin:
        """Change the password of the database user. Raises what provisioning raises."""
        tenant = await self.platform.registry.get(tenant_id)
        await self._record("tenant.change-password", tenant, endsConnections=ends_connections)
        try:
            login = await self.platform.provisioning.change_password(
                tenant.id, ends_connections=ends_connections
            )
        except CentralError as error:
            await self._record("tenant.change-password-failed", tenant, reason=error.code)
            raise
        await self._record("tenant.password-changed", tenant)
        return DatabaseLogin(tenant.id, tenant.slug, login.username, login.password())

    async def disconnect(self, tenant_id: UUID, *, force: bool) -> int:
        """Close the tenant's connections in all processes. Returns how many there were.

        Without ``force``, running statements are finished first. Later requests open new connections with the
        credentials that are stored then. Raises ``TenantNotFound`` and ``WrongStatus``.
        """
        platform, expected = self.platform, WITH_DATABASE
        async with platform.registry.changing():
            tenant = await platform.registry.disconnect(tenant_id, force=force, expected=expected)
            await self._record("tenant.disconnect", tenant, force=force)
        server = platform.servers.get(tenant.database_server)
        username = await platform.credentials.username(tenant.id)
        everywhere = 0 if username is None else await server.connections_of(username)
        here = await platform.engines.disconnect(tenant)
        if force and username is not None:
            await server.end_connections(username)
        return max(here, everywhere)

    async def add_domain(
        self, tenant_id: UUID, text: str, *, trusted: bool | None = None
    ) -> DomainRecord | ClaimRecord:
        """Add a host name, given as a label or in full. Returns a claim if it has to be proven first.

        Raises ``InvalidDomain``, ``DomainTaken``, ``TooManyDomainClaims`` and ``TenantNotFound``.

        :param trusted: whether the name needs no proof; by default it needs none in local mode.
        """
        settings = self.platform.settings
        domain = parse_tenant_domain(text, settings.base_domains)
        is_trusted = settings.local if trusted is None else trusted
        async with self.platform.registry.changing():
            added = await self.platform.domains.add(tenant_id, domain, trusted=is_trusted)
            if isinstance(added, ClaimRecord):
                await self.platform.domain_jobs.ensure()
            proof = added.proof.value if isinstance(added, DomainRecord) else None
            await self._record_domain("domain.add", tenant_id, domain, proof=proof)
        return added

    async def verify_domain(self, tenant_id: UUID, text: str) -> DomainRecord:
        """Look up whether the DNS proves the host name. Raises what :meth:`DomainService.verify` raises."""
        domain = _canonical(text)
        record = await self.platform.domains.verify(tenant_id, domain)
        await self._record_domain("domain.verify", tenant_id, domain, proof=record.proof.value)
        return record

    async def remove_domain(self, tenant_id: UUID, text: str) -> str:
        """Remove a host name. Returns it in canonical form.

        Raises ``DomainNotFound``, ``PrimaryDomainKept`` and ``TenantNotFound``.
        """
        domain = _canonical(text)
        async with self.platform.registry.changing():
            await self.platform.domains.remove(tenant_id, domain)
            await self._record_domain("domain.remove", tenant_id, domain)
        return domain

    async def _delete_for_a_while(self, tenant: TenantRef) -> datetime:
        async with self.platform.registry.changing():
            deletion = await self.platform.life_cycle.delete(tenant.id)
            until = deletion.restorable_until
            if tenant.status is not TenantStatus.DELETED:
                await self._record("tenant.delete", tenant, restorableUntil=until.isoformat())
        await self.platform.engines.disconnect(await self.platform.registry.get(tenant.id))
        self.platform.jobs.wake()
        return until

    async def _through(
        self, action: str, tenant_id: UUID, act: Callable[[UUID], Awaitable[object]]
    ) -> TenantRecord:
        """Execute an operation of several steps."""
        tenant = await self.platform.registry.get(tenant_id)
        await self._record(action, tenant)
        try:
            await act(tenant.id)
        except CentralError as error:
            await self._record(f"{action}-failed", tenant, reason=error.code)
            raise
        return await self.platform.registry.record(tenant.id)

    async def _set_status(
        self, tenant_id: UUID, action: str, expected: TenantStatus, wanted: TenantStatus
    ) -> TenantRecord:
        registry = self.platform.registry
        async with registry.changing():
            tenant = await registry.set_status(tenant_id, wanted, expected=(expected,))
            await self._record(action, tenant)
            return await registry.record(tenant_id)

    async def _record_domain(self, action: str, tenant_id: UUID, domain: str, **more: object) -> None:
        await self._record(action, await self.platform.registry.get(tenant_id), domain=domain, **more)

    async def _record(self, action: str, tenant: TenantRef, **detail: object) -> None:
        await audit.record(self.actor, action, tenant_id=tenant.id, tenant_slug=tenant.slug, detail=detail)


def _canonical(text: str) -> str:
    """Return the name as stored in the registry; unchanged if it is not a valid name."""
    try:
        return parse_domain(text)
    except InvalidDomain:
        raise DomainNotFound(text) from None
