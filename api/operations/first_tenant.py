"""FirstTenant: creates the first tenant of an installation by a link, without an operator's token."""

from dataclasses import dataclass

from api.composition import Platform
from api.operations.create_tenant import TenantCreation
from api.schemas.tenants import NewTenant
from central.errors import FirstTenantLinkInvalid, RegistryChanged
from central.operators.audit import Actor
from central.registry import TenantRef
from tenant_schema.scope import TenantScope
from tenant_schema.users.emails import normalise_email
from tenant_schema.users.tables import User

__all__ = ["FirstTenant"]


@dataclass(frozen=True, slots=True)
class FirstTenant:
    """Creates the tenant, and lets its administrator in."""

    platform: Platform
    request_id: str
    address: str

    async def create(self, token: str, wanted: NewTenant) -> tuple[TenantRef, str]:
        """Create the tenant. Returns it with a ticket for its administrator.

        Raises FirstTenantLinkInvalid, also if there is a tenant, and what provisioning raises.
        """
        self.platform.first_tenant_links.require(token)
        version = await self.platform.registry.version()
        if (await self.platform.registry.page(1)).items:
            raise FirstTenantLinkInvalid
        actor = Actor("first tenant", None, self.request_id, self.address)
        try:
            await TenantCreation(self.platform, None, actor, at_version=version).run(wanted, None)
        except RegistryChanged:  # by another request with the link
            raise FirstTenantLinkInvalid from None
        tenant = await self.platform.registry.by_slug(wanted.slug)
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        assert wanted.admin is not None
        async with self.platform.tenancy.use(tenant):
            is_admin = User.email == normalise_email(wanted.admin.email)
            row = await User.select(User.id).where(is_admin).first()
            assert row is not None, "created with the tenant"
            return tenant, await self.platform.tickets.issue(scope, row["id"])
