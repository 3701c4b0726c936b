"""Support access to a tenant, for operators: each act is recorded for the operators, then in the tenant.

The caller binds ``CENTRAL``.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from api.composition import Platform
from api.operations.support_requests import COMMAND_LINE_ID
from central.errors import WrongStatus
from central.operators import audit
from central.operators.audit import Actor
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_engines.paging import Page
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Origin, came_from
from tenant_schema.users.support.records import SupportOperator, SupportRecord, checked_request
from tenant_schema.users.support.tickets import SupportTicket

__all__ = ["SupportActs"]


@dataclass(frozen=True, slots=True)
class SupportActs:
    """The acts, for REST, the command line and the forms of the operators' admin.

    All of them raise ``TenantNotFound``, and ``WrongStatus`` for a tenant that is not active.
    """

    platform: Platform
    actor: Actor

    async def ask(self, tenant_id: UUID, reason: str, minutes: int) -> SupportRecord:
        """Request support access. Raises InvalidInput, and SupportRefused if the tenant never allows it."""
        reason = checked_request(reason, minutes)
        async with self._acting(tenant_id, "support.ask", reason=reason, minutes=minutes) as tenant:
            return await self.platform.people.support.ask(_scope(tenant), self._operator, reason, minutes)

    async def page(self, tenant_id: UUID, limit: int, cursor: str | None = None) -> Page[SupportRecord]:
        """Return a page of the tenant's requests, newest first. Raises InvalidCursor."""
        async with self._in_tenant(await self._active(tenant_id)):
            return await self.platform.people.support.of_tenant(limit, cursor)

    async def find(self, tenant_id: UUID, grant_id: UUID) -> SupportRecord:
        """Return one request. Raises NotThere."""
        async with self._in_tenant(await self._active(tenant_id)):
            return await self.platform.people.support.find(grant_id)

    async def end(self, tenant_id: UUID, grant_id: UUID) -> SupportRecord:
        """End support access, whichever operator's, or withdraw the request.

        Raises NotThere and WrongSupportState.
        """
        async with self._acting(tenant_id, "support.end", grant=str(grant_id)) as tenant:
            return await self.platform.people.support.end_for(_scope(tenant), grant_id)

    async def ticket(self, tenant_id: UUID, grant_id: UUID) -> tuple[str, SupportTicket]:
        """Return the address of a page that begins a session, and its ticket, for a grant of the actor's.

        Raises NotThere, and WrongSupportState unless the grant is in force.
        """
        async with self._acting(tenant_id, "support.ticket", grant=str(grant_id)) as tenant:
            ticket = await self.platform.support_tickets.create(_scope(tenant), self._operator, grant_id)
        return f"{self.platform.settings.url_of(tenant.primary_domain)}/login#ticket={ticket.token}", ticket

    @property
    def _operator(self) -> SupportOperator:
        return SupportOperator(self.actor.operator_id or COMMAND_LINE_ID, self.actor.name)

    @asynccontextmanager
    async def _acting(self, tenant_id: UUID, action: str, **detail: object) -> AsyncIterator[TenantRef]:
        """Record an act, and bind the tenant's database for it."""
        tenant = await self._active(tenant_id)
        await audit.record(self.actor, action, tenant_id=tenant.id, tenant_slug=tenant.slug, detail=detail)
        async with self._in_tenant(tenant):
            yield tenant

    @asynccontextmanager
    async def _in_tenant(self, tenant: TenantRef) -> AsyncIterator[None]:
        actor = self.actor
        origin = Origin(actor.request_id or "", actor.address or "", actor.name)
        async with self.platform.tenancy.use(tenant):
            with came_from(origin):
                yield

    async def _active(self, tenant_id: UUID) -> TenantRef:
        tenant = await self.platform.registry.get(tenant_id)
        if tenant.status is not TenantStatus.ACTIVE:
            raise WrongStatus(tenant.status)
        return tenant


def _scope(tenant: TenantRef) -> TenantScope:
    return TenantScope(tenant.id, tenant.slug, tenant.name)
