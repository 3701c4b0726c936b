"""Which network addresses and URLs of providers are requested. Nothing here uses the network."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

__all__ = ["UrlRules", "is_loopback_host", "is_public"]

_NAT64: Final = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC: Final = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "3fff::/20", "5f00::/16"))
)
"""What Python takes for public, in all versions or in older ones: IETF assignments, of which clouds use some
for the credentials of their machines, relays of 6to4 (RFC 7526), site-local addresses (RFC 3879),
documentation (RFC 9637), and segment routing (RFC 9602).
"""
_PLAIN: Final = re.compile(r"[\x21-\x7e]+")
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
_LONGEST: Final = 2_000


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet.

    Not public are loopback, link-local, private, shared, reserved and multicast addresses (the registries of
    RFC 6890), and IPv6 addresses that carry such an IPv4 address.

    >>> is_public("93.184.216.34"), is_public("169.254.169.254"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded(parsed) if isinstance(parsed, IPv6Address) else None
    reached = inner or parsed
    if any(reached in network for network in _NOT_PUBLIC):
        return False
    return reached.is_global and not reached.is_multicast and not reached.is_reserved


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to this address reach."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def is_loopback_host(host: str) -> bool:
    """Whether a host name in a URL means this machine.

    >>> is_loopback_host("localhost"), is_loopback_host("127.0.0.1"), is_loopback_host("localhost.example")
    (True, True, False)
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class UrlRules:
    """Which URLs of providers are accepted.

    :param allow_private_networks: whether connections to addresses that are not public are allowed.
    :param allow_http: whether ``http`` is accepted for loopback hosts.
    """

    allow_private_networks: bool = False
    allow_http: bool = False

    def problem_of(self, url: str) -> str | None:
        """Return what is wrong with an absolute URL, as the end of a sentence; None if nothing is.

        >>> UrlRules().problem_of("http://login.example"), UrlRules().problem_of("https://login.example/a")
        ('must begin with https://', None)
        """
        if len(url) > _LONGEST or _PLAIN.fullmatch(url) is None or "\\" in url:
            return "is not a URL"
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            return "is not a URL"
        if parts.scheme not in {"https", "http"} or "#" in url or "@" in parts.netloc or not _has_host(host):
            return "is not a URL of a web server without user and fragment"
        if parts.scheme == "http" and not (self.allow_http and is_loopback_host(host)):
            return "must begin with https://"
        return None


def _has_host(host: str) -> bool:
    return _HOST.fullmatch(f"[{host}]" if ":" in host else host) is not None
