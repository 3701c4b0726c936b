"""/setup/servers: the database servers, and which of them get new tenants."""

from typing import TypeVar

from litestar import Controller, get, patch, post
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody
from msgspec import UnsetType

from api.composition import Platform
from api.openapi.described import problems
from api.operations.server_acts import ServerActs
from api.requests.sources import Injected
from api.schemas.paths import ServerName
from api.schemas.servers import EmptyServer, ServerChanges, ServerList, ServerResponse
from api.schemas.tenant_databases import JobBegun
from central.operators.audit import Actor

__all__ = ["ServerController"]

_T = TypeVar("_T")


class ServerController(Controller):
    """The database servers of the installation."""

    path = "/servers"
    tags = ("Servers",)

    @get(
        "/",
        operation_id="listServers",
        summary="All database servers, the default one first",
        description="Their tenants, which of them get new ones, and the connections of this process.",
        response_description="The servers.",
    )
    async def list_servers(self, platform: Injected[Platform]) -> ServerList:
        """All database servers."""
        return ServerList(data=[ServerResponse.of(one) for one in await platform.placement.states()])

    @patch(
        "/{server:str}",
        operation_id="changeServer",
        summary="Change whether a database server gets new tenants",
        description=(
            "A new tenant that names no server gets the one with the fewest tenants in proportion to its "
            "weight, of those that are neither full nor draining. Existing tenants stay where they are."
        ),
        response_description="The server.",
        responses=problems(404),
        body_example={"weight": 2, "bound": 500},
    )
    async def change_server(
        self,
        platform: Injected[Platform],
        actor: Injected[Actor],
        server: ServerName,
        data: JSONBody[ServerChanges],
    ) -> ServerResponse:
        """Change whether a database server gets new tenants."""
        if server not in {one.name for one in platform.servers}:
            raise NotFoundException
        acts = ServerActs(platform.placement, actor)
        bound = 0 if data.bound is None else _given(data.bound)
        state = await acts.change(
            server, weight=_given(data.weight), bound=bound, draining=_given(data.draining)
        )
        return ServerResponse.of(state)

    @post(
        "/{server:str}/empty",
        status_code=202,
        operation_id="emptyServer",
        summary="Move all tenants of a database server to others",
        description=(
            "It gets no new tenants from now on. Each tenant can be read and not written while it is moved; "
            "one that cannot be moved stays. The result of the job has `moved`, by slug the server that each "
            "tenant is on now, and `failures`, by slug why it was not moved. A server has one such job at a "
            "time: while it has not ended its id is returned, whatever the body has."
        ),
        response_description="The job.",
        responses=problems(404, 409),
        body_example={"to": "db2.internal:3306", "parallel": 2},
    )
    async def empty_server(
        self,
        platform: Injected[Platform],
        actor: Injected[Actor],
        server: ServerName,
        data: JSONBody[EmptyServer],
    ) -> JobBegun:
        """Move all tenants of a database server to others."""
        if server not in {one.name for one in platform.servers}:
            raise NotFoundException
        acts = ServerActs(platform.placement, actor)
        return JobBegun(await acts.empty(platform.server_emptying, server, data.to, data.parallel))


def _given(value: _T | UnsetType) -> _T | None:
    return None if isinstance(value, UnsetType) else value
