"""Origins (RFC 6454): scheme, host and port of a page."""

import re
from typing import Final, NamedTuple

from central.errors import InvalidHost, InvalidOrigin
from central.hostnames import parse_host

__all__ = ["DEFAULT_PORTS", "Origin", "parse_allowed_origin", "parse_origin", "port_of"]

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#@\s]{1,1100})", re.IGNORECASE)
_PORT: Final = re.compile(r":([0-9]{1,5})\Z")
_LOOPBACK: Final = re.compile(r"(?:.*\.)?localhost|127\.0\.0\.1|::1")


class Origin(NamedTuple):
    """A scheme, a host in canonical form, and a port; 0 is the usual one of a scheme that is not known."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """As browsers send it in the Origin header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (
            "" if self.port == DEFAULT_PORTS.get(self.scheme, 0) else f":{self.port}"
        )


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
    scheme = match["scheme"].lower()
    return Origin(scheme, host, port_of(match["authority"]) or DEFAULT_PORTS[scheme])


def port_of(authority: str) -> int | None:
    """Return the port of ``host:port``, if there is one.

    >>> port_of("acme.localhost:8000"), port_of("[::1]")
    (8000, None)
    """
    match = _PORT.search(authority)
    return int(match[1]) if match else None


def parse_allowed_origin(text: str) -> str:
    """Return an origin that may be allowed to call the API, as browsers send it.

    >>> parse_allowed_origin("https://App.example.com/")
    'https://app.example.com'

    Raises :class:`~central.errors.InvalidOrigin`: for ``*`` and ``null``, which would be every page and every
    sandboxed one; for patterns, paths, and http elsewhere than on the developer's machine.
    """
    text = text.strip()
    if "*" in text:
        raise InvalidOrigin(text, "Name each origin: with * any page could use a token that it got hold of.")
    if text.lower() == "null":
        raise InvalidOrigin(text, "Sandboxed pages and files of everybody have the origin null.")
    origin = parse_origin(text.removesuffix("/"))
    if origin is None:
        raise InvalidOrigin(text, "An origin is a scheme and a host, as in https://app.example.com.")
    if origin.scheme == "http" and not _LOOPBACK.fullmatch(origin.host):
        raise InvalidOrigin(text, "Pages without TLS are allowed on localhost only: use https.")
    return str(origin)
