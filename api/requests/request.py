"""The request of a handler: services, caller, address, body and query."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request
from litestar.datastructures import State

from api.composition import Platform
from api.errors import BodyTooLarge, InvalidBody, NotAuthenticated, UnsupportedMediaType
from api.middleware.request_context import RequestContext
from api.requests import bodies
from api.requests.etags import digest_tag, known_tag
from api.requests.json_portions import SMALL, decode_in_portions
from api.requests.query_parameters import decode_query, query_pairs
from api.responses import Prepared, RawHeader, RawResponse, encoded, json_bytes, not_modified
from api.server.concurrency import Slot
from central.tables import TenantStatus
from tenant_schema.problems import Problem
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["ApiRequest", "CentralRequest", "TenantRequest"]

_S = TypeVar("_S", bound=msgspec.Struct)
_T = TypeVar("_T")
_BEARER = b"bearer "


class ApiRequest(Request[Any, Any, State]):
    """A request on any host. What the middleware found out is in the scope's state."""

    @property
    def platform(self) -> Platform:
        """Every service."""
        platform: Platform = self.scope["state"]["platform"]
        return platform

    @property
    def context(self) -> RequestContext:
        """The request's id, and what the log says of it."""
        context: RequestContext = self.scope["state"]["context"]
        return context

    @property
    def address(self) -> str:
        """The client's address, as far as trusted proxies tell it."""
        address: str = self.scope["state"]["address"]
        return address

    def header(self, name: bytes) -> str | None:
        """A header's value, its name in lower case; several of one name are joined by commas."""
        values = [value for key, value in self.scope["headers"] if key == name]
        return b", ".join(values).decode("latin-1") if values else None

    def unchanged(self, tag: RawHeader, more: Sequence[RawHeader] = ()) -> RawResponse | None:
        """304, when the client has the response with this ETag already, as its If-None-Match header says.

        ``more`` are the other headers of the response that matter to a cache.
        """
        given = self.header(b"if-none-match")
        known = None if given is None else known_tag(given, tag[1])
        return None if known is None else not_modified([(b"etag", known), *more])

    def unless_known(self, response: RawResponse) -> Prepared[Any]:
        """A response that has an ETag; 304 when the client has it already."""
        tag = next(one for one in response.headers if one[0] == b"etag")
        more = [one for one in response.headers if one[0] in {b"vary", b"cache-control"}]
        return Prepared(self.unchanged(tag, more) or response)

    def tagged(self, content: _T) -> Prepared[_T]:
        """``content`` as JSON with a digest of it as its ETag; 304 when the client has it already."""
        body = encoded(content)
        tag = digest_tag(body)
        return Prepared(self.unchanged(tag) or json_bytes(body, headers=[tag]))

    def versioned(self, content: _T, version: int | None) -> Prepared[_T]:
        """``content`` as JSON, whose ETag has the version of a definition in front; 304 as above."""
        body = encoded(content)
        tag = digest_tag(body, version)
        return Prepared(self.unchanged(tag) or json_bytes(body, headers=[tag]))

    @property
    def has_authorization(self) -> bool:
        """Whether there is an Authorization header, of any scheme."""
        return any(name == b"authorization" for name, _ in self.scope["headers"])

    def bearer_token(self) -> str:
        """The token of the Authorization header. Raises :class:`~api.errors.NotAuthenticated` without one."""
        token = self.token_if_any()
        if token is None:
            raise NotAuthenticated
        return token

    def token_if_any(self) -> str | None:
        """The token of the Authorization header; None if there is no such header.

        Raises :class:`~api.errors.NotAuthenticated` for headers without a bearer token.
        """
        is_given = False
        for name, value in self.scope["headers"]:
            if name == b"authorization":
                if value[:7].lower() == _BEARER:
                    return value[7:].strip().decode("latin-1")
                is_given = True
        if is_given:
            raise NotAuthenticated
        return None

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query parameters in order."""
        query = self.scope["query_string"]
        return query_pairs(query) if query else ()

    def query_as(self, shape: type[_S]) -> _S:
        """The query parameters as a ``shape``. Raises :class:`~api.errors.InvalidQuery`."""
        return decode_query(self.pairs(), shape)

    async def read(self, shape: type[_S], also: bodies.Check | None = None) -> _S:
        """The body as a ``shape``; raises for all of its faults at once, with those that ``also`` finds."""
        return await bodies.decode_large(await self._read(), shape, also)

    async def read_object(self) -> dict[str, Any]:
        """The body, which must be a JSON object, as it is."""
        body = await self._read()
        value = await decode_in_portions(body) if len(body) > SMALL else bodies.decode_json(body)
        if not isinstance(value, dict):
            raise InvalidBody([Problem("", "wrong-type", "Must be an object.")])
        return value

    async def read_as(self, kind: Any) -> Any:
        """The body as any other type that msgspec knows; raises for its first fault."""
        body = await self._read()
        value = await decode_in_portions(body) if len(body) > SMALL else bodies.decode_json(body)
        return bodies.convert(value, kind)

    async def read_image(self, limit: int) -> bytes:
        """The body as bytes, whose Content-Type is that of some image; what they are is not checked.

        Raises :class:`~api.errors.UnsupportedMediaType` and :class:`~api.errors.BodyTooLarge`.
        """
        media_type = self.header(b"content-type") or ""
        if not media_type.lower().startswith("image/"):
            raise UnsupportedMediaType(media_type, "image/png")
        body = await self._arrived()
        if len(body) > limit:
            raise BodyTooLarge(limit)
        return body

    async def _read(self) -> bytes:
        """The body of a request with JSON."""
        bodies.require_json(self.header(b"content-type") or "")
        return await self._arrived()

    async def _arrived(self) -> bytes:
        """The body, as read by the tenant middleware, or read from the client now."""
        taken_in = self.scope["state"].get("body")
        if taken_in is not None:
            body: bytes = taken_in
            return body
        settings = self.platform.settings
        bodies.require_plain((self.header(b"content-encoding") or "").encode())
        bodies.require_length(self.header(b"content-length"), settings.max_body_bytes)
        return await bodies.read_body(self.receive, settings.max_body_bytes, settings.request_timeout)


class CentralRequest(ApiRequest):
    """A request on a central host."""


class TenantRequest(ApiRequest):
    """A request on a tenant's host; the tenant's database is bound."""

    @property
    def tenant(self) -> TenantScope:
        """The tenant of the host name."""
        tenant: TenantScope = self.scope["state"]["tenant"]
        return tenant

    @property
    def is_read_only(self) -> bool:
        """Whether the tenant's data may be read and not changed at present."""
        return self.scope["state"]["status"] is TenantStatus.READ_ONLY

    def hold(self, slot: Slot) -> None:
        """Enter ``slot``. The tenant middleware leaves it when the response was sent."""
        slot.__enter__()
        self.scope["state"]["slot"] = slot

    @property
    def access(self) -> Access:
        """The caller and the caller's rights. Set on routes with ``requires_user``."""
        return cast("Access", self.scope["auth"])
