"""Expect: 100-continue (RFC 9110, section 10.1.1): refuses a request before its body is sent.

The body of a request to a tenant is read before an engine is leased for it. If a client waits for 100
Continue, the request is first tried without its body, up to the guard of its route: whether the route exists,
whether the caller is authorised, and whether the body's type is supported.
"""

from typing import NoReturn, cast

from litestar.types import ASGIApp, HTTPScope, Send

from api.requests.bodies import require_json
from api.requests.request import ApiRequest

__all__ = ["is_tried", "stop_if_tried", "try_without_body"]

_TRIED = "tried without its body"


class _WouldGoOn(Exception):
    """The request may send its body."""


async def try_without_body(app: ASGIApp, scope: HTTPScope, send: Send) -> bool:
    """Return whether ``app`` would read the body. Otherwise it has responded, or raises the reason."""
    tried = cast("HTTPScope", {**scope, "state": {**scope["state"], _TRIED: True}})
    try:
        await app(tried, _no_body, send)
    except _WouldGoOn:
        return True
    return False


def is_tried(scope: HTTPScope) -> bool:
    """Whether the request is being tried without its body."""
    return _TRIED in scope["state"]


def stop_if_tried(request: ApiRequest, *, takes_json: bool = False) -> None:
    """Stop a tried request. Call it after all checks that need no body.

    Raises :class:`~api.errors.UnsupportedMediaType`.
    """
    if _TRIED not in request.scope["state"]:
        return
    if takes_json:
        require_json(request.header(b"content-type") or "")
    raise _WouldGoOn


async def _no_body() -> NoReturn:
    raise _WouldGoOn
