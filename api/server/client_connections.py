"""The client connections of this process: their number, and how long they may be idle.

A connection counts from the moment it is accepted. Above a limit, a new one replaces one that has sent no
request for a second, or is refused. Connections of a trusted proxy carry the requests of many clients, so the
limit per address does not apply to a proxy.
"""

import resource
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal, Protocol

from api.requests.addresses import is_proxy
from central.settings.settings import Settings

__all__ = [
    "BACKLOG",
    "ClientConnections",
    "Connection",
    "Outcome",
    "raise_descriptor_limit",
    "share_of_descriptors",
]

BACKLOG: Final = 256
"""Connections that the system accepts in advance; they use descriptors before they are counted."""

_YIELDS_AFTER: Final = 1.0
"""Seconds without a request after which a connection may be replaced by a new one."""
_SITE_PREFIX: Final = 64
"""The prefix length of an IPv6 site: each client has all addresses below it."""
_MOST_DESCRIPTORS: Final = 65_536

Outcome = Literal["head", "idle", "stalled"]


class Connection(Protocol):
    """One connection, implemented by :class:`~api.server.protocol.ProblemProtocol`."""

    def check(self, now: float) -> Outcome | None:
        """Close the connection if a time limit is exceeded. Returns what it waited for."""

    def give_way(self) -> None:
        """Close the connection, which is not serving a request."""

    def drain(self) -> None:
        """Close the connection after a response that says so."""


class ClientConnections:
    """Admits connections and monitors open ones.

    :param settings: ``max_connections``, ``max_connections_per_address``, ``head_timeout``,
        ``keep_alive_timeout`` and ``trusted_proxies``.
    :ivar is_draining: whether each connection is closed after its next response.
    :param descriptors: the file descriptors that this process may open; half of them are for clients.
    """

    def __init__(self, settings: Settings, descriptors: int | None = None) -> None:
        self.most = min(settings.max_connections, share_of_descriptors(descriptors))
        self.most_per_address = settings.max_connections_per_address
        self.head_timeout = settings.head_timeout
        self.keep_alive_timeout = settings.keep_alive_timeout
        self.write_timeout = settings.request_timeout
        self.refused = {"total": 0, "address": 0}
        self.timeouts: dict[Outcome, int] = {"head": 0, "idle": 0, "stalled": 0}
        self._proxies: Sequence[IPv4Network | IPv6Network] = settings.trusted_proxies
        self._open: dict[Connection, str | None] = {}
        self._silent: dict[Connection, float] = {}
        self._by_address: dict[str, dict[Connection, None]] = {}
        self._is_watching = False
        self.is_draining = False

    @property
    def open(self) -> int:
        """The number of open connections."""
        return len(self._open)

    def admit(self, connection: Connection, peer: str, now: float) -> bool:
        """Count a new connection from the address ``peer``. Returns False if a limit is reached."""
        key = self._key(peer)
        if key is not None and len(self._by_address.get(key, ())) >= self.most_per_address:
            if not self._make_room(self._by_address[key], now):
                self.refused["address"] += 1
                return False
        elif len(self._open) >= self.most and not self._make_room(self._silent, now):
            self.refused["total"] += 1
            return False
        self._open[connection] = key
        self._silent[connection] = now
        if key is not None:
            self._by_address.setdefault(key, {})[connection] = None
        return True

    def used(self, connection: Connection) -> None:
        """Record that the connection has sent a request."""
        self._silent.pop(connection, None)

    def forget(self, connection: Connection) -> None:
        """Remove a closed connection."""
        self._silent.pop(connection, None)
        key = self._open.pop(connection, None)
        if key is not None:
            siblings = self._by_address[key]
            siblings.pop(connection, None)
            if not siblings:
                del self._by_address[key]

    def drain(self) -> None:
        """Close each connection after a response that announces it, from now on."""
        self.is_draining = True
        for connection in self._open:
            connection.drain()

    def watch(
        self, call_later: Callable[[float, Callable[[], None]], object], clock: Callable[[], float]
    ) -> None:
        """Monitor the open connections as long as there are any."""
        if not self._is_watching:
            self._is_watching = True
            self._next_check(call_later, clock)

    def _next_check(
        self, call_later: Callable[[float, Callable[[], None]], object], clock: Callable[[], float]
    ) -> None:
        def check() -> None:
            self._check(clock())
            if self._open:
                self._next_check(call_later, clock)
            else:
                self._is_watching = False

        call_later(min(1.0, self.head_timeout / 4, self.keep_alive_timeout / 4), check)

    def _check(self, now: float) -> None:
        for connection in list(self._open):
            outcome = connection.check(now)
            if outcome is not None:
                self.timeouts[outcome] += 1

    def _make_room(self, among: dict[Connection, float] | dict[Connection, None], now: float) -> bool:
        """Close the oldest of these connections that has sent no request for long enough."""
        for connection in among:
            since = self._silent.get(connection)
            if since is not None:
                if now - since < _YIELDS_AFTER:
                    return False  # the others are younger
                self.forget(connection)
                connection.give_way()
                return True
        return False

    def _key(self, peer: str) -> str | None:
        """Return what counts as one address; None for a trusted proxy, and without an address."""
        try:
            address = ip_address(peer)
        except ValueError:
            return None  # a Unix socket
        if is_proxy(peer, self._proxies):
            return None
        if isinstance(address, IPv6Address):
            mapped = address.ipv4_mapped
            return str(mapped or IPv6Network((address, _SITE_PREFIX), strict=False))
        return peer


def share_of_descriptors(descriptors: int | None = None) -> int:
    """Return the number of client connections that leave half of the descriptors to databases and files."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if descriptors is None else descriptors
    return _MOST_DESCRIPTORS if limit == resource.RLIM_INFINITY else max(limit // 2, 1)


def raise_descriptor_limit() -> None:
    """Raise the soft limit of file descriptors to the hard one, at most 65,536.

    The soft limit is 1,024 on most systems for the sake of programs that use ``select``.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
