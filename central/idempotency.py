"""Idempotency keys: of several requests with one key, one acts and all get its answer.

The first request holds the key by a lease, which it renews while it acts. If its process dies, the lease runs
out and the next request takes the key over; if it fails, the key is free again at once. Answers are kept
without their secrets.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from central.errors import IdempotencyBusy, IdempotencyMismatch, InvalidIdempotencyKey
from central.redaction import without_secrets
from central.tables import IdempotencyKey, IdempotencyState
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import DatabaseError, UniqueViolation

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
        async with self._held(begun):
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
        return await self._change(attempt, {IdempotencyKey.leased_until: self._now() + self._lease})

    async def finish(self, attempt: Attempt, answer: Answer) -> bool:
        """Keep the answer, without its secrets; False when another attempt has taken the key over."""
        changes = {
            IdempotencyKey.state: IdempotencyState.DONE.value,
            IdempotencyKey.status: answer.status,
            IdempotencyKey.answer: {"body": without_secrets(answer.body)},
        }
        return await self._change(attempt, changes)

    async def release(self, attempt: Attempt) -> None:
        """Give the key back, as if it had never been used."""
        await IdempotencyKey.delete().where(_held_by(attempt))

    async def purge(self, older_than: timedelta = KEEP_ANSWERS) -> None:
        """Forget keys that nobody will use again."""
        before = self._now() - older_than
        await IdempotencyKey.delete().where(IdempotencyKey.leased_until < before)

    @asynccontextmanager
    async def _held(self, attempt: Attempt) -> AsyncIterator[None]:
        """Renew the lease inside the block, and give the key back when the block fails or is cancelled."""
        heartbeat = asyncio.create_task(self._keep_on(attempt))
        try:
            yield
        except BaseException:
            heartbeat.cancel()
            with suppress(DatabaseError):  # the lease will run out
                await asyncio.shield(self.release(attempt))
            raise
        finally:
            heartbeat.cancel()

    async def _keep_on(self, attempt: Attempt) -> None:
        is_ours = True
        while is_ours:
            await self._sleep(self._lease.total_seconds() / 3)
            with suppress(DatabaseError):
                is_ours = await self.keep(attempt)

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
        return await self._take_over(row)

    async def _take(self, request: _Request) -> Attempt | None:
        row = IdempotencyKey(
            fingerprint=request.fingerprint,
            operator_id=request.operator_id,
            key=request.key,
            body_hash=request.body_hash,
            owner=new_id(),
            leased_until=self._now() + self._lease,
        )
        try:
            await IdempotencyKey.insert(row)
        except UniqueViolation:
            return None  # another request was faster
        return Attempt(row.id, row.owner, is_takeover=False)

    async def _take_over(self, row: dict[str, Any]) -> Attempt | None:
        if row["leased_until"] > self._now():
            return None
        # The holder may wake up and renew its lease, or others may be here, too: one of them wins.
        dead = _held_by(Attempt(row["id"], row["owner"], is_takeover=False))
        query = IdempotencyKey.update(
            {
                IdempotencyKey.owner: (owner := new_id()),
                IdempotencyKey.leased_until: self._now() + self._lease,
            }
        )
        unchanged = dead & (IdempotencyKey.leased_until == row["leased_until"])
        if not await query.where(unchanged).returning(IdempotencyKey.id):
            return None
        return Attempt(row["id"], owner, is_takeover=True)

    async def _change(self, attempt: Attempt, changes: dict[Any, Any]) -> bool:
        query = IdempotencyKey.update(changes).where(_held_by(attempt))
        return bool(await query.returning(IdempotencyKey.id))


def _held_by(attempt: Attempt) -> Any:
    running = IdempotencyKey.state == IdempotencyState.RUNNING.value
    return (IdempotencyKey.id == attempt.id) & (IdempotencyKey.owner == attempt.owner) & running


def _request(operator_id: UUID, key: str, body: bytes) -> _Request:
    if not _KEY.fullmatch(key):
        raise InvalidIdempotencyKey
    fingerprint = hashlib.sha256(operator_id.bytes + key.encode()).hexdigest()
    return _Request(operator_id, key, fingerprint, hashlib.sha256(body).hexdigest())
