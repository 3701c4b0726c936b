"""uvicorn's HTTP, but what is no HTTP gets a problem too, and nobody sends headers without end."""

from typing import Final

import msgspec
from uuid_utils import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import ProblemDocument

__all__ = ["MOST_HEAD_BYTES", "ProblemProtocol"]

MOST_HEAD_BYTES: Final = 64 * 1024
"""Of the request line and the headers together; counted as they arrive, so give or take one packet."""


class ProblemProtocol(HttpToolsProtocol):
    """For uvicorn's ``http`` option."""

    _head_bytes = 0
    _in_head = False

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self._refuse(431, "head-too-large", "The request line and the headers are too large.")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """The application takes over.

        A target in absolute form names a host of its own, which would count instead of the Host header's (RFC
        9112, section 3.2.2) and which the parser does not hand on. It is for proxies alone, and refused.
        """
        if not self.url.startswith(b"/") and self.url != b"*":
            raise ValueError("the request's target is neither a path nor *")
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words are for its log)
        """Refuses what the parser could not read, and closes the connection."""
        self._refuse(400, "malformed-request", "The request is not HTTP as this server understands it.")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        request_id = str(uuid7())
        title = code.replace("-", " ").capitalize()
        document = ProblemDocument(f"/problems/{code}", title, status, detail, code, request_id, [])
        body = msgspec.json.encode(document)
        head = (
            f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nx-request-id: {request_id}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
