"""What a handler gives back: a small ASGI application with its bytes ready.

Litestar runs an ASGI application that a handler returns as it is, which costs less than half of what a
``Response`` costs on the way to the socket.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from litestar.types import Receive, Scope, Send

__all__ = ["NOT_STORED", "Answer", "RawHeader", "empty", "json", "json_bytes"]

RawHeader = tuple[bytes, bytes]

NOT_STORED: Final[RawHeader] = (b"cache-control", b"no-store")
"""For answers that hold a secret."""

_JSON: Final[RawHeader] = (b"content-type", b"application/json")
_ENCODE: Final = msgspec.json.Encoder().encode


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


def json(content: object, status: int = 200, headers: Sequence[RawHeader] = ()) -> Answer:
    """``content`` (anything that msgspec encodes) as JSON."""
    return json_bytes(_ENCODE(content), status, _JSON, headers)


def json_bytes(
    body: bytes, status: int = 200, content_type: RawHeader = _JSON, headers: Sequence[RawHeader] = ()
) -> Answer:
    """``body``, encoded already."""
    return Answer(status, [content_type, (b"content-length", b"%d" % len(body)), *headers], body)


def empty(status: int = 204, headers: Sequence[RawHeader] = ()) -> Answer:
    """An answer without a body."""
    return Answer(status, list(headers))
