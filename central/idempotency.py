"""The idempotency keys of operators: requests with the same key are executed once, and get the same response.

The first request holds the key with a lease, which is renewed while the request runs. If the request fails,
the key is free immediately. Responses are stored without their secrets.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from central.secrets.redaction import without_secrets
from central.tables import IdempotencyKey, IdempotencyState
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError
from piccolo_engines.idempotency import Claim, IdempotencyBusy, IdempotencyStore, require_key
from piccolo_engines.leases import Lease

__all__ = ["KEEP_RESPONSES", "Idempotency", "StoredResponse"]

KEEP_RESPONSES: Final = timedelta(days=7)
"""How long a key is stored with its response."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.4


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response to a request. ``body`` is JSON-like; a replayed one has None in place of every secret."""

    status: int
    body: object = field(repr=False)
    is_replay: bool = False


class Idempotency:
    """Idempotency keys in the central database. Call it with :data:`central.database.CENTRAL` bound, outside
    of transactions.

    :param lease_seconds: how long a key stays taken after its holder died.
    :param wait_seconds: how long a request waits for the first request with its key.
    """

    def __init__(
        self,
        *,
        lease_seconds: float = 15.0,
        wait_seconds: float = 20.0,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._lease_seconds = lease_seconds
        self._wait = timedelta(seconds=wait_seconds)
        self._now = now
        self._sleep = sleep
        self._store = IdempotencyStore(
            IdempotencyKey,
            _Responses(),
            lease=timedelta(seconds=lease_seconds),
            keep=KEEP_RESPONSES,
            since=IdempotencyKey.leased_until,
            now=now,
            sleep=sleep,
        )

    async def run(
        self, operator_id: UUID, key: str, body: bytes, act: Callable[[Lease], Awaitable[StoredResponse]]
    ) -> StoredResponse:
        """Return the response of ``act``, or the stored one of an earlier request with this key.

        When ``act`` raises, the key is free again and nothing is stored. A caller that must not be cancelled
        shields all of this, not ``act`` alone.

        :param body: what distinguishes requests: method, path and content.
        :param act: gets the lease. Its ``id`` stays the same when a request of a dead process is taken over.

        Raises what :meth:`begin` and ``act`` raise.
        """
        begun = await self.begin(operator_id, key, body)
        if isinstance(begun, StoredResponse):
            return begun
        async with self._store.leases.kept_unless_failed(begun):
            response = await act(begun)
        with suppress(DatabaseError):  # the work is done: its caller gets the response in any case
            await self.finish(begun, response)
        return response

    async def begin(self, operator_id: UUID, key: str, body: bytes) -> Lease | StoredResponse:
        """Take the key, or wait for the response of the request that holds it.

        Raises :class:`~piccolo_engines.idempotency.InvalidIdempotencyKey`,
        :class:`~piccolo_engines.idempotency.IdempotencyMismatch` when the key was used with another body, and
        :class:`~piccolo_engines.idempotency.IdempotencyBusy` when the response does not come in time.
        """
        claim = _claim(operator_id, key, body)
        give_up_at, pause = self._now() + self._wait, _FIRST_PAUSE
        while True:
            begun = await self._store.poll(claim)
            if begun is not None:
                return begun
            if self._now() >= give_up_at:
                raise IdempotencyBusy(retry_after=max(1, round(self._lease_seconds / 3)))
            await self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def keep(self, lease: Lease) -> bool:
        """Renew the lease; False when another request has taken the key over."""
        return await self._store.leases.renew(lease)

    async def finish(self, lease: Lease, response: StoredResponse) -> bool:
        """Store the response without its secrets; False when another request has taken the key over."""
        return await self._store.store(lease, response)

    async def release(self, lease: Lease) -> None:
        """Give the key back, as if it had never been used."""
        await self._store.leases.release(lease)

    async def purge(self, older_than: timedelta = KEEP_RESPONSES) -> None:
        """Delete the keys that are older and not held."""
        await self._store.purge(older_than)


class _Responses:
    """Responses in the columns ``status`` and ``response``."""

    def read(self, row: Mapping[str, Any]) -> StoredResponse:
        return StoredResponse(row["status"], row["response"]["body"], is_replay=True)

    def write(self, response: StoredResponse) -> Mapping[Any, Any]:
        return {
            IdempotencyKey.state: IdempotencyState.DONE.value,
            IdempotencyKey.status: response.status,
            IdempotencyKey.response: {"body": without_secrets(response.body)},
        }


def _claim(operator_id: UUID, key: str, body: bytes) -> Claim:
    require_key(key)
    return Claim(
        hashlib.sha256(operator_id.bytes + key.encode()).hexdigest(),
        hashlib.sha256(body).hexdigest(),
        {"operator_id": operator_id, "key": key},
    )
