"""Database servers: request and response bodies for operators."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from central.servers.placement import MAX_WEIGHT, ServerState

__all__ = ["ConnectionsResponse", "EmptyServer", "ServerChanges", "ServerList", "ServerResponse"]

_Weight = Annotated[
    int,
    Meta(
        description="The share of new tenants that name no server, in proportion to the other servers'. With "
        "0 only tenants that name the server are created there.",
        ge=0,
        le=MAX_WEIGHT,
        examples=[1],
    ),
]
_Bound = Annotated[int, Meta(description="How many tenants it may have.", ge=1, le=1_000_000, examples=[500])]
_Draining = Annotated[
    bool, Meta(description="Whether no new tenants are created there: the server is to be emptied.")
]


class EmptyServer(Input):
    """Where a server's tenants are moved."""

    to: (
        Annotated[
            str,
            Meta(
                description="The server they are moved to. By default each goes where a new tenant would "
                "be created.",
                max_length=300,
                examples=["db2.internal:3306"],
            ),
        ]
        | None
    ) = None
    parallel: Annotated[int, Meta(description="How many are moved at a time.", ge=1, le=32)] = 2


class ConnectionsResponse(Output):
    """The connections of the process that responds."""

    budget: Annotated[int, Meta(description="How many it may open for tenants.", examples=[40])]
    in_use: Annotated[int, Meta(examples=[3])]
    idle: Annotated[int, Meta(examples=[2])]
    waiting: Annotated[int, Meta(description="Queries that wait for a connection.", examples=[0])]


class ServerResponse(Output):
    """A database server."""

    name: Annotated[str, Meta(description="`sqlite`, or host and port.", examples=["db1.internal:3306"])]
    tenants: Annotated[int, Meta(description="The tenants whose database it has.", examples=[12])]
    weight: _Weight
    bound: _Bound | None
    draining: _Draining
    connections: Annotated[ConnectionsResponse, Meta(description="Null for SQLite.")] | None

    @classmethod
    def of(cls, state: ServerState) -> "ServerResponse":
        """The response for a server's state."""
        use = state.server.connections
        return cls(
            name=state.server.name,
            tenants=state.tenants,
            weight=state.weight,
            bound=state.bound,
            draining=state.draining,
            connections=None
            if use is None
            else ConnectionsResponse(use.limit, use.in_use, use.idle, use.waiting),
        )


class ServerList(Output):
    """All database servers, the default one first."""

    data: list[ServerResponse]


class ServerChanges(Input):
    """Changes of a server; what is missing stays."""

    weight: _Weight | UnsetType = UNSET
    bound: _Bound | UnsetType | None = UNSET
    draining: _Draining | UnsetType = UNSET
