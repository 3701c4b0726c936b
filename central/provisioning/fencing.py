"""The steps that set a tenant to read-only and that serve it again, and the fence that is lifted for a while.

The status stops requests before their body is read; the fence (:meth:`~central.servers.protocol.
DatabaseServer.fence`) refuses what another process writes that has not seen the status, because it was
suspended for example.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from central.errors import WrongStatus
from central.jobs.pipeline import Repeated
from central.registry import Registry, TenantRef
from central.servers import DatabaseServers
from central.servers.credentials import Credentials
from central.tables import TenantStatus

__all__ = ["BuildFence", "Fences", "MarkActive", "MarkReadOnly", "RemoveFence"]


@dataclass(frozen=True, slots=True)
class Fences:
    """Fences the databases of tenants.

    :ivar passable: the tables that a fence leaves out: those that readers write, such as their sessions.
    """

    registry: Registry
    servers: DatabaseServers
    credentials: Credentials
    passable: Sequence[str] = ()

    async def build(self, tenant: TenantRef) -> None:
        """Refuse writes to the tenant's database from all processes. Raises as the server's ``fence``."""
        username = await self.credentials.username(tenant.id)
        await self.servers.get(tenant.database_server).fence(tenant.db_name, username, self.passable)

    async def remove(self, tenant: TenantRef) -> None:
        """Admit writes again. Does nothing without a fence."""
        username = await self.credentials.username(tenant.id)
        await self.servers.get(tenant.database_server).unfence(tenant.db_name, username, self.passable)

    @asynccontextmanager
    async def lifted(self, tenant: TenantRef) -> AsyncIterator[None]:
        """Inside the block this installation's commands may write to a read-only tenant.

        Requests are refused by its status meanwhile. If the process dies inside, setting it to read-only
        again builds the fence.
        """
        if tenant.status is not TenantStatus.READ_ONLY:
            yield
            return
        await self.remove(tenant)
        try:
            yield
        finally:
            if (await self.registry.get(tenant.id)).status is TenantStatus.READ_ONLY:
                await self.build(tenant)  # otherwise it was resumed meanwhile


@dataclass(frozen=True)
class MarkReadOnly(Repeated):
    """Set the tenant's status to ``read-only``, so that requests that write are refused."""

    registry: Registry
    name = "mark read-only"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        expected = (TenantStatus.ACTIVE, TenantStatus.READ_ONLY)
        await self.registry.set_status(tenant.id, TenantStatus.READ_ONLY, expected=expected, level=None)


@dataclass(frozen=True)
class BuildFence(Repeated):
    """Refuse writes to the tenant's database below the status."""

    fences: Fences
    name = "build fence"
    is_central = False

    async def do(self, tenant: TenantRef) -> None:
        await self.fences.build(tenant)


@dataclass(frozen=True)
class RemoveFence:
    """Admit writes to the tenant's database again, while its status still refuses them."""

    registry: Registry
    fences: Fences
    name = "remove fence"
    is_central = False

    async def is_done(self, tenant: TenantRef) -> bool:
        status = (await self.registry.get(tenant.id)).status
        if status not in (TenantStatus.READ_ONLY, TenantStatus.ACTIVE):
            raise WrongStatus(status, TenantStatus.ACTIVE)
        return False

    async def do(self, tenant: TenantRef) -> None:
        await self.fences.remove(tenant)


@dataclass(frozen=True)
class MarkActive(Repeated):
    """Set the tenant's status to ``active``: it is served as before."""

    registry: Registry
    name = "mark active"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        expected = (TenantStatus.READ_ONLY, TenantStatus.ACTIVE)
        await self.registry.set_status(tenant.id, TenantStatus.ACTIVE, expected=expected, level=None)
