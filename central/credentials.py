"""The database users of tenants: kept sealed, opened only to connect; with ``CENTRAL`` bound."""

from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine

from central.registry import TenantRef
from central.servers import DatabaseServers, Login
from central.tables import Credential
from central.vault import Vault

__all__ = ["Credentials", "TenantOpener"]


class Credentials:
    """A tenant's database user and its password; a tenant on SQLite has none."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def store(self, tenant_id: UUID, username: str, password: str) -> None:
        """Keep them, in place of what there was."""
        await self.remove(tenant_id)
        secret = self._vault.seal(password, tenant_id)
        await Credential.insert(Credential(tenant=tenant_id, username=username, secret=secret))

    async def remove(self, tenant_id: UUID) -> None:
        """Forget them; not an error when there are none."""
        await Credential.delete().where(Credential.tenant == tenant_id)

    async def login(self, tenant_id: UUID) -> Login | None:
        """What to connect with; the password is opened each time it is asked for."""
        row = await Credential.select().where(Credential.tenant == tenant_id).first()
        if row is None:
            return None
        secret: str = row["secret"]
        return Login(row["username"], lambda: self._vault.open(secret, tenant_id))


class TenantOpener:
    """Makes the engine of a tenant, on the server where its database is, with its own user."""

    def __init__(self, servers: DatabaseServers, credentials: Credentials) -> None:
        self._servers = servers
        self._credentials = credentials

    async def __call__(self, tenant: TenantRef) -> Engine[Any]:
        """For :class:`~central.engines.TenantEngines`. Raises ``DatabaseMissing`` and ``UnknownServer``."""
        server = self._servers.get(tenant.database_server)
        login = await self._credentials.login(tenant.id) if server.has_users else None
        return server.engine_for(tenant.db_name, login)
