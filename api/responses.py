"""What a handler gives back: a small ASGI application with its bytes ready.

Litestar runs an ASGI application that a handler returns as it is, which costs less than half of what a
``Response`` costs on the way to the socket.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec
from litestar.types import Receive, Scope, Send

from api.errors import ClientGone

__all__ = [
    "NOT_STORED",
    "Answer",
    "RawHeader",
    "Stream",
    "empty",
    "encoded",
    "json",
    "json_bytes",
    "not_modified",
]

RawHeader = tuple[bytes, bytes]

NOT_STORED: Final[RawHeader] = (b"cache-control", b"no-store")
"""For answers that hold a secret: nobody keeps them, and they are not compressed."""

_JSON: Final[RawHeader] = (b"content-type", b"application/json")
encoded: Final = msgspec.json.Encoder().encode
"""Anything that msgspec encodes, as JSON."""


class Answer:
    """A whole answer: status, headers (content-length included) and body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[RawHeader], body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's form)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class Stream:
    """An answer whose body comes piece by piece; the client's pace is the pace at which it is made.

    When the client hangs up, no more is made.

    :param patience: seconds after which a client that takes nothing of a piece is given up, so that it cannot
        keep what the response holds.
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


async def _hung_up(receive: Receive) -> None:
    """Returns when the client is no longer there."""
    while (await receive())["type"] != "http.disconnect":
        pass


def json(content: object, status: int = 200, headers: Sequence[RawHeader] = ()) -> Answer:
    """``content`` (anything that msgspec encodes) as JSON."""
    return json_bytes(encoded(content), status, _JSON, headers)


def json_bytes(
    body: bytes, status: int = 200, content_type: RawHeader = _JSON, headers: Sequence[RawHeader] = ()
) -> Answer:
    """``body``, encoded already."""
    return Answer(status, [content_type, (b"content-length", b"%d" % len(body)), *headers], body)


def empty(status: int = 204, headers: Sequence[RawHeader] = ()) -> Answer:
    """An answer without a body."""
    return Answer(status, list(headers))


def not_modified(headers: Sequence[RawHeader]) -> Answer:
    """304 for a client that has the response already. ``headers`` are those that it would have had."""
    return Answer(304, list(headers))
