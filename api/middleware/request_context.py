"""RequestContext: data of the current request, for logs and responses."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final
from uuid import UUID

__all__ = ["CURRENT", "RequestContext"]


@dataclass(slots=True)
class RequestContext:
    """The request's data, filled in on the way.

    The tenant is set by the host, the caller by authentication, the status by the response.

    :ivar responded: whether the last piece of the response was passed to the server.
    """

    id: str
    method: str
    path: str
    tenant: str | None = None
    tenant_id: UUID | None = None
    caller: str | UUID | None = None
    status: int = 0
    responded: bool = False


CURRENT: Final[ContextVar[RequestContext | None]] = ContextVar("freehold_request", default=None)
"""The request of this task; None outside of requests."""
