"""Expect: 100-continue (RFC 9110, section 10.1.1): a hopeless request is refused before its body is sent.

The body of a request to a tenant is taken in before anything is leased for it. For a client that waits to be
told to go on, the request is first tried without its body, as far as the guard of its route: whether there is
such a route, whether the caller may come in, and whether the body is of a type that it takes.
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
    """Whether ``app`` would read the body; otherwise it has responded already, or raises why not."""
    tried = cast("HTTPScope", {**scope, "state": {**scope["state"], _TRIED: True}})
    try:
        await app(tried, _no_body, send)
    except _WouldGoOn:
        return True
    return False


def is_tried(scope: HTTPScope) -> bool:
    """Whether the request is only tried, without its body."""
    return _TRIED in scope["state"]


def stop_if_tried(request: ApiRequest, *, takes_json: bool = False) -> None:
    """To be called where a request has passed all that can be checked without its body; goes no further when
    it is only tried. Raises :class:`~api.errors.UnsupportedMediaType`.
    """
    if _TRIED not in request.scope["state"]:
        return
    if takes_json:
        require_json(request.header(b"content-type") or "")
    raise _WouldGoOn


async def _no_body() -> NoReturn:
    raise _WouldGoOn
