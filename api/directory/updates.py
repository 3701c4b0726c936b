"""The directory follows the tenants: by messages of their outboxes, or by comparing it with one of them."""

from typing import Any
from uuid import UUID

from central.directory.follow import Rebuilt, follow, rebuild
from central.directory.service import Directory
from central.registry import TenantRef
from central.tenancy.tenancy import Tenancy
from tenant_schema.users.account_changes import active_among, pages_of_active

__all__ = ["DirectoryUpdates"]


class DirectoryUpdates:
    """Brings the directory in line with the accounts of tenants. The caller binds ``CENTRAL``."""

    def __init__(self, directory: Directory, tenancy: Tenancy) -> None:
        self._directory = directory
        self._tenancy = tenancy

    async def deliver(self, tenant: TenantRef, _message_id: UUID, payload: dict[str, Any]) -> None:
        """Send a message of :class:`~tenant_schema.users.account_changes.AccountChanges`.

        The caller binds the tenant. Raises :class:`~central.errors.DirectoryUnsettled`.
        """
        await follow(self._directory, tenant.id, payload["addresses"], active_among)

    async def rebuild(self, tenant: TenantRef) -> Rebuilt:
        """Compare all entries of a tenant with its accounts, and correct them.

        May run at any time, also while the tenant is served. Raises what binding the tenant raises, and
        :class:`~central.errors.DirectoryUnsettled`.
        """
        async with self._tenancy.use(tenant, at_any_level=True):
            return await rebuild(self._directory, tenant.id, pages_of_active(), active_among)
