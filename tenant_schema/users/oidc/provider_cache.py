"""Metadata and keys of providers, cached for each tenant and provider."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from uuid import UUID

from piccolo_engines.lru import Lru
from tenant_schema.users.oidc.discovery import Metadata, discovery_url, parse_metadata
from tenant_schema.users.oidc.errors import InvalidResponse, InvalidToken, ProviderError
from tenant_schema.users.oidc.http_client import ProviderClient
from tenant_schema.users.oidc.id_token import Header, parse_header, verify_signature
from tenant_schema.users.oidc.keys import KeySet

__all__ = ["ProviderCache", "ProviderKey"]

_KEPT: Final = 600.0
"""Seconds for which metadata and keys are used."""
_FAILURE_KEPT: Final = 5.0
"""Seconds for which a failure is reported again instead of another request."""
_PROVIDERS: Final = 1_000
_MOST_FETCHES: Final = 6
"""Requests for a provider's keys within :data:`_WINDOW` seconds: a token with an unknown key causes one."""
_WINDOW: Final = 60.0


class ProviderKey(NamedTuple):
    """What a provider's entry is cached by."""

    tenant_id: UUID
    provider_id: UUID
    issuer: str


class _Entry:
    """The cached values of one provider. ``failure`` is the last one of discovery, with its time."""

    __slots__ = ("failure", "fetches", "keys", "keys_at", "lock", "metadata", "metadata_at")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.metadata: Metadata | None = None
        self.metadata_at = self.keys_at = float("-inf")
        self.keys: KeySet | None = None
        self.fetches: deque[float] = deque(maxlen=_MOST_FETCHES)
        self.failure: tuple[float, ProviderError] | None = None


class ProviderCache:
    """Reads metadata and keys when they are needed. Concurrent callers wait for one request.

    :param clock: monotonic, in seconds.
    """

    def __init__(self, client: ProviderClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._entries: Lru[ProviderKey, _Entry] = Lru(_PROVIDERS)

    def forget(self, key: ProviderKey) -> None:
        """Drop what is cached of a provider."""
        self._entries.put(key, _Entry())

    async def metadata(self, key: ProviderKey) -> Metadata:
        """Return a provider's metadata. At most 1 request.

        Raises :class:`~tenant_schema.users.oidc.errors.ProviderUnavailable` and :class:`InvalidResponse`.
        """
        entry = self._entry(key)
        async with entry.lock:
            now = self._clock()
            if entry.metadata is not None and now - entry.metadata_at < _KEPT:
                return entry.metadata
            if entry.failure is not None and now - entry.failure[0] < _FAILURE_KEPT:
                raise entry.failure[1].with_traceback(None)
            try:
                document = await self._client.get(key.tenant_id, discovery_url(key.issuer))
                entry.metadata = parse_metadata(document, key.issuer, self._client.rules)
            except ProviderError as error:
                entry.failure = (now, error)
                raise
            entry.metadata_at, entry.failure = now, None
            return entry.metadata

    async def key_set(self, key: ProviderKey) -> KeySet:
        """Return a provider's keys. At most 2 requests.

        Raises :class:`~tenant_schema.users.oidc.errors.ProviderUnavailable` and :class:`InvalidResponse`.
        """
        metadata, entry = await self.metadata(key), self._entry(key)
        async with entry.lock:
            if entry.keys is None or self._clock() - entry.keys_at >= _KEPT:
                await self._fetch_keys(key, entry, metadata)
            assert entry.keys is not None
            return entry.keys

    async def verified_claims(self, key: ProviderKey, token: str) -> dict[str, Any]:
        """Return the claims of a token that a key of the provider has signed. At most 3 requests.

        A token that no known key verifies causes the keys to be read again: providers rotate their keys. That
        happens :data:`_MOST_FETCHES` times a minute at most.

        Raises :class:`InvalidToken`, :class:`InvalidResponse` and
        :class:`~tenant_schema.users.oidc.errors.ProviderUnavailable`.
        """
        header = parse_header(token)
        keys = await self.key_set(key)
        try:
            return _verified(keys, token, header)
        except InvalidToken:
            newer = await self._newer_keys(key, keys)
            if newer is None:
                raise
        return _verified(newer, token, header)

    async def _newer_keys(self, key: ProviderKey, known: KeySet) -> KeySet | None:
        """Read the keys again, unless somebody else has. None if that happened too often."""
        metadata, entry = await self.metadata(key), self._entry(key)
        async with entry.lock:
            if entry.keys is not known:
                return entry.keys
            oldest = entry.fetches[0] if len(entry.fetches) == _MOST_FETCHES else float("-inf")
            if self._clock() - oldest < _WINDOW:
                return None
            await self._fetch_keys(key, entry, metadata)
            return entry.keys

    async def _fetch_keys(self, key: ProviderKey, entry: _Entry, metadata: Metadata) -> None:
        entry.fetches.append(self._clock())
        keys = KeySet(await self._client.get(key.tenant_id, metadata.jwks_uri))
        if not len(keys):
            raise InvalidResponse("The provider publishes no signing keys that can be used.")
        entry.keys, entry.keys_at = keys, self._clock()

    def _entry(self, key: ProviderKey) -> _Entry:
        entry = self._entries.get(key)
        if entry is None:
            entry = _Entry()
            self._entries.put(key, entry)
        return entry


def _verified(keys: KeySet, token: str, header: Header) -> dict[str, Any]:
    found = keys.find(header)
    if found is None:
        raise InvalidToken("The id token is signed with a key that the provider does not publish.")
    return verify_signature(token, header, found)
