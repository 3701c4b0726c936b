"""Tenancy: the one door to a tenant's data."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from piccolo.engine.base import Engine

from central.engines import TenantEngines
from central.registry import TenantRef
from piccolo_engines.routed import RoutedEngine

__all__ = ["Tenancy"]


class Tenancy:
    """Leases a tenant's engine and binds it to the slot by which tenant tables find their database.

    :param engines: where the engines come from.
    :param slot: the routed engine of the tenant tables.
    """

    def __init__(self, engines: TenantEngines, slot: RoutedEngine) -> None:
        self._engines = engines
        self._slot = slot

    @asynccontextmanager
    async def use(self, tenant: TenantRef) -> AsyncIterator[Engine[Any]]:
        """Send the queries of tenant tables to this tenant; what was bound before comes back after the block.

        ::

            async with tenancy.use(tenant):
                await Account.select()

        Raises what :meth:`central.engines.TenantEngines.lease` raises. Tasks started inside keep the binding
        for as long as they live, but the lease ends with the block: wait for them in it.
        """
        async with self._engines.lease(tenant) as engine:
            with self._slot.bind(engine):
                yield engine
