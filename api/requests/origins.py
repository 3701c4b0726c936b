"""Origins (RFC 6454): that of a request itself, and whether a page of the same origin has sent it."""

import re
from typing import Final, NamedTuple

from api.requests.request import ApiRequest
from central.errors import InvalidHost
from central.hostnames import parse_host

__all__ = ["Origin", "is_from_other_origin", "is_from_own_page", "own_origin", "parse_origin"]

_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#@\s]{1,1100})", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}
_PORT: Final = re.compile(r":([0-9]{1,5})\Z")


class Origin(NamedTuple):
    """A scheme, a host in canonical form, and a port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


def parse_origin(text: str) -> Origin | None:
    """Return the origin of http or https that ``text`` is; None for anything else, such as ``null``.

    >>> str(parse_origin("HTTPS://App.Example.com:443"))
    'https://app.example.com'
    """
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return None
    try:
        host = parse_host(match["authority"])
    except InvalidHost:
        return None
    scheme, port = match["scheme"].lower(), _PORT.search(match["authority"])
    return Origin(scheme, host, int(port[1]) if port else _PORTS[scheme])


def own_origin(request: ApiRequest) -> Origin:
    """Return the origin that a browser sees this request's host as.

    A trusted proxy tells the scheme with X-Forwarded-Proto, and the port with X-Forwarded-Host or
    X-Forwarded-Port. Outside of local mode the scheme is https unless it says otherwise, because something in
    front of the service ends TLS.
    """
    state = request.scope["state"]
    scheme = request.scope["scheme"] if request.platform.settings.local else "https"
    port = _PORT.search(state["authority"].decode("latin-1"))
    number = port[1] if port else None
    if state["behind_proxy"]:
        scheme = _first(request, b"x-forwarded-proto", scheme).lower()
        number = number or _first(request, b"x-forwarded-port", "") or None
    default = _PORTS.get(scheme, 0)
    is_number = number is not None and number.isdecimal()
    return Origin(scheme, state["host"], int(number) if is_number and number else default)


def is_from_own_page(request: ApiRequest) -> bool:
    """Whether the browser says that a page of the request's own origin has sent it.

    By ``Origin``, otherwise by ``Sec-Fetch-Site``; False if the request has neither.
    """
    origin, site = request.header(b"origin"), request.header(b"sec-fetch-site")
    if origin is None:
        return site == "same-origin"
    return parse_origin(origin) == own_origin(request) and site in (None, "same-origin")


def is_from_other_origin(request: ApiRequest) -> bool:
    """Whether the browser says that something else than a page of the request's own origin has sent it.

    False for programs, which send neither header.
    """
    has_either = request.header(b"origin") is not None or request.header(b"sec-fetch-site") is not None
    return has_either and not is_from_own_page(request)


def _first(request: ApiRequest, name: bytes, otherwise: str) -> str:
    """The first of a header's values: the proxy nearest to the client has sent it."""
    return (request.header(name) or "").partition(",")[0].strip() or otherwise
