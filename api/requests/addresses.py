"""The client's address and the requested host, with and without proxies."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from central.errors import InvalidHost

__all__ = ["client_address", "is_proxy", "requested_host"]

_Network = IPv4Network | IPv6Network
_Headers = Iterable[tuple[bytes, bytes]]


def requested_host(headers: _Headers, *, behind_proxy: bool) -> bytes:
    """The value of the one Host header, or of the one X-Forwarded-Host when a trusted proxy sent it.

    Raises :class:`~central.errors.InvalidHost` when there is none or more than one; its grammar is not
    looked at.
    """
    hosts: list[bytes] = []
    forwarded: list[bytes] = []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif behind_proxy and name == b"x-forwarded-host":
            forwarded.append(value)
    chosen = forwarded or hosts
    if len(chosen) != 1 or len(hosts) > 1:
        raise InvalidHost
    return chosen[0]


def client_address(peer: str, headers: _Headers, proxies: Sequence[_Network]) -> str:
    """The nearest address that is not a trusted proxy's: ``peer``, or the last such one in X-Forwarded-For.

    >>> from ipaddress import ip_network
    >>> headers = [(b"x-forwarded-for", b"6.6.6.6, 203.0.113.9, 10.0.0.7")]
    >>> client_address("10.0.0.2", headers, [ip_network("10.0.0.0/8")])
    '203.0.113.9'
    """
    if not is_proxy(peer, proxies):
        return peer
    chain = ",".join(value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for")
    nearest = peer
    for hop in reversed(chain.split(",") if chain else []):
        if not _is_address(hop.strip()):
            break
        nearest = hop.strip()
        if not is_proxy(nearest, proxies):
            break
    return nearest


def is_proxy(address: str, proxies: Sequence[_Network]) -> bool:
    """Whether ``address`` is one of ``proxies``."""
    if not proxies or not _is_address(address):
        return False
    parsed = ip_address(address)
    return any(parsed in network for network in proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
