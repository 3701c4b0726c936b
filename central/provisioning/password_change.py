"""The steps that change the password of a tenant's database user.

Until the last step the registry has both passwords, and connecting tries the other one when the first is
refused, so requests are not affected by the change.
"""

from dataclasses import dataclass

from central.jobs.pipeline import Repeated
from central.provisioning.errors import NoDatabaseUser, PasswordChanging
from central.provisioning.types import generate_password
from central.registry import Registry, TenantRef
from central.servers import DatabaseServers
from central.servers.credentials import Credentials
from central.tables import TenantStatus

__all__ = ["ChangePassword", "KeepNewPassword", "UseNewPassword"]


@dataclass(frozen=True)
class KeepNewPassword(Repeated):
    """Store a new password next to the current one. Of several concurrent changes one succeeds.

    The tenant's row is updated as well, so that a deletion runs before or after the change and never in
    between.
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
    """Set the password of the database user, and create the user again if it has been dropped."""

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
    """Replace the old password by the new one."""

    credentials: Credentials
    name = "use new password"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        await self.credentials.finish_change(tenant.id)
