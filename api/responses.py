"""Responses: :class:`Json` and :class:`Prepared` for handlers, and the ASGI applications that they become.

Litestar's ``Response`` builds headers and cookies for every request, which costs 10 µs; these hand over their
bytes (3 µs).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from litestar import Response
from litestar.types import Receive, Scope, Send

from api.errors import ClientGone

__all__ = [
    "CSV",
    "NOT_STORED",
    "Json",
    "Prepared",
    "RawHeader",
    "RawResponse",
    "Stream",
    "empty",
    "encoded",
    "json",
    "json_bytes",
    "not_modified",
]

_T = TypeVar("_T")

RawHeader = tuple[bytes, bytes]

NOT_STORED: Final[RawHeader] = (b"cache-control", b"no-store")
"""For responses with secrets: they are not cached and not compressed."""

_JSON: Final[RawHeader] = (b"content-type", b"application/json")
encoded: Final = msgspec.json.Encoder().encode
"""Encode a value as JSON."""


class RawResponse:
    """A complete response as an ASGI application: status, headers (including content-length) and body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[RawHeader], body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's form)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


CSV: Final = b"text/csv; charset=utf-8; header=present"
"""The content type of CSV files that have a head (RFC 4180)."""


class Stream:
    """A response as an ASGI application whose body is generated in pieces, at the client's pace.

    Generation stops when the client disconnects.

    :param patience: seconds after which a client that reads nothing of a piece is disconnected, so that it
        does not block resources of the response.
    """

    __slots__ = ("headers", "patience", "pieces", "status")

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        headers: list[RawHeader],
        status: int = 200,
        *,
        patience: float = 60.0,
    ) -> None:
        self.pieces = pieces
        self.headers = headers
        self.status = status
        self.patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's form)
        gone = asyncio.create_task(_hung_up(receive))
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            async for piece in self.pieces:
                if gone.done():
                    return
                async with asyncio.timeout(self.patience):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            raise ClientGone from None
        finally:
            gone.cancel()


class Prepared(Response[_T], Generic[_T]):
    """The return type of handlers whose response is an ASGI application already.

    The type parameter is what the body holds, for the OpenAPI document: ``Prepared[RecordPage]``.
    """

    __slots__ = ("asgi",)

    def __init__(self, asgi: RawResponse | Stream) -> None:
        self.asgi = asgi  # Litestar's own constructor builds what is not needed here

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """The ASGI application. Litestar passes the route's headers and cookies, which are not used."""
        return self.asgi


class Json(Response[_T], Generic[_T]):
    """A body that msgspec encodes as JSON.

    As the ``response_class`` of a router it also encodes what handlers return without a response of their
    own. A body of None is empty.

    :param status_code: the route's, when None.
    :param headers: names in lower case and values, as bytes.
    """

    __slots__ = ("raw_headers",)

    def __init__(
        self, content: _T, *, status_code: int | None = None, headers: Sequence[RawHeader] = (), **_: Any
    ) -> None:
        self.content = content
        self.status_code = status_code
        self.raw_headers = headers

    def to_asgi_response(self, *_: Any, status_code: int | None = None, **__: Any) -> Any:
        """The ASGI application, with the status of the route unless this response has its own."""
        status = self.status_code or status_code or 200
        if self.content is None:
            return RawResponse(status, list(self.raw_headers))
        return json_bytes(encoded(self.content), status, _JSON, self.raw_headers)


async def _hung_up(receive: Receive) -> None:
    """Return when the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


def json(content: object, status: int = 200, headers: Sequence[RawHeader] = ()) -> RawResponse:
    """Return ``content`` (anything that msgspec encodes) as JSON."""
    return json_bytes(encoded(content), status, _JSON, headers)


def json_bytes(
    body: bytes, status: int = 200, content_type: RawHeader = _JSON, headers: Sequence[RawHeader] = ()
) -> RawResponse:
    """Return ``body``, which is encoded already."""
    return RawResponse(status, [content_type, (b"content-length", b"%d" % len(body)), *headers], body)


def empty(status: int = 204, headers: Sequence[RawHeader] = ()) -> RawResponse:
    """Return a response without a body."""
    return RawResponse(status, list(headers))


def not_modified(headers: Sequence[RawHeader]) -> RawResponse:
    """Return a 304 response. ``headers`` are those of the full response."""
    return RawResponse(304, list(headers))
