"""uvicorn's HTTP protocol, with bounds on what a connection may send and for how long it may be waited for.

What the parser cannot read is refused with a problem document, as every other error is.
"""

import asyncio
import re
from typing import Any, Final

import httptools
import msgspec
from uuid_utils import uuid7
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.composition import Platform
from api.middleware.response_headers import SAFETY
from api.problems.catalog import title_of
from api.problems.documents import ProblemDocument
from api.server.client_connections import Outcome
from api.server.joined_writes import JoinedWrites

__all__ = ["MOST_HEAD_BYTES", "MOST_TARGET_BYTES", "MOST_TRAILER_BYTES", "ProblemProtocol", "platform_of"]

MOST_HEAD_BYTES: Final = 64 * 1024
"""Of the request line and the headers together; counted as they arrive, so give or take one packet."""
MOST_TARGET_BYTES: Final = 16 * 1024
"""Of the target in the request line. RFC 9110, section 4.1, asks for 8,000 at least."""
MOST_TRAILER_BYTES: Final = 64 * 1024
"""Of what stands between two pieces of a body, or behind it: chunk extensions and trailers."""

_PORTION: Final = 16 * 1024
"""Bytes that are parsed at once: there may be a request in every 18 of them, each of which takes 20 µs."""
_LINGER_SECONDS: Final = 2.0
"""How long a client may go on sending after it was refused, so that it has time to read why."""
_LINGER_BYTES: Final = 1024 * 1024
_REST_BYTES: Final = 32 * 1024 * 1024
"""Of a body that goes on after its response. Many clients send all of a body before they read, and lose the
response when the connection is cut meanwhile."""
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
_ABSOLUTE: Final = re.compile(rb"(?i:https?)://([^/?]*)(.*)", re.DOTALL)
_IDLE, _HEAD, _BODY = range(3)


class _NoTrailers(list[tuple[bytes, bytes]]):
    """Takes the place of the headers once they are complete: trailers are read and dropped.

    RFC 9110, section 6.5.1: they must not be merged into the headers, where they would pass for what was
    authenticated and checked before the body.
    """

    def append(self, _header: tuple[bytes, bytes], /) -> None:
        """Drop it."""


_NO_TRAILERS: Final = _NoTrailers()


class ProblemProtocol(HttpToolsProtocol):
    """For uvicorn's ``http`` option. The bounds are those of the application's ``platform.clients``."""

    _phase = _IDLE
    _size = 0
    """Bytes of an unfinished head, of what is no body in an unfinished body, or that are discarded."""
    _has_body = False
    _ignores_input = False
    _is_refused = False
    _is_resuming = False
    """The parser reads the head that :meth:`_resume` gives it: no request, and its headers are dropped."""
    _unread = b""
    """What came behind a request that waits for the response to an earlier one."""
    _framing: tuple[tuple[bytes, bytes], ...] = ()
    """The headers that tell how long the body is which the parser has left out."""
    _refusal: tuple[int, str, str] | None = None
    _waited_for: tuple[Outcome | None, object] = ("head", None)
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected, and is refused when there is no place for it."""
        super().connection_made(transport)
        self._clients = platform_of(self.config).clients
        self._responses = JoinedWrites(transport, self.loop)
        self._since = self.loop.time()
        if self._clients.admit(self, self.client[0] if self.client else "", self._since):
            self._clients.watch(self.loop.call_later, self.loop.time)
        else:
            detail = "There are too many connections; close some, or try again shortly."
            self.transport.write(_problem(503, "too-many-connections", detail, b"retry-after: 1\r\n"))
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        self._clients.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._ignores_input:
            self._discard(data)
            return
        if self._unread:
            self._unread += data
        else:
            self._take(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._is_resuming:
            return
        super().on_message_begin()
        self._phase, self._size = _HEAD, 0

    def on_headers_complete(self) -> None:
        """The application takes over."""
        if self._is_resuming:
            return
        url = self.url
        if len(url) > MOST_TARGET_BYTES:
            self._refuse_target()
        if url[:1] != b"/" and url != b"*":
            self._take_host_of_target()
        if b"#" in url:
            raise ValueError("the request's target has a fragment")
        if self._current() is None:
            self._clients.used(self)
        super().on_headers_complete()
        self.cycle.transport = self._responses  # type: ignore[assignment]  # has what a response needs
        if self._clients.is_draining:
            self.cycle.keep_alive = False
        self._phase, self._size = _BODY, 0
        self.headers = _NO_TRAILERS

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._has_body = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has arrived, but for a body that the parser leaves out because of an Upgrade."""
        if self.parser.should_upgrade():
            self._framing = tuple(one for one in self.scope["headers"] if one[0] in _FRAMING)
            if self._framing:
                return
        self._phase = _IDLE
        super().on_message_complete()
        if not self.parser.should_keep_alive():
            self._close_when_complete()

    def on_response_complete(self) -> None:
        """A response is through; what came behind its request is read on when it was the last one.

        uvicorn would start a timer now: here :meth:`check` closes idle connections.
        """
        self._responses.flush()
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
        else:
            self.server_state.total_requests += 1
            self.flow.resume_reading()
        if self._unread:
            self.flow.pause_reading()
            if not self.pipeline:
                self.loop.call_soon(self._go_on)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words are for its log)
        """Refuses what the parser could not read, and closes the connection."""
        malformed = (400, "malformed-request", "The request is not HTTP as this server understands it.")
        self._refuse(*(self._refusal or malformed))

    def check(self, now: float) -> Outcome | None:
        """Close the connection when it is waited for too long; what for."""
        waited_for = self._what_is_waited_for()
        if waited_for != self._waited_for:
            self._waited_for, self._since = waited_for, now
            return None
        outcome = waited_for[0]
        if outcome is None or now - self._since < self._patience(outcome):
            return None
        if outcome == "head" and self._phase == _HEAD and not self._ignores_input:
            self._refuse(408, "request-too-slow", "The head of the request did not arrive in time.")
        elif outcome == "stalled":
            self.transport.abort()
        else:
            self.transport.close()
        return outcome

    def give_way(self) -> None:
        """Close the connection, on which no request is being served."""
        self.transport.close()

    def drain(self) -> None:
        """Close the connection after its current response, if that has not begun, or after its next one."""
        cycle = self._current()
        if cycle is not None and not cycle.response_started:
            cycle.keep_alive = False

    def _go_on(self) -> None:
        unread, self._unread = self._unread, b""
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self._take(unread)

    def _take(self, data: bytes) -> None:
        """Parse ``data``, up to a request that has to wait for an earlier one's response."""
        at = 0
        while at < len(data) and not self._ignores_input:
            if self.pipeline:
                self._unread = data[at:]
                return
            portion = data[at : at + _PORTION]
            at += len(portion)
            rest: bytes | None = portion
            while rest is not None and not self._ignores_input:
                rest = self._parse(rest)
            if self._phase and not self._ignores_input:
                self._check_sizes(portion)

    def _parse(self, data: bytes) -> bytes | None:
        """Give ``data`` to the parser; what is left of it behind a request with an Upgrade header.

        Nothing is upgraded here, and such a request is served as any other (RFC 9110, section 7.8). The
        parser takes what follows its head for another protocol, and leaves its body out.
        """
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response("")
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            self._resume()
            return rest
        return None

    def _resume(self) -> None:
        """Have the parser expect the body that it has left out, as its length was given."""
        if self._framing:
            lines = [b"%s: %s\r\n" % one for one in self._framing]
            self._framing, self._is_resuming = (), True
            try:
                self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % b"".join(lines))
            finally:
                self._is_resuming = False

    def _close_when_complete(self) -> None:
        """Keep the connection no longer than for the response: a trailer has closed it for the parser."""
        cycle = self.cycle
        cycle.keep_alive = False
        if cycle.response_complete and not self._is_refused:
            self.transport.close()

    def _what_is_waited_for(self) -> tuple[Outcome | None, object]:
        """What the client should do next, and what changes when it does."""
        unsent = self.transport.get_write_buffer_size()
        if unsent:
            return "stalled", unsent
        if self._is_refused:
            return "stalled", None
        cycle = self._current()
        if cycle is not None and not cycle.response_complete:
            return None, None  # it is the application that decides how long it waits for a body
        if cycle is None or self._phase == _HEAD:
            return "head", cycle
        return ("stalled" if self._phase == _BODY else "idle"), cycle

    def _current(self) -> "RequestResponseCycle | None":
        """The newest request; None before the first, which uvicorn's annotation does not know."""
        return self.cycle

    def _patience(self, outcome: Outcome) -> float:
        if outcome == "head":
            return self._clients.head_timeout
        if outcome == "idle":
            return self._clients.keep_alive_timeout
        return self._clients.write_timeout if self._waited_for[1] else _LINGER_SECONDS

    def _check_sizes(self, data: bytes) -> None:
        """Bound what is not yet a whole head, or comes where a body should."""
        if self._phase == _BODY and self._has_body and not self.cycle.response_complete:
            self._has_body, self._size = False, 0  # the application counts the bytes of a body
            return
        self._size += len(data)
        if self._phase == _HEAD:
            if len(self.url) > MOST_TARGET_BYTES:
                self._refuse(414, "target-too-long", _TARGET_TOO_LONG)
            elif self._size > MOST_HEAD_BYTES:
                self._refuse(431, "head-too-large", "The request line and the headers are too large.")
        elif self.cycle.response_complete:
            if self._size > _REST_BYTES:  # the rest of a body that nobody wants
                self.transport.abort()
        elif self._size > MOST_TRAILER_BYTES:
            self._refuse(431, "head-too-large", "The trailers or chunk extensions are too large.")

    def _refuse_target(self) -> None:
        self._refusal = (414, "target-too-long", _TARGET_TOO_LONG)
        raise ValueError("the request's target is too long")

    def _take_host_of_target(self) -> None:
        """Takes the host from a target in absolute form, instead of the Host header's (RFC 9112, 3.2.2).

        A request still needs its one Host header, but for HTTP/1.0. A target that is neither a path nor
        such an address nor ``*`` is refused.
        """
        found = _ABSOLUTE.fullmatch(self.url)
        if found is None:
            raise ValueError("the request's target is neither a path, an address, nor *")
        host, rest = found.groups()
        self.url = rest if rest.startswith(b"/") else b"/" + rest
        given = [at for at, (name, _) in enumerate(self.headers) if name == b"host"]
        for at in given:
            self.headers[at] = (b"host", host)
        if not given and self.parser.get_http_version() == "1.0":
            self.headers.append((b"host", host))

    def _discard(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > _LINGER_BYTES:
            self.transport.abort()

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Respond with a problem and close the connection, once the client has had time to read it.

        While an earlier request is being served, its response is the last one. In the middle of a response
        there is nothing to say: the connection is cut.
        """
        self._ignores_input, self._size = True, 0
        cycle = self._current()
        if cycle is not None and not cycle.response_complete:
            if self._phase != _BODY:
                cycle.keep_alive = False
                return
            if cycle.response_started:
                self.transport.abort()
                return
            cycle.disconnected = True  # the application waits for a body that will not come
            cycle.message_event.set()
        self._is_refused = True
        self.transport.write(_problem(status, code, detail))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()


_TARGET_TOO_LONG: Final = (
    f"The address of a request may have {MOST_TARGET_BYTES} bytes at most; "
    "what is long can be sent as JSON to POST …/query."
)
_TITLE_LINE: Final = (
    b"HTTP/1.1 %d %s\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n"
)
_SAFETY_LINES: Final = b"".join(b"%s: %s\r\n" % one for one in SAFETY)


def _problem(status: int, code: str, detail: str, more: bytes = b"") -> bytes:
    """A whole response."""
    request_id, title = str(uuid7()), title_of(code)
    body = msgspec.json.encode(
        ProblemDocument(f"/problems/{code}", title, status, detail, code, request_id, [])
    )
    return b"".join(
        (
            _TITLE_LINE % (status, title.encode()),
            _SAFETY_LINES,
            more,
            b"content-length: %d\r\nx-request-id: %s\r\n" % (len(body), request_id.encode()),
            b"connection: close\r\n\r\n",
            body,
        )
    )


def platform_of(config: "Config") -> Platform:
    """Return the services of the application; uvicorn may have put others around it."""
    app: Any = config.loaded_app
    while not hasattr(app, "platform"):
        app = app.app
    platform: Platform = app.platform
    return platform
