"""Idempotency keys: of several requests with one key, one is executed and all get its response.

The first request holds the key with a lease, which it renews while it runs. If its process dies, the lease
expires and the next request takes the key over; if the request fails, the key is free immediately. Responses
are stored without their secrets.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from central.errors import IdempotencyBusy, IdempotencyMismatch, InvalidIdempotencyKey
from central.secrets.redaction import without_secrets
from central.tables import IdempotencyKey, IdempotencyState
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import DatabaseError
from piccolo_engines.leases import Lease, LeaseStore

__all__ = ["KEEP_ANSWERS", "Answer", "Attempt", "Idempotency"]

KEEP_ANSWERS = timedelta(days=7)
"""How long a key and its response are kept."""

_KEY = re.compile(r"[!-~]{1,255}")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.4


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a request. ``body`` is JSON-like; a replayed one has None in place of every secret."""

    status: int
    body: object = field(repr=False)
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """The right to execute the request with a key.

    ``id`` stays the same when the attempt of a dead process is taken over: store it with the rows that the
    attempt creates, so that a later attempt can find out how far an earlier one got. ``is_takeover`` is true
    if there was an earlier one.
    """

    id: UUID
    owner: UUID
    is_takeover: bool


@dataclass(frozen=True, slots=True)
class _Request:
    operator_id: UUID
    key: str
    fingerprint: str
    body_hash: str


class Idempotency:
    """Stores keys and responses in the central database.

    The caller binds :data:`central.database.CENTRAL`, and calls outside of transactions.

    :param lease_seconds: how long a key stays held after its process died.
    :param wait_seconds: how long a request waits for the first one with its key.
    """

    def __init__(
        self,
        *,
        lease_seconds: float = 15.0,
        wait_seconds: float = 20.0,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._lease = timedelta(seconds=lease_seconds)
        self._wait = timedelta(seconds=wait_seconds)
        self._now = now
        self._sleep = sleep
        running = IdempotencyKey.state == IdempotencyState.RUNNING.value
        self._leases = LeaseStore(IdempotencyKey, duration=self._lease, running=running, now=now, sleep=sleep)

    async def run(
        self, operator_id: UUID, key: str, body: bytes, act: Callable[[Attempt], Awaitable[Answer]]
    ) -> Answer:
        """Execute ``act`` and return its response, or return the stored response for this key.

        ``body`` is everything that distinguishes requests: method, path and content. When ``act`` raises, the
        key is free again and nothing is stored. A caller that must not be interrupted shields the whole call,
        not ``act`` alone.

        Raises what :meth:`begin` and ``act`` raise.
        """
        begun = await self.begin(operator_id, key, body)
        if isinstance(begun, Answer):
            return begun
        async with self._leases.kept_unless_failed(_lease_of(begun)):
            answer = await act(begun)
        with suppress(DatabaseError):  # the request is executed; its response is sent in any case
            await self.finish(begun, answer)
        return answer

    async def begin(self, operator_id: UUID, key: str, body: bytes) -> Attempt | Answer:
        """Acquire the key, or wait for the response of the request that holds it.

        Raises :class:`~central.errors.IdempotencyMismatch` when the key was used with another body,
        :class:`~central.errors.IdempotencyBusy` when no response is stored in time, and
        :class:`~central.errors.InvalidIdempotencyKey`.
        """
        request = _request(operator_id, key, body)
        give_up_at, pause = self._now() + self._wait, _FIRST_PAUSE
        while True:
            begun = await self._try(request)
            if begun is not None:
                return begun
            if self._now() >= give_up_at:
                raise IdempotencyBusy(key, retry_after=max(1, round(self._lease.total_seconds() / 3)))
            await self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def keep(self, attempt: Attempt) -> bool:
        """Renew the lease. Returns False when another attempt has taken the key over."""
        return await self._leases.renew(_lease_of(attempt))

    async def finish(self, attempt: Attempt, answer: Answer) -> bool:
        """Store the response without its secrets.

        Returns False when another attempt has taken over the key.
        """
        changes = {
            IdempotencyKey.state: IdempotencyState.DONE.value,
            IdempotencyKey.status: answer.status,
            IdempotencyKey.answer: {"body": without_secrets(answer.body)},
        }
        return await self._leases.change(_lease_of(attempt), changes)

    async def release(self, attempt: Attempt) -> None:
        """Release the key as if it had never been used."""
        await self._leases.release(_lease_of(attempt))

    async def purge(self, older_than: timedelta = KEEP_ANSWERS) -> None:
        """Delete keys older than ``older_than``."""
        before = self._now() - older_than
        await IdempotencyKey.delete().where(IdempotencyKey.leased_until < before)

    async def _try(self, request: _Request) -> Attempt | Answer | None:
        """Return the attempt if the key is free, the stored response if there is one, otherwise None."""
        query = IdempotencyKey.select().where(IdempotencyKey.fingerprint == request.fingerprint)
        row = await query.output(load_json=True).first()
        if row is None:
            return await self._take(request)
        if row["body_hash"] != request.body_hash:
            raise IdempotencyMismatch(request.key)
        if row["state"] == IdempotencyState.DONE:
            return Answer(row["status"], row["answer"]["body"], is_replay=True)
        return _attempt(await self._leases.take_over(row), is_takeover=True)

    async def _take(self, request: _Request) -> Attempt | None:
        row = IdempotencyKey(
            fingerprint=request.fingerprint,
            operator_id=request.operator_id,
            key=request.key,
            body_hash=request.body_hash,
            owner=new_id(),
        )
        return _attempt(await self._leases.take(row), is_takeover=False)


def _attempt(lease: Lease | None, *, is_takeover: bool) -> Attempt | None:
    return None if lease is None else Attempt(lease.id, lease.owner, is_takeover)


def _lease_of(attempt: Attempt) -> Lease:
    return Lease(attempt.id, attempt.owner)


def _request(operator_id: UUID, key: str, body: bytes) -> _Request:
    if not _KEY.fullmatch(key):
        raise InvalidIdempotencyKey
    fingerprint = hashlib.sha256(operator_id.bytes + key.encode()).hexdigest()
    return _Request(operator_id, key, fingerprint, hashlib.sha256(body).hexdigest())
