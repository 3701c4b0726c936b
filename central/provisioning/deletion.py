"""The steps that delete a tenant. :mod:`central.provisioning.steps` has their order."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from central.jobs.claims import NEVER_LEASED
from central.jobs.pipeline import Repeated
from central.jobs.tables import Job, JobState
from central.provisioning.errors import OperationRunning, PasswordChanging
from central.provisioning.types import KEEP, operation_key
from central.registry import Registry, TenantRef
from central.registry.deletions import is_of_another
from central.servers import DatabaseServers
from central.servers.credentials import Credentials
from central.tables import WITH_DATABASE, TenantStatus
from central.tenancy.engines import TenantEngines
from piccolo_engines.columns import new_id, utc_now

__all__ = [
    "DELETABLE",
    "CutLeases",
    "DropDatabase",
    "DropUser",
    "MarkDeleting",
    "RemoveCredentials",
    "RemoveDomains",
    "RemoveTenant",
]


DELETABLE = (*WITH_DATABASE, TenantStatus.ARCHIVED, TenantStatus.DELETED)
"""The statuses of tenants that can be deleted for ever."""


@dataclass(frozen=True)
class MarkDeleting(Repeated):
    """Stop serving the tenant.

    Of several concurrent deletions one succeeds. Refused while the database user's password is being changed,
    since that could create the user again, and while another operation on the tenant has not ended. The
    archive of a deleted tenant is not waited for.

    :ivar expected: the statuses of tenants that it deletes.
    """

    registry: Registry
    credentials: Credentials
    expected: Collection[TenantStatus] = DELETABLE
    name = "mark deleting"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        await self.registry.set_status(tenant.id, TenantStatus.DELETING, expected=self.expected)
        if await self.credentials.is_changing(tenant.id):
            raise PasswordChanging(tenant.slug)
        await _end_operations(tenant)


@dataclass(frozen=True)
class CutLeases(Repeated):
    """Wait, for a limited time, for requests that use the database, then close its engine."""

    engines: TenantEngines
    name = "cut leases"
    is_central = False

    async def do(self, tenant: TenantRef) -> None:
        await self.engines.discard(tenant.id)


@dataclass(frozen=True)
class DropDatabase:
    """Drop the database, unless the registry names it as another tenant's."""

    servers: DatabaseServers
    name = "drop database"
    is_central = False

    async def is_done(self, tenant: TenantRef) -> bool:
        if await is_of_another(tenant.id, tenant.database_server, tenant.db_name):
            return True
        return not await self.servers.get(tenant.database_server).database_exists(tenant.db_name)

    async def do(self, tenant: TenantRef) -> None:
        await self.servers.get(tenant.database_server).drop_database(tenant.db_name)


@dataclass(frozen=True)
class DropUser:
    """Drop the database user that the stored credentials name. Does nothing if there are none.

    The name is not derived from the slug: ``DB_PREFIX`` may have changed since the user was created.
    """

    servers: DatabaseServers
    credentials: Credentials
    name = "drop user"
    is_central = False

    async def is_done(self, tenant: TenantRef) -> bool:
        server = self.servers.get(tenant.database_server)
        username = await self.credentials.username(tenant.id)
        return username is None or not await server.user_exists(username)

    async def do(self, tenant: TenantRef) -> None:
        username = await self.credentials.username(tenant.id)
        if username is not None:
            await self.servers.get(tenant.database_server).drop_user(username)


@dataclass(frozen=True)
class RemoveCredentials(Repeated):
    """Delete the stored credentials."""

    credentials: Credentials
    name = "remove credentials"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        await self.credentials.remove(tenant.id)


@dataclass(frozen=True)
class RemoveDomains(Repeated):
    """Delete the tenant's domains, so that other tenants can use the host names."""

    registry: Registry
    name = "remove domains"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        await self.registry.remove_domains(tenant.id)


@dataclass(frozen=True)
class RemoveTenant(Repeated):
    """Delete the tenant's row, which frees the slug.

    The last step: until then the row leads to what remains.
    """

    registry: Registry
    name = "remove tenant"
    is_central = True

    async def do(self, tenant: TenantRef) -> None:
        await self.registry.remove(tenant.id)


async def _end_operations(tenant: TenantRef) -> None:
    """Cancel what can be cancelled of the tenant's operations. Raises OperationRunning for any other.

    One that has failed had changed nothing. Archiving a deleted tenant is of no use any more.
    """
    is_mine = Job.unique_key == operation_key(tenant.id)
    is_idle = (Job.state == JobState.WAITING) | (Job.leased_until <= utc_now())
    ended: dict[Any, Any] = {
        Job.state: JobState.CANCELLED,
        Job.due_at: None,
        Job.unique_key: None,
        Job.claim: new_id(),
        Job.leased_until: NEVER_LEASED,
    }
    await Job.update({Job.unique_key: None}).where(is_mine, Job.state == JobState.FAILED)
    await Job.update(ended).where(is_mine, Job.kind == KEEP, is_idle)
    if await Job.exists().where(is_mine):
        raise OperationRunning(tenant.slug)
