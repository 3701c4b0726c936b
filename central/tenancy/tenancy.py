"""Tenancy: access to a tenant's data. All queries of tenant tables go through it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any

from piccolo.engine.base import Engine

from central.errors import TenantUpgrading
from central.registry import TenantRef
from central.tenancy.engines import Lease, TenantEngines
from piccolo_engines.routed import RoutedEngine

__all__ = ["Tenancy"]


class Tenancy:
    """Leases a tenant's engine and binds it to the slot of the tenant tables.

    :param engines: leases the engines.
    :param slot: the routed engine of the tenant tables.
    :param serves: whether this version works with a database of a level.
    :param quota: binds what the tenant's plan lets it store; None without a plan.
    """

    def __init__(
        self,
        engines: TenantEngines,
        slot: RoutedEngine,
        serves: Callable[[str], bool] = lambda _: True,
        quota: Callable[[TenantRef], AbstractContextManager[None] | None] | None = None,
    ) -> None:
        self._engines = engines
        self._slot = slot
        self._serves = serves
        self._quota = quota or _no_quota

    def use(
        self, tenant: TenantRef, *, at_any_level: bool = False
    ) -> AbstractAsyncContextManager[Engine[Any]]:
        """Route the queries of tenant tables to this tenant inside the block.

        ::

            async with tenancy.use(tenant):
                await Account.select()

        The earlier binding is restored after the block. Raises the errors of
        :meth:`central.tenancy.engines.TenantEngines.lease`. Tasks that are started in the block keep the
        binding, but the lease ends with the block: await them inside.

        :param at_any_level: for what upgrades databases, copies them, or looks into them. Anything else gets
            :class:`~central.errors.TenantUpgrading` if this version does not serve the database's level.
        """
        if not (at_any_level or self._serves(tenant.schema_level)):
            raise TenantUpgrading(tenant.slug)
        return _Use(self._engines.lease(tenant), self._slot, self._quota(tenant))

    def bound(self, engine: Engine[Any]) -> AbstractContextManager[None]:
        """Route the queries of tenant tables to the engine of a database that has no tenant yet."""
        return self._slot.bind(engine)


def _no_quota(_tenant: TenantRef) -> None:
    return None


class _Use:
    """One block with a leased engine bound to the slot, and the tenant's quota bound if it has one."""

    __slots__ = ("_binding", "_lease", "_quota", "_slot")

    def __init__(self, lease: Lease, slot: RoutedEngine, quota: AbstractContextManager[None] | None) -> None:
        self._lease, self._slot, self._quota = lease, slot, quota

    async def __aenter__(self) -> Engine[Any]:
        engine = self._lease.begin() or await self._lease.__aenter__()
        self._binding = self._slot.bind(engine)
        self._binding.__enter__()
        if self._quota is not None:
            self._quota.__enter__()
        return engine

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._quota is not None:
                self._quota.__exit__(kind, error, trace)
            self._binding.__exit__(kind, error, trace)
        finally:
            self._lease.end()
