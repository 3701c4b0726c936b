"""What is known of the request being served, for logs and for answers."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final
from uuid import UUID

__all__ = ["CURRENT", "RequestContext"]


@dataclass(slots=True)
class RequestContext:
    """Filled in on the way: the tenant by the host, the caller by the guard, the status by the answer.

    ``responded``: the last piece of the response was handed to the server.
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
"""The request that this task works for; None outside of requests."""
