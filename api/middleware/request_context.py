"""RequestContext: data of the current request, for logs and responses."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from central.usage.rate import TenantRate

__all__ = ["CURRENT", "RecordedRequest", "RequestContext"]


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """The events of a request with support access: in the tenant's audit trail, and in the operators'.

    ``detail`` is that of both, without the status.
    """

    tenant_event: UUID
    central_event: UUID
    detail: Mapping[str, object]


class RequestContext(msgspec.Struct):
    """The request's data, filled in on the way.

    The tenant is set by the host, the caller by authentication, the status by the response.

    :ivar responded: whether the last piece of the response was passed to the server.
    :ivar support: set if an operator with support access is the caller.
    :ivar varies_by_origin: whether pages of some other origins may read responses of this host.
    :ivar allowed_origin: the Origin header, if its pages may.
    :ivar rate: the limits of the tenant's requests, if it has a plan.
    :ivar metadata_version: the header for a signed-in caller of a tenant.
    :ivar statements: how many statements it has sent to the tenant's database.
    :ivar statement_seconds: how long it has waited for them.
    :ivar is_refused: whether the tenant's status or level is the reason of the response.
    :ivar has_session: whether the request has the cookie of a session and no bearer token.
    """

    id: str
    method: str
    path: str
    tenant: str | None = None
    tenant_id: UUID | None = None
    caller: str | UUID | None = None
    status: int = 0
    responded: bool = False
    support: RecordedRequest | None = None
    varies_by_origin: bool = False
    allowed_origin: bytes | None = None
    has_session: bool = False
    is_refused: bool = False
    metadata_version: tuple[bytes, bytes] | None = None
    statements: int = 0
    statement_seconds: float = 0.0
    rate: TenantRate | None = None


CURRENT: Final[ContextVar[RequestContext | None]] = ContextVar("freehold_request", default=None)
"""The request of this task; None outside of requests."""
