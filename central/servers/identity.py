"""IdentityCheck: whether a tenant's database is that tenant's, compared whenever its engine is created."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from piccolo.engine.base import Engine

from central.errors import DatabaseMismatch
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_engines.lru import Lru

__all__ = ["IdentityCheck"]

_REMEMBERED: Final = 10_000
_log: Final = logging.getLogger(__name__)


class IdentityCheck:
    """Compares the id inside a database with the tenant's.

    :param read: returns the id inside the engine's database, or ``None``. One statement.
    :param report: is called with the tenant and the id found, once for each pair of them in a row.
    :param replaced: is called with a tenant whose database is another one than when this process opened it
        last.
    :ivar mismatches: how often a database was refused by this process.
    """

    def __init__(
        self,
        read: Callable[[Engine[Any]], Awaitable[UUID | None]],
        report: Callable[[TenantRef, UUID | None], Awaitable[None]],
        replaced: Callable[[TenantRef], None] = lambda _: None,
    ) -> None:
        self._read = read
        self._report = report
        self._replaced = replaced
        self._places: Lru[UUID, tuple[str, str]] = Lru(_REMEMBERED)
        self._reported: dict[UUID, UUID | None] = {}
        self.mismatches = 0

    async def __call__(self, tenant: TenantRef, engine: Engine[Any]) -> None:
        """Raise :class:`~central.errors.DatabaseMismatch` if the database is not the tenant's.

        A database that is being created has no id yet.
        """
        if tenant.status is TenantStatus.PROVISIONING:
            return
        found = await self._read(engine)
        if found == tenant.id:
            self._reported.pop(tenant.id, None)
            self._compare_place(tenant)
            return
        self.mismatches += 1
        if self._reported.get(tenant.id, tenant.id) != found:
            self._reported[tenant.id] = found
            _log.error("The database %s is not that of the tenant %s", tenant.db_name, tenant.slug)
            await self._report(tenant, found)
        raise DatabaseMismatch(tenant.slug)

    def _compare_place(self, tenant: TenantRef) -> None:
        place = (tenant.database_server, tenant.db_name)
        if self._places.get(tenant.id) not in (None, place):
            self._replaced(tenant)
        self._places.put(tenant.id, place)
