"""Cancels a request whose client has disconnected."""

import asyncio
from types import TracebackType
from typing import Final, Literal

from litestar.types import HTTPScope, Receive

from api.errors import ClientGone
from api.middleware.request_context import RequestContext

__all__ = ["WATCHED_AFTER", "CancelOnDisconnect", "DisconnectWatch", "may_be_cancelled"]

WATCHED_AFTER: Final = 0.25
"""Seconds after which a request is watched. A shorter one costs neither a task nor a timer of its own."""
_RECORDS: Final = "/api/v1/data/"


def may_be_cancelled(scope: HTTPScope) -> bool:
    """Whether a request may be cancelled in progress: reads, and all requests for records.

    Records are written in transactions, which are rolled back. Changes of definitions, rights and tenants run
    to their end once started, as they would if the response was lost.
    """
    return scope["method"] == "GET" or scope["path"].startswith(_RECORDS)


class DisconnectWatch:
    """The running requests that may be cancelled, with one timer for all of them."""

    __slots__ = ("_has_timer", "_since")

    def __init__(self) -> None:
        self._since: dict[CancelOnDisconnect, float] = {}
        """The loop's time of each one's start, which is their order."""
        self._has_timer = False

    def begin(self, request: "CancelOnDisconnect") -> None:
        """Watch the request once it has taken :data:`WATCHED_AFTER`."""
        loop = asyncio.get_running_loop()
        self._since[request] = loop.time()
        if not self._has_timer:
            self._has_timer = True
            loop.call_later(WATCHED_AFTER, self._look)

    def end(self, request: "CancelOnDisconnect") -> None:
        """The request has ended."""
        self._since.pop(request, None)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        for request, since in list(self._since.items()):
            if since + WATCHED_AFTER > loop.time():
                loop.call_at(since + WATCHED_AFTER, self._look)
                return
            del self._since[request]
            request.watch()
        self._has_timer = False


class CancelOnDisconnect:
    """A context in which the current task is cancelled when the client disconnects.

    Enter it when the whole body has arrived: further messages of ``receive`` are dropped. It ends with
    :class:`~api.errors.ClientGone` instead of the ``CancelledError`` that it caused; a task that is also
    cancelled by others stays cancelled. A client that disconnects after the response was passed to the server
    (``context.responded``) does not cancel the task: later work, such as pruning, is completed.
    """

    __slots__ = ("_cancelling", "_context", "_is_gone", "_receive", "_requests", "_task", "_watch")

    def __init__(self, requests: DisconnectWatch, receive: Receive, context: RequestContext) -> None:
        self._requests = requests
        self._receive = receive
        self._context = context
        self._is_gone = False
        self._watch: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "a request is served in a task"
        self._task, self._cancelling = task, task.cancelling()
        self._requests.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Literal[False]:
        self._requests.end(self)
        if self._watch is not None:
            self._watch.cancel()
        if self._is_gone:
            is_alone = self._task.uncancel() <= self._cancelling
            if is_alone and kind is not None and issubclass(kind, asyncio.CancelledError):
                raise ClientGone from error
        return False

    def watch(self) -> None:
        """Start to wait for the client to disconnect."""
        self._watch = asyncio.get_running_loop().create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self._context.responded:
            self._is_gone = True
            self._task.cancel()
