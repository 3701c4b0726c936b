"""Idempotency keys: of several requests with one key, one acts and all get its answer.

The first request holds the key by a lease, which it renews while it acts. If its process dies, the lease runs
out and the next request takes the key over; if it fails, the key is free again at once. Answers are kept
without their secrets.
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
"""How long a key is remembered, with its answer."""

_KEY = re.compile(r"[!-~]{1,255}")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.4


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered. ``body`` is JSON-like; when replayed, None stands for every secret."""

    status: int
    body: object = field(repr=False)
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """The right to act under a key.

    ``id`` stays the same when a dead attempt is taken over: give it to what is made, and a later attempt can
    tell whether an earlier one got that far. ``is_takeover`` says that there was one.
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
    """Runs with :data:`central.database.CENTRAL` bound by the caller, and outside of transactions.

    :param lease_seconds: how long a key stays taken after its holder died.
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
        """The answer of ``act``, or the one that a request with this key got before.

        ``body`` is whatever tells requests apart: method, path and content. When ``act`` raises, the key is
        free again and nothing is kept. A caller that must not be cut off shields all of this, not ``act``
        alone. Raises what :meth:`begin` and ``act`` raise.
        """
        begun = await self.begin(operator_id, key, body)
        if isinstance(begun, Answer):
            return begun
        async with self._leases.kept_unless_failed(_lease_of(begun)):
            answer = await act(begun)
        with suppress(DatabaseError):  # it is done, and who did it is told so in any case
            await self.finish(begun, answer)
        return answer

    async def begin(self, operator_id: UUID, key: str, body: bytes) -> Attempt | Answer:
        """Take the key, or wait for the answer of the request that has it.

        Raises :class:`~central.errors.IdempotencyMismatch` when the key was used with another body,
        :class:`~central.errors.IdempotencyBusy` when the answer does not come in time, and
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
        """Renew the lease; False when another attempt has taken the key over."""
        return await self._leases.renew(_lease_of(attempt))

    async def finish(self, attempt: Attempt, answer: Answer) -> bool:
        """Keep the answer, without its secrets; False when another attempt has taken the key over."""
        changes = {
            IdempotencyKey.state: IdempotencyState.DONE.value,
            IdempotencyKey.status: answer.status,
            IdempotencyKey.answer: {"body": without_secrets(answer.body)},
        }
        return await self._leases.change(_lease_of(attempt), changes)

    async def release(self, attempt: Attempt) -> None:
        """Give the key back, as if it had never been used."""
        await self._leases.release(_lease_of(attempt))

    async def purge(self, older_than: timedelta = KEEP_ANSWERS) -> None:
        """Forget keys that nobody will use again."""
        before = self._now() - older_than
        await IdempotencyKey.delete().where(IdempotencyKey.leased_until < before)

    async def _try(self, request: _Request) -> Attempt | Answer | None:
        """One look: the key if it is free, the answer if there is one, else None."""
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
