"""Completes every response: its id, security and cache headers, and compression.

See docs/adr/0073-conditional-requests-and-compression.md.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from litestar.types import HTTPResponseStartEvent, HTTPScope, Message, Send

from api.middleware.compression import LEAST_BYTES, Pieces, compressed, pieces, preferred_coding
from api.middleware.request_context import RequestContext
from api.middleware.response_headers import EXPOSED, SAFETY
from api.responses import NOT_STORED, RawHeader

__all__ = ["Finished"]

_REVALIDATED: Final[RawHeader] = (b"cache-control", b"private, no-cache")
"""For responses with an ETag: clients may cache them, and revalidate at each use."""
_COMPRESSIBLE: Final = frozenset(
    {
        b"application/json",
        b"application/problem+json",
        b"text/typescript",
        b"text/csv",
    }
)
_VARY: Final[RawHeader] = (b"vary", b"accept-encoding")
_VARY_ORIGIN: Final[RawHeader] = (b"vary", b"origin")


class Finished:
    """The ``send`` of a request. Records the response's status and end."""

    __slots__ = ("_context", "_held", "_id", "_pieces", "_scope", "_send")

    def __init__(self, scope: HTTPScope, send: Send, context: RequestContext) -> None:
        self._scope = scope
        self._send = send
        self._context = context
        self._id = (b"x-request-id", context.id.encode())
        self._held: tuple[HTTPResponseStartEvent, str] | None = None
        self._pieces: Pieces | None = None

    async def __call__(self, message: Message) -> None:
        """Forward one event."""
        if message["type"] == "http.response.start":
            self._context.status = message["status"]
            if self._begin(message):
                await self._send(message)
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        is_last = not message.get("more_body")
        if is_last:
            self._context.responded = True
        if self._held is not None:
            start, coding = self._held
            self._held = None
            message["body"] = await self._whole(start, coding, message["body"])
            await self._send(start)
        elif self._pieces is not None:
            piece = await self._pieces.piece(message["body"]) if message["body"] else b""
            message["body"] = piece + self._pieces.end() if is_last else piece
        await self._send(message)

    def _begin(self, message: HTTPResponseStartEvent) -> bool:
        """Complete the headers. Returns whether they can be sent before the body."""
        found = dict(message["headers"])
        has_tag, cached = b"etag" in found, found.get(b"cache-control")
        headers = [*message["headers"], self._id, *SAFETY]
        if self._context.metadata_version is not None:
            headers.append(self._context.metadata_version)
        if self._context.rate is not None:
            headers += self._context.rate.headers()
        if self._context.varies_by_origin:
            headers += self._cross_origin()
        message["headers"] = headers
        if cached is None:
            headers.append(_REVALIDATED if has_tag else NOT_STORED)
        if message["status"] >= 400 and self._is_body_unread():
            headers.append((b"connection", b"close"))
        if message["status"] == 304:
            _add_vary(headers, found)
        elif cached != NOT_STORED[1] and _is_compressible(found):
            length = found.get(b"content-length")
            is_large = length is None or int(length) >= LEAST_BYTES
            if is_large or has_tag:
                _add_vary(headers, found)
            if is_large:
                return self._compress(message, headers, is_stream=length is None)
        return True

    def _cross_origin(self) -> list[RawHeader]:
        """Return the headers of CORS."""
        origin = self._context.allowed_origin
        if origin is None or self._context.has_session:
            return [_VARY_ORIGIN]
        return [_VARY_ORIGIN, (b"access-control-allow-origin", origin), EXPOSED]

    def _is_body_unread(self) -> bool:
        """Whether the client waits in vain for 100 Continue."""
        return any(name == b"expect" for name, _ in self._scope["headers"])

    def _compress(
        self, message: HTTPResponseStartEvent, headers: list[RawHeader], *, is_stream: bool
    ) -> bool:
        accepted = b", ".join(value for name, value in self._scope["headers"] if name == b"accept-encoding")
        coding = preferred_coding(accepted) if accepted else None
        if coding is None:
            return True
        if not is_stream:
            self._held = (message, coding)
            return False
        self._pieces = pieces(coding)
        message["headers"] = _coded(headers, coding)
        return True

    async def _whole(self, start: HTTPResponseStartEvent, coding: str, body: bytes) -> bytes:
        smaller = await compressed(coding, body)
        if len(smaller) >= len(body):
            return body
        start["headers"] = [
            *_coded(start["headers"], coding),
            (b"content-length", b"%d" % len(smaller)),
        ]
        return smaller


def _is_compressible(found: Mapping[bytes, bytes]) -> bool:
    """Whether the response may be compressed. Not with a cookie, which may be a secret (BREACH)."""
    kind = found.get(b"content-type", b"").partition(b";")[0]
    return kind in _COMPRESSIBLE and b"set-cookie" not in found and b"content-encoding" not in found


def _add_vary(headers: list[RawHeader], found: Mapping[bytes, bytes]) -> None:
    """Add Accept-Encoding to Vary."""
    given = found.get(b"vary")
    if given is None:
        headers.append(_VARY)
    else:
        headers[headers.index((b"vary", given))] = (b"vary", given + b", accept-encoding")


def _coded(headers: Iterable[RawHeader], coding: str) -> list[RawHeader]:
    """Return the headers of the compressed form, which has its own tag and no length yet."""
    suffix = coding.encode()
    kept = [
        (name, value[:-1] + b'-%s"' % suffix if name == b"etag" else value)
        for name, value in headers
        if name != b"content-length"
    ]
    return [*kept, (b"content-encoding", suffix)]
