"""The database servers of the installation: their tenants, and the connections of this process."""

from collections.abc import Sequence

from piccolo.query.functions import Count

from api.admin.columns import Column, TableSchema
from api.admin.memory_table import MemoryTable
from api.admin.site import Row
from api.composition import Platform
from central.servers import DatabaseServer
from central.tables import Tenant

__all__ = ["ServerTable"]


def _number(name: str, title: str, help_text: str) -> Column:
    return Column(name=name, title=title, type="integer", help_text=help_text, read_only=True)


_SCHEMA = TableSchema(
    title="Server",
    columns=[
        Column(name="name", title="Name", help_text="sqlite, or host:port.", read_only=True),
        Column(
            name="is_default",
            title="Default",
            type="boolean",
            help_text="New tenants are made here unless somebody says where.",
            read_only=True,
        ),
        _number("tenants", "Tenants", "Those whose database is here."),
        _number("budget", "Connections", "That this process may have to it."),
        _number("in_use", "In use", "In this process, just now."),
        _number("idle", "Idle", "In this process, just now."),
        _number("waiting", "Waiting", "Queries of this process that wait for a connection."),
    ],
    link="name",
    order_by=("name", True),
    can_add=False,
    can_change=False,
    can_delete=False,
)


class ServerTable(MemoryTable):
    """Servers from the settings and this process. Only tenants are counted with a query."""

    def __init__(self, platform: Platform, group: str) -> None:
        super().__init__(_SCHEMA, group)
        self._servers = platform.servers

    async def all_rows(self) -> Sequence[Row]:
        """Every server."""
        counted = await Tenant.select(Tenant.database_server, Count()).group_by(Tenant.database_server)
        tenants = {row["database_server"]: row["count"] for row in counted}
        default = self._servers.default.name
        return [_row(server, tenants.get(server.name, 0), default) for server in self._servers]


def _row(server: DatabaseServer, tenants: int, default: str) -> Row:
    use = server.connections
    return {
        "id": server.name,
        "name": server.name,
        "is_default": server.name == default,
        "tenants": tenants,
        "budget": None if use is None else use.limit,
        "in_use": None if use is None else use.in_use,
        "idle": None if use is None else use.idle,
        "waiting": None if use is None else use.waiting,
    }
