"""The outermost layer: an id for every request, a problem for every error, one log line, metrics."""

import re
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Final

import structlog
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.types import HTTPScope, Receive, Scope, Send
from uuid_utils import uuid7

from api.errors import ClientGone
from api.frontend.blocked import workspace_page
from api.middleware.cross_origin import CrossOrigin
from api.middleware.request_context import CURRENT, RequestContext
from api.middleware.response_finishing import Finished
from api.middleware.tenant_status import REFUSALS
from api.problems.pages import as_page, wants_page
from api.problems.table import is_fault, problem_response
from api.problems.types import response_to_type
from api.requests.links import where_to_go
from api.requests.methods import allowed
from api.responses import RawResponse
from api.server.logs import request_log
from api.server.metrics import RequestCounts
from api.server.request_targets import require_plain_target
from tenant_schema.problems import SUGGESTIONS, SuggestionBudget

__all__ = ["ErrorBoundary"]

_HttpApp = Callable[[HTTPScope, Receive, Send], Awaitable[None]]
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:=+/@-]{0,127}\Z")
_LONGEST_PATH: Final = 512
_SECRET: Final = re.compile(rb"(fh[a-z]_)[A-Za-z0-9._-]{16,}")
"""A token, such as that of ``/reset/fhl_…``: the page of a one-time link, which somebody else serves."""


class ErrorBoundary:
    """Wraps an ASGI application and turns every exception into a response.

    :param slow: seconds from which a request is logged as slow; 0 for never.
    """

    __slots__ = ("_app", "_counts", "_cross_origin", "_log", "_log_request", "_slow")

    def __init__(
        self, app: _HttpApp, counts: RequestCounts, cross_origin: CrossOrigin, slow: float = 0.0
    ) -> None:
        self._app = app
        self._counts = counts
        self._cross_origin = cross_origin
        self._log = structlog.get_logger().bind()  # once, not at every line
        self._log_request = request_log()
        self._slow = slow or float("inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await send({"type": "websocket.close", "code": 1000, "reason": "There are no web sockets here."})
            return
        context = _context_of(scope)
        self._cross_origin.begin(scope, context)
        scope.setdefault("state", {})["context"] = context
        previous, unspent = CURRENT.set(context), SUGGESTIONS.set(SuggestionBudget())
        started = perf_counter()
        try:
            await self._serve(_as_get(scope), receive, Finished(scope, send, context), context)
        finally:
            seconds = perf_counter() - started
            self._counts.add(context, seconds)
            self._log_request(context, seconds)
            if seconds >= self._slow:
                _log_slow(context, seconds)
            SUGGESTIONS.reset(unspent)
            CURRENT.reset(previous)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send, context: RequestContext) -> None:
        try:
            require_plain_target(scope)
            await self._app(scope, receive, send)
        except ClientGone:
            context.status = context.status or 499
        except Exception as error:
            context.is_refused = isinstance(error, REFUSALS)
            response = _problem_response(error, scope, context)
            if is_fault(error) or context.status:
                self._log.exception("failed", error=type(error).__name__)
            if context.status:
                raise  # the response has begun; closing the connection shows the client that it is incomplete
            await response(scope, receive, send)


def _log_slow(context: RequestContext, seconds: float) -> None:
    structlog.get_logger("freehold").warning(
        "slow request",
        method=context.method,
        path=context.path,
        status=context.status,
        duration_ms=round(seconds * 1000, 2),
        statements=context.statements,
        statements_ms=round(context.statement_seconds * 1000, 2),
    )


def _problem_response(error: Exception, scope: HTTPScope, context: RequestContext) -> RawResponse:
    headers = dict(scope["headers"])
    if scope["method"] == "GET":
        explanation = response_to_type(scope["path"], headers)  # of a host that has nothing else to say
        if explanation is not None:
            return explanation
    elsewhere = where_to_go(scope) if isinstance(error, NotFoundException) else None
    response = problem_response(error, context.id, elsewhere)
    if response.status == 405:
        response.headers = [
            (name, allowed(value.decode().split(",")) if name == b"allow" else value)
            for name, value in response.headers
        ]
    page = workspace_page(error, response, scope)
    if page is None and wants_page(scope):
        page = as_page(error, response, context.id)
    return page or response


def _context_of(scope: HTTPScope) -> RequestContext:
    """Return the request's id (the client's X-Request-ID if valid, otherwise a new one), method and path.

    The path is for logs and audit trails, so tokens in it are left out.
    """
    given = b""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value
            break
    request_id = given.decode() if given and _REQUEST_ID.match(given) else str(uuid7())
    path = scope.get("raw_path") or scope["path"].encode(errors="replace")
    if b"fh" in path:
        path = _SECRET.sub(rb"\1...", path)
    return RequestContext(
        request_id, scope["method"], path[:_LONGEST_PATH].decode("ascii", "backslashreplace")
    )


def _as_get(scope: HTTPScope) -> HTTPScope:
    """Treat HEAD as GET; servers omit its body."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
