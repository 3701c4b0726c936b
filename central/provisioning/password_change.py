"""The steps of giving a tenant's database user another password.

In between, the registry knows both, and who connects tries the other one when the first is refused: no
request meets the change.
"""

from dataclasses import dataclass

from central.provisioning.errors import NoDatabaseUser, PasswordChanging
from central.provisioning.pipeline import Repeated
from central.provisioning.types import generate_password
from central.registry import Registry, TenantRef
from central.secrets.credentials import Credentials
from central.servers import DatabaseServers
from central.tables import TenantStatus

__all__ = ["ChangePassword", "KeepNewPassword", "UseNewPassword"]


@dataclass(frozen=True)
class KeepNewPassword(Repeated):
    """Keep a new password beside the one in use; of several changes at once, one gets through.

    The tenant's row is written as well, so that deleting the tenant comes before or after, and not between.
    """

    registry: Registry
    servers: DatabaseServers
    credentials: Credentials
    name = "keep new password"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        if not self.servers.get(tenant.database_server).has_users:
            raise NoDatabaseUser(tenant.slug)
        await self.registry.hold(tenant.id, expected=(TenantStatus.ACTIVE, TenantStatus.SUSPENDED))
        unless_stored = self.servers.username(tenant.slug)
        if not await self.credentials.begin_change(tenant.id, unless_stored, generate_password(32)):
            raise PasswordChanging(tenant.slug)


@dataclass(frozen=True)
class ChangePassword(Repeated):
    """Give it to the database user, who is made anew when somebody has dropped it."""

    servers: DatabaseServers
    credentials: Credentials
    name = "change password"
    is_central = False

    async def do(self, tenant: TenantRef) -> None:
        password = await self.credentials.next_password(tenant.id)
        username = await self.credentials.username(tenant.id)
        if password is not None and username is not None:
            server = self.servers.get(tenant.database_server)
            await server.change_password(username, password, tenant.db_name)


@dataclass(frozen=True)
class UseNewPassword(Repeated):
    """Forget the old one."""

    credentials: Credentials
    name = "use new password"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        await self.credentials.finish_change(tenant.id)
