"""Which tenants' databases have to be looked into, by the levels in the registry. Opens none of them."""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from central.migrations.level import LevelAge, SchemaLevel
from central.registry import Registry, TenantRef
from central.servers import DatabaseServers
from piccolo_engines.errors import DatabaseError

__all__ = ["FleetLevels", "fleet_levels"]


class FleetLevels(msgspec.Struct, frozen=True):
    """The tenants that are served.

    :ivar current: the slugs of those that are up to date by the registry.
    :ivar pending: the others, each with the level of its database by the registry.
    """

    current: Sequence[str]
    pending: Sequence[tuple[TenantRef, str]]


async def fleet_levels(registry: Registry, servers: DatabaseServers, wanted: SchemaLevel) -> FleetLevels:
    """Compare the level of each tenant that is served with ``wanted``.

    A database that is not on its server any more is pending, whatever its level. Runs one statement on the
    central database, and lists the databases of each server once.
    """
    current, pending = [], []
    there = await _databases(servers)
    for tenant, level in await registry.served_with_levels():
        is_there = (tenant.database_server, tenant.db_name.lower()) in there
        if is_there and wanted.age_of(level) is LevelAge.CURRENT:
            current.append(tenant.slug)
        else:
            pending.append((tenant, level))
    return FleetLevels(current, pending)


async def _databases(servers: DatabaseServers) -> set[tuple[str, str]]:
    """Return the databases of the servers that respond, as pairs of server and name."""
    found: set[tuple[str, str]] = set()
    for server in servers:
        with suppress(DatabaseError):
            found |= {(server.name, name) for name in await server.databases()}
    return found
