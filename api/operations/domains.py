"""Reading host names, for REST and the command line."""

from uuid import UUID

from api.schemas.tenants import DomainResponse
from central.domains.claims import ClaimRecord
from central.domains.service import DomainService
from central.registry import DomainRecord, Registry

__all__ = ["domains_of", "response_of"]


async def response_of(domains: DomainService, added: DomainRecord | ClaimRecord) -> DomainResponse:
    """Return the response for a host name, proven or not."""
    if isinstance(added, DomainRecord):
        return DomainResponse.of(added)
    return DomainResponse.of_claim(added, await domains.challenge(added))


async def domains_of(registry: Registry, domains: DomainService, tenant_id: UUID) -> list[DomainResponse]:
    """Return all host names of a tenant: the primary one first, those to be proven last.

    Raises :class:`~central.errors.TenantNotFound`.
    """
    served = [DomainResponse.of(record) for record in await registry.domains(tenant_id)]
    claims = await domains.claims.of_tenant(tenant_id)
    return [*served, *[await response_of(domains, claim) for claim in claims]]
