"""Placement: on which database server a new tenant is created that does not name one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from piccolo.query.functions import Count
from piccolo.query.mixins import OnConflictAction

from central.servers.errors import NoServerHasRoom
from central.servers.protocol import DatabaseServer, DatabaseServers
from central.tables import ServerPlacement, Tenant

__all__ = ["MAX_WEIGHT", "Placement", "ServerState"]

MAX_WEIGHT: Final = 1_000


@dataclass(frozen=True, slots=True)
class ServerState:
    """A database server, and what decides whether it gets new tenants.

    :ivar tenants: those whose database it has.
    :ivar weight: its share of new tenants in proportion to the others'; with 0 it gets those that name it.
    :ivar bound: how many tenants it may have; None for any number.
    :ivar draining: whether it gets no new tenants, since it is to be emptied.
    """

    server: DatabaseServer
    tenants: int
    weight: int
    bound: int | None
    draining: bool

    @property
    def has_room(self) -> bool:
        """Whether a tenant that does not name a server may be created here."""
        return self.weight > 0 and not self.draining and (self.bound is None or self.tenants < self.bound)


class Placement:
    """Chooses servers. The caller binds ``CENTRAL``.

    Without other settings the installation's default server has the weight 1, and all others 0.
    """

    def __init__(self, servers: DatabaseServers) -> None:
        self._servers = servers

    def named(self, name: str) -> DatabaseServer:
        """Return the server. Raises :class:`~central.servers.errors.UnknownServer`."""
        return self._servers.get(name)

    async def choose(self) -> str:
        """Return the name of the server that has the fewest tenants in proportion to its weight.

        Two statements; none if there is one server with users, or none, as there is no choice then.

        Raises :class:`~central.servers.errors.NoServerHasRoom`.
        """
        if sum(server.has_users for server in self._servers) < 2:
            return self._servers.default.name
        free = [one for one in await self.states() if one.has_room]
        if not free:
            raise NoServerHasRoom
        return min(free, key=lambda one: (one.tenants + 1) / one.weight).server.name

    async def states(self) -> list[ServerState]:
        """Return all servers, the default one first. Two statements."""
        rows = {row["name"]: row for row in await ServerPlacement.select()}
        counted = await Tenant.select(Tenant.database_server, Count()).group_by(Tenant.database_server)
        tenants = {row["database_server"]: row["count"] for row in counted}
        return [
            self._state(server, tenants.get(server.name, 0), rows.get(server.name))
            for server in self._servers
        ]

    async def change(
        self, name: str, *, weight: int | None = None, bound: int | None = None, draining: bool | None = None
    ) -> ServerState:
        """Change what is given, and return the server's state.

        Raises :class:`~central.servers.errors.UnknownServer`.

        :param weight: from 0 to :data:`MAX_WEIGHT`.
        :param bound: 0 for any number.
        """
        before = next(one for one in await self.states() if one.server is self._servers.get(name))
        row = ServerPlacement(
            name=name,
            weight=before.weight if weight is None else weight,
            bound=before.bound if bound is None else bound or None,
            draining=before.draining if draining is None else draining,
        )
        columns = [ServerPlacement.weight, ServerPlacement.bound, ServerPlacement.draining]
        await ServerPlacement.insert(row).on_conflict(
            target=ServerPlacement.name, action=OnConflictAction.do_update, values=columns
        )
        return self._state(before.server, before.tenants, row.to_dict())

    def _state(self, server: DatabaseServer, tenants: int, row: Mapping[str, Any] | None) -> ServerState:
        if row is None:
            weight = int(server is self._servers.default)
            return ServerState(server, tenants, weight, bound=None, draining=False)
        return ServerState(server, tenants, row["weight"], row["bound"], row["draining"])
