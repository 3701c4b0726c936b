"""ProviderClient: requests JSON documents of providers, with bounds on time, size and concurrency."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import quote_plus, urlencode
from uuid import UUID

import msgspec

from tenant_schema.users.oidc.addresses import UrlRules
from tenant_schema.users.oidc.errors import InvalidResponse, ProviderUnavailable

__all__ = ["MOST_BYTES", "SECONDS", "ProviderClient"]

MOST_BYTES: Final = 1_000_000
"""The maximum size of a response."""
SECONDS: Final = 10.0
"""The maximum duration of a request, from resolving the host name to the last byte."""
_MOST_OF_TENANT: Final = 4
"""Concurrent requests of one tenant. Further ones are refused."""
_THREADS: Final = 16
_JSON_TYPES: Final = ("application/json", "application/jwk-set+json")
_HEADERS: Final = [
    (b"accept", b"application/json"),
    (b"accept-encoding", b"identity"),
    (b"user-agent", b"freehold"),
]


class ProviderClient:
    """Sends requests for tenants. Redirects are not followed, cookies and proxies not used.

    :param rules: which URLs and addresses are requested.
    :param seconds: the maximum duration of a request.
    """

    def __init__(self, rules: UrlRules, *, seconds: float = SECONDS) -> None:
        self.rules = rules
        self._seconds = seconds
        self._lookups: ThreadPoolExecutor | None = None
        self._tls: ssl.SSLContext | None = None
        self._running: dict[UUID, int] = {}

    async def get(self, tenant_id: UUID, url: str, bearer: str | None = None) -> dict[str, Any]:
        """Return the JSON object at ``url``. Raises :class:`ProviderUnavailable`, and
        :class:`InvalidResponse` for everything but a 200 with a JSON object.
        """
        headers = [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
        status, found = await self._request(tenant_id, "GET", url, headers, b"")
        if status != 200:
            raise InvalidResponse(_unexpected(status))
        return found

    async def post(
        self,
        tenant_id: UUID,
        url: str,
        form: Mapping[str, str],
        credentials: tuple[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Send a form and return the status, 200 or one of 400 to 499, and the JSON object.

        :param credentials: the client's id and secret, for HTTP Basic (RFC 6749, section 2.3.1).

        Raises :class:`ProviderUnavailable` and :class:`InvalidResponse`.
        """
        headers = [(b"content-type", b"application/x-www-form-urlencoded")]
        if credentials is not None:
            pair = ":".join(map(quote_plus, credentials))
            headers.append((b"authorization", b"Basic " + b64encode(pair.encode())))
        status, found = await self._request(tenant_id, "POST", url, headers, urlencode(form).encode())
        if status != 200 and not 400 <= status < 500:
            raise InvalidResponse(_unexpected(status))
        return status, found

    def close(self) -> None:
        """End the threads that resolve host names, without waiting for them."""
        if self._lookups is not None:
            self._lookups.shutdown(wait=False, cancel_futures=True)

    async def _request(
        self, tenant_id: UUID, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, dict[str, Any]]:
        if (problem := self.rules.problem_of(url)) is not None:
            raise InvalidResponse(f"An address of the provider {problem}.")
        running = self._running.get(tenant_id, 0)
        if running >= _MOST_OF_TENANT:
            raise ProviderUnavailable("Too many requests to providers are running.")
        self._running[tenant_id] = running + 1
        try:
            return await self._send(method, url, [*_HEADERS, *headers], body)
        finally:
            left = self._running[tenant_id] - 1
            if left:
                self._running[tenant_id] = left
            else:
                del self._running[tenant_id]

    async def _send(
        self, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, dict[str, Any]]:
        from tenant_schema.users.oidc import network  # noqa: PLC0415 (see the module)

        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)  # reads all certificates
        if self._lookups is None:
            self._lookups = ThreadPoolExecutor(_THREADS, "provider-names")
        status, received, content = await network.send_request(
            method,
            url,
            headers,
            body,
            network=network.CheckedNetwork(self._lookups, allow_private=self.rules.allow_private_networks),
            tls=self._tls,
            seconds=self._seconds,
            most_bytes=MOST_BYTES,
        )
        if 300 <= status < 400:
            raise InvalidResponse("The provider responds with a redirect, which is not followed.")
        return status, _json_object(status, {name.lower(): value for name, value in received}, content)


def _json_object(status: int, headers: Mapping[bytes, bytes], content: bytes) -> dict[str, Any]:
    media_type = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if media_type not in _JSON_TYPES or b"content-encoding" in headers:
        if status != 200:
            raise InvalidResponse(_unexpected(status))
        raise InvalidResponse("The provider's response is not JSON.")
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidResponse("The provider's response is not valid JSON.") from None
    if not isinstance(found, dict):
        raise InvalidResponse("The provider's response is not a JSON object.")
    return found


def _unexpected(status: int) -> str:
    return f"The provider responds with the status {status}."
