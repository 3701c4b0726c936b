"""Requests with an idempotency key: of several with one key one acts, and all get its answer.

The answer is kept in the tenant's database, in the transaction of what was done: a crash leaves both or
neither. What cannot be done in one transaction (changes of tables) holds its key by a lease instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from piccolo_engines.columns import utc_now
from piccolo_engines.errors import LockTimeout, UniqueViolation
from tenant_schema.records.errors import KeyBusy, KeyMismatch
from tenant_schema.records.prepared import LastUsed
from tenant_schema.records.tables import AnsweredRequest

__all__ = ["LEASE", "Answered", "AnsweredRequests", "Claim"]

_KEPT: Final = timedelta(hours=24)
_PRUNED_EVERY: Final = timedelta(minutes=10)
LEASE: Final = timedelta(seconds=30)
"""How long a key stays taken after its holder died."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request was answered."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A key as one request uses it.

    :param fingerprint: of the caller, the route and the key.
    :param body_hash: of all that tells one body from another.
    """

    fingerprint: str
    body_hash: str


class AnsweredRequests:
    """Runs with the tenant's engine bound."""

    def __init__(self) -> None:
        self._pruned_at: LastUsed[UUID, datetime] = LastUsed(1_000)

    async def take(self, claim: Claim, *, lease: bool = False) -> Answered | None:
        """Take the key for this request: None. Or the answer, when there was one like it before.

        Without ``lease`` in the transaction in which the answer will be kept; others with the key wait for
        its end. Raises :class:`KeyMismatch` and :class:`KeyBusy`.
        """
        now = utc_now()
        until = now + LEASE if lease else now
        row = AnsweredRequest(
            fingerprint=claim.fingerprint, body_hash=claim.body_hash, created_at=now, leased_until=until
        )
        try:
            await AnsweredRequest.insert(row)
        except UniqueViolation:
            return await self._taken(claim, now, until)
        except LockTimeout as error:
            raise KeyBusy from error
        return None

    async def keep(self, claim: Claim, answer: Answered) -> None:
        """Keep the answer."""
        changes: dict[Any, Any] = {
            AnsweredRequest.status: answer.status,
            AnsweredRequest.headers: msgspec.json.encode(answer.headers).decode(),
            AnsweredRequest.body: answer.body,
        }
        await AnsweredRequest.update(changes).where(AnsweredRequest.fingerprint == claim.fingerprint)

    async def renew(self, claim: Claim) -> None:
        """Hold the key for longer."""
        changes: dict[Any, Any] = {AnsweredRequest.leased_until: utc_now() + LEASE}
        await AnsweredRequest.update(changes).where(AnsweredRequest.fingerprint == claim.fingerprint)

    async def release(self, claim: Claim) -> None:
        """Give the key back, as if it had never been used."""
        await AnsweredRequest.delete().where(AnsweredRequest.fingerprint == claim.fingerprint)

    async def prune(self, tenant_id: UUID) -> None:
        """Forget answers that are a day old, every now and then."""
        now = utc_now()
        pruned_at = self._pruned_at.get(tenant_id)
        if pruned_at is not None and now - pruned_at < _PRUNED_EVERY:
            return
        self._pruned_at.put(tenant_id, now)
        await AnsweredRequest.delete().where(AnsweredRequest.created_at < now - _KEPT)

    async def _taken(self, claim: Claim, now: datetime, until: datetime) -> Answered | None:
        """What to do with a key that was used before."""
        row = await AnsweredRequest.select().where(AnsweredRequest.fingerprint == claim.fingerprint).first()
        if row is None:
            raise KeyBusy  # it is being given back just now
        if row["created_at"] < now - _KEPT:
            await self.release(claim)
            return await self.take(claim, lease=until > now)
        if row["body_hash"] != claim.body_hash:
            raise KeyMismatch
        if row["status"] is not None:
            return Answered(row["status"], msgspec.json.decode(row["headers"]), row["body"])
        await self._take_over(row, now, until)
        return None

    async def _take_over(self, row: Mapping[str, Any], now: datetime, until: datetime) -> None:
        """Take the key from a request that died: one of those who try gets it. Raises :class:`KeyBusy`."""
        if row["leased_until"] > now:
            raise KeyBusy
        changes: dict[Any, Any] = {AnsweredRequest.leased_until: until}
        unchanged = AnsweredRequest.leased_until == row["leased_until"]
        this = AnsweredRequest.id == row["id"]
        taken = await AnsweredRequest.update(changes).where(this & unchanged).returning(AnsweredRequest.id)
        if not taken:
            raise KeyBusy
