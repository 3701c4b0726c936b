"""Idempotency-Key on the POST routes of a tenant, as one layer around all handlers.

See the IETF draft "The Idempotency-Key HTTP Header Field". A key belongs to a caller and a route. Errors are
not stored: the key is free again.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final, cast
from uuid import UUID

import msgspec
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from api.composition import Platform
from api.middleware.expect_continue import is_tried
from api.requests.guards import access_of
from api.requests.request import TenantRequest
from api.responses import RawResponse
from central.secrets.redaction import without_secrets
from piccolo_conf import DB
from piccolo_engines.errors import DatabaseError
from piccolo_engines.idempotency import Claim, IdempotencyBusy, InvalidIdempotencyKey, require_key
from tenant_schema.objects.changes.repeated import repeatable
from tenant_schema.records.idempotency import StoredResponse, TenantIdempotency
from tenant_schema.users.rights.permissions import Access

__all__ = ["Idempotent", "refuse_bad_key", "takes_key"]

_API: Final = "/api/v1/"
_DATA: Final = "/api/v1/data/"
_ASKS: Final = re.compile(rf"{_DATA}[^/]+/(query|aggregate)/?|{_API}permissions/explain/?|{_API}counts/?")
"""Routes that change nothing, whose responses are never replayed."""
_APART: Final = "/api/v1/objects"
"""Routes that change tables, which cannot run in a transaction around them."""
_KEPT_HEADERS: Final = frozenset({"content-type", "etag", "location", "cache-control"})
_REPLAYED: Final = (b"idempotent-replayed", b"true")


class Idempotent:
    """Wraps a tenant's ASGI application, with the tenant's engine bound.

    Ignores the header where nothing is written (queries, ``explain``), and where responses are secrets
    (sign-in).
    """

    __slots__ = ("_app", "_requests", "_under_way")

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._requests = TenantIdempotency()
        self._under_way: set[tuple[UUID, str]] = set()

    def __call__(self, any_scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request. Raises what the handler raises, and the errors of the key."""
        scope: HTTPScope = any_scope  # type: ignore[assignment]  # there are no others here
        key = _key_of(scope)
        if key is None or is_tried(scope):
            return self._app(scope, receive, send)
        return self._once(scope, receive, send, key)

    async def _once(self, scope: HTTPScope, receive: Receive, send: Send, key: str) -> None:
        request = TenantRequest(scope, receive, send)
        body = _whole(request)
        access = await access_of(request)
        access.require_factor()
        claim = _claim(request, access, key, body)
        with self._only_one(request.tenant.id, claim):
            serve = self._apart if scope["path"].startswith(_APART) else self._together
            response, is_replay = await serve(claim, scope, receive)
        if is_replay:
            response = await _as_seen_now(request, access, response)
            response.headers.append(_REPLAYED)
        await response(scope, receive, send)
        with suppress(DatabaseError):  # the next request prunes
            await self._requests.prune(request.tenant.id)

    def _only_one(self, tenant_id: UUID, claim: Claim) -> "_Held":
        return _Held(self._under_way, (tenant_id, claim.fingerprint))

    async def _together(self, claim: Claim, scope: HTTPScope, receive: Receive) -> tuple[RawResponse, bool]:
        """Run the request and store its response in one transaction."""
        platform = cast("Platform", scope["state"]["platform"])
        try:
            async with DB.transaction():
                found = await self._requests.take(claim)
                if isinstance(found, StoredResponse):
                    return _response(found), True
                response = await self._served(scope, receive)
                await self._requests.store(found, _kept(response, scope["path"]))
        finally:
            if not scope["path"].startswith(_DATA):
                platform.forget(scope["state"]["tenant"])
        return response, False

    async def _apart(self, claim: Claim, scope: HTTPScope, receive: Receive) -> tuple[RawResponse, bool]:
        """Run the request while a lease holds the key. A first try that was done, and died, is found so."""
        found = await self._requests.take(claim, lease=True)
        if isinstance(found, StoredResponse):
            return _response(found), True
        async with self._requests.leases.kept_unless_failed(found):
            with repeatable(_change_of(claim)):
                response = await self._served(scope, receive)
        await self._requests.store(found, _kept(response, scope["path"]))
        return response, False

    async def _served(self, scope: HTTPScope, receive: Receive) -> RawResponse:
        """Return the application's response. Raises for errors."""
        taken = _Taken()
        await self._app(scope, receive, taken)
        return taken.response()


class _Held:
    """Prevents two requests of this process from using one key at the same time."""

    __slots__ = ("_all", "_this")

    def __init__(self, everything: set[tuple[UUID, str]], this: tuple[UUID, str]) -> None:
        self._all, self._this = everything, this

    def __enter__(self) -> None:
        if self._this in self._all:
            raise IdempotencyBusy
        self._all.add(self._this)

    def __exit__(self, *_: object) -> None:
        self._all.discard(self._this)


class _Taken:
    """Collects what an application sends."""

    def __init__(self) -> None:
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self._body += message["body"]

    def response(self) -> RawResponse:
        return RawResponse(self._status, self._headers, bytes(self._body))


def takes_key(method: str, path: str) -> bool:
    """Whether a tenant's route supports keys: it writes, and its responses are not secret as a whole."""
    return (
        method == "post"
        and path.startswith(_API)
        and not path.startswith((f"{_API}auth/", f"{_API}me/factors"))
        and not _ASKS.fullmatch(path)
    )


def refuse_bad_key(scope: HTTPScope) -> None:
    """Raise :class:`InvalidIdempotencyKey` before any other processing of the request."""
    _key_of(scope)


def _key_of(scope: HTTPScope) -> str | None:
    """Return the key, if the route supports one. Raises :class:`InvalidIdempotencyKey`."""
    if scope["method"] != "POST":
        return None
    given = [value for name, value in scope["headers"] if name == b"idempotency-key"]
    if not given or not takes_key("post", scope["path"]):
        return None
    key = given[0].decode("latin-1")
    if len(given) > 1:
        raise InvalidIdempotencyKey
    require_key(key)
    return key


def _whole(request: TenantRequest) -> bytes:
    """Return the body, or an identification of a body on disk."""
    if "upload" in request.scope["state"]:
        return cast("bytes", request.scope["state"]["upload"].digest)
    return cast("bytes", request.scope["state"]["body"])


def _claim(request: TenantRequest, access: Access, key: str, body: bytes) -> Claim:
    """Return the claim of the key. The body is hashed with a secret, since it may contain a password."""
    path = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
    named = f"{access.api_key or access.user_id} POST {path} {key}"
    secret = request.platform.vault.derive("idempotency", request.tenant.id).current
    content_type = (request.header(b"content-type") or "").partition(";")[0].encode("latin-1")
    return Claim(
        hashlib.sha256(named.encode()).hexdigest(),
        hmac.digest(secret, content_type + b"\0" + body, "sha256").hex(),
    )


def _change_of(claim: Claim) -> UUID:
    """Return the id of the change of objects that the request makes: the same each time that it is sent."""
    digest = hashlib.sha256(f"{claim.fingerprint} {claim.body_hash}".encode()).digest()
    return UUID(bytes=digest[:16], version=5)


def _kept(response: RawResponse, path: str) -> StoredResponse:
    """Return the response to store, without secrets. Values of records are kept, whatever their names."""
    body = response.body.decode()
    if body and _is_json(response) and not path.startswith(_DATA):
        body = msgspec.json.encode(without_secrets(msgspec.json.decode(body))).decode()
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    kept = {name: value for name, value in headers.items() if name in _KEPT_HEADERS}
    return StoredResponse(response.status, kept, body)


async def _as_seen_now(request: TenantRequest, access: Access, response: RawResponse) -> RawResponse:
    """Return a replayed record as far as the caller may still read it: roles may have changed."""
    path = request.scope["path"]
    is_data = path.startswith(_DATA) and response.body and _is_json(response)
    content = msgspec.json.decode(response.body) if is_data else None
    if not isinstance(content, dict) or not isinstance(content.get("data"), dict):
        return response
    stored = content["data"]
    name = path.removeprefix(_DATA).partition("/")[0]
    seen = await request.platform.records.still_readable_part(request.tenant, access, name, stored)
    if len(seen) == len(stored):
        return response
    body = msgspec.json.encode({**content, "data": seen})
    headers = [one for one in response.headers if one[0] != b"content-length"]
    return RawResponse(response.status, [*headers, (b"content-length", b"%d" % len(body))], body)


def _is_json(response: RawResponse) -> bool:
    """Whether the body is JSON; a handler that somebody adds may respond with another type."""
    return any(
        one[0].lower() == b"content-type" and one[1].startswith(b"application/json")
        for one in response.headers
    )


def _response(kept: StoredResponse) -> RawResponse:
    body = kept.body.encode()
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept.headers.items()]
    if body:
        headers.append((b"content-length", b"%d" % len(body)))
    return RawResponse(kept.status, headers, body)
