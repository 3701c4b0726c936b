"""Decisions of a tenant's users about support access: in the tenant's audit trail, then in the operators'."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from api.composition import Platform
from central.operators import audit
from central.operators.audit import Actor
from piccolo_engines.paging import Page
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.support.records import SupportRecord

__all__ = ["SupportDecisions"]


@dataclass(frozen=True, slots=True)
class SupportDecisions:
    """The decisions, for REST and for the tenant's admin; see
    :class:`~tenant_schema.users.support.service.Support` for what they require and raise.
    """

    platform: Platform
    scope: TenantScope
    access: Access
    request_id: str
    address: str

    async def page(self, limit: int, cursor: str | None = None) -> Page[SupportRecord]:
        """Return a page of the requests, newest first."""
        return await self.platform.people.support.page(self.access, limit, cursor)

    async def grant(self, grant_id: UUID) -> SupportRecord:
        """Grant a request."""
        return await self._decide(self.platform.people.support.grant, grant_id, "support.granted")

    async def refuse(self, grant_id: UUID) -> SupportRecord:
        """Refuse a request."""
        return await self._decide(self.platform.people.support.refuse, grant_id, "support.refused")

    async def end(self, grant_id: UUID) -> SupportRecord:
        """End support access."""
        return await self._decide(self.platform.people.support.end, grant_id, "support.ended")

    async def _decide(
        self,
        decide: Callable[[TenantScope, Access, UUID], Awaitable[SupportRecord]],
        grant_id: UUID,
        action: str,
    ) -> SupportRecord:
        decided, scope = await decide(self.scope, self.access, grant_id), self.scope
        actor = Actor(f"tenant {scope.slug}", None, self.request_id, self.address)
        detail = {"grant": str(grant_id), "operator": decided.operator.name}
        await audit.record(actor, action, tenant_id=scope.id, tenant_slug=scope.slug, detail=detail)
        return decided
