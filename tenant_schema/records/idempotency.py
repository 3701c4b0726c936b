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
from piccolo_engines.errors import LockTimeout
from piccolo_engines.leases import Lease, LeaseStore
from piccolo_engines.lru import Lru
from tenant_schema.records.errors import KeyBusy, KeyMismatch
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
        self._pruned_at: Lru[UUID, datetime] = Lru(1_000)
        self.leases = LeaseStore(AnsweredRequest, duration=LEASE, running=AnsweredRequest.status.is_null())

    async def take(self, claim: Claim, *, lease: bool = False) -> Answered | Lease:
        """Take the key for this request; or the response, when there was one like it before.

        Without ``lease`` in the transaction in which the response will be kept; others with the key wait for
        its end. Raises :class:`KeyMismatch` and :class:`KeyBusy`.
        """
        row = AnsweredRequest(fingerprint=claim.fingerprint, body_hash=claim.body_hash, created_at=utc_now())
        try:
            taken = await self.leases.take(row, None if lease else timedelta(0))
        except LockTimeout as error:
            raise KeyBusy from error
        return taken or await self._taken(claim, lease=lease)

    async def keep(self, lease: Lease, answer: Answered) -> bool:
        """Keep the response; False when another request has taken the key over: its response counts."""
        changes: dict[Any, Any] = {
            AnsweredRequest.status: answer.status,
            AnsweredRequest.headers: msgspec.json.encode(answer.headers).decode(),
            AnsweredRequest.body: answer.body,
        }
        return await self.leases.change(lease, changes)

    async def prune(self, tenant_id: UUID) -> None:
        """Forget responses that are a day old, every now and then."""
        now = utc_now()
        pruned_at = self._pruned_at.get(tenant_id)
        if pruned_at is not None and now - pruned_at < _PRUNED_EVERY:
            return
        self._pruned_at.put(tenant_id, now)
        is_over = AnsweredRequest.status.is_not_null() | (AnsweredRequest.leased_until <= now)
        await AnsweredRequest.delete().where(is_over & (AnsweredRequest.created_at < now - _KEPT))

    async def _taken(self, claim: Claim, *, lease: bool) -> Answered | Lease:
        """What to do with a key that was used before."""
        row = await AnsweredRequest.select().where(AnsweredRequest.fingerprint == claim.fingerprint).first()
        if row is None:
            raise KeyBusy  # it is being given back just now
        is_finished, now = row["status"] is not None, utc_now()
        if row["created_at"] < now - _KEPT and (is_finished or row["leased_until"] <= now):
            is_same = (AnsweredRequest.id == row["id"]) & (AnsweredRequest.owner == row["owner"])
            await AnsweredRequest.delete().where(is_same)
            return await self.take(claim, lease=lease)
        if row["body_hash"] != claim.body_hash:
            raise KeyMismatch
        if is_finished:
            return Answered(row["status"], msgspec.json.decode(row["headers"]), row["body"])
        taken = await self.leases.take_over(row)
        if taken is None:
            raise KeyBusy
        return taken
