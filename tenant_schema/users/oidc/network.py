"""One HTTP request to a provider, over connections that are checked: httpcore2 with our own resolution.

Imported when the first request is made: a process whose tenants have no providers does not need the client.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpcore2

from tenant_schema.users.oidc.addresses import is_public
from tenant_schema.users.oidc.errors import InvalidResponse, ProviderUnavailable

__all__ = ["CheckedNetwork", "Received", "send_request"]

_MOST_ADDRESSES = 4
"""How many addresses of a host are tried."""

Received = tuple[int, Sequence[tuple[bytes, bytes]], bytes]
"""The status, the headers, and the body of a response."""


class CheckedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to the addresses of a host name that it has checked itself.

    The name is resolved once for each connection, and the connection goes to an address of that result, so
    that a name whose address changes meanwhile (DNS rebinding) cannot lead elsewhere.

    :param lookups: the threads that resolve names; not those that others use, since a slow name server
        blocks them.
    """

    def __init__(self, lookups: ThreadPoolExecutor, *, allow_private: bool) -> None:
        self._lookups = lookups
        self._allow_private = allow_private
        self._connections = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the signature of the base class)
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address that can be reached. Raises :class:`ProviderUnavailable` if one of
        them is not public.
        """
        last: Exception | None = None
        for address in await self._resolve(host, port):
            try:
                return await self._connections.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise ProviderUnavailable("No connection to the provider could be established.") from last

    async def _resolve(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            raise ProviderUnavailable("The provider's host name could not be resolved.") from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self._allow_private and not all(map(is_public, addresses)):
            raise ProviderUnavailable(
                "The provider's host name has an address that is not public, and this installation does not "
                "connect to those."
            )
        return addresses[:_MOST_ADDRESSES]


async def send_request(
    method: str,
    url: str,
    headers: Sequence[tuple[bytes, bytes]],
    body: bytes,
    *,
    network: CheckedNetwork,
    tls: ssl.SSLContext,
    seconds: float,
    most_bytes: int,
) -> Received:
    """Send one request over a connection of its own, and return the response. Redirects are not followed.

    Raises :class:`ProviderUnavailable` and :class:`InvalidResponse`.
    """
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    try:
        async with (
            asyncio.timeout(seconds),
            httpcore2.AsyncConnectionPool(
                ssl_context=tls, max_connections=1, network_backend=network
            ) as pool,
            pool.stream(
                method, url, headers=list(headers), content=body, extensions={"timeout": timeouts}
            ) as response,
        ):
            content = bytearray()
            async for piece in response.aiter_stream():
                content += piece
                if len(content) > most_bytes:
                    raise InvalidResponse("The provider's response is too large.")
            return response.status, response.headers, bytes(content)
    except (TimeoutError, httpcore2.TimeoutException) as error:
        raise ProviderUnavailable(f"The provider did not respond within {seconds:g} seconds.") from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        kind = "TLS" if "ssl" in type(error.__cause__ or error).__name__.lower() else "The connection"
        raise ProviderUnavailable(f"{kind} to the provider failed.") from error
