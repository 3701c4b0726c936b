"""Where a request comes from: its own origin, and whether a page of the same origin has sent it."""

import re
from typing import Final

from api.requests.request import ApiRequest
from central.origins import DEFAULT_PORTS, Origin, parse_origin, port_of

__all__ = ["is_from_other_origin", "is_from_own_page", "own_origin"]

_PORT: Final = re.compile(r"[0-9]{1,5}")
"""A proxy may pass on a header of the client's: other digits, or more of them than ``int`` accepts."""


def own_origin(request: ApiRequest) -> Origin:
    """Return the origin that a browser sees this request's host as.

    A trusted proxy tells the scheme with X-Forwarded-Proto, and the port with X-Forwarded-Host or
    X-Forwarded-Port. Outside of local mode the scheme is https unless it says otherwise, because something in
    front of the service ends TLS.
    """
    state = request.scope["state"]
    scheme = request.scope["scheme"] if request.platform.settings.local else "https"
    port = port_of(state["authority"].decode("latin-1"))
    if state["behind_proxy"]:
        scheme = _first(request, b"x-forwarded-proto", scheme).lower()
        forwarded = _first(request, b"x-forwarded-port", "")
        port = port or (int(forwarded) if _PORT.fullmatch(forwarded) else None)
    return Origin(scheme, state["host"], port or DEFAULT_PORTS.get(scheme, 0))


def is_from_own_page(request: ApiRequest) -> bool:
    """Whether the browser tells that a page of the request's own origin has sent it.

    By ``Origin``, otherwise by ``Sec-Fetch-Site``; False if the request has neither.
    """
    origin, site = request.header(b"origin"), request.header(b"sec-fetch-site")
    if origin is None:
        return site == "same-origin"
    return parse_origin(origin) == own_origin(request) and site in (None, "same-origin")


def is_from_other_origin(request: ApiRequest) -> bool:
    """Whether the browser tells that something else than a page of the request's own origin has sent it.

    False for programs, which send neither header.
    """
    has_either = request.header(b"origin") is not None or request.header(b"sec-fetch-site") is not None
    return has_either and not is_from_own_page(request)


def _first(request: ApiRequest, name: bytes, otherwise: str) -> str:
    """Return the first of a header's values, which the proxy nearest to the client has set."""
    return (request.header(name) or "").partition(",")[0].strip() or otherwise
