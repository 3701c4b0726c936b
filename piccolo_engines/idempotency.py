"""Idempotency keys: of several requests with one key one acts, and the others get its response.

See the IETF draft "The Idempotency-Key HTTP Header Field". A request holds its key by a lease
(:mod:`piccolo_engines.leases`), or by the transaction in which its response is stored. When the process
that holds a lease dies, the lease runs out and the next request takes the key over.

::

    IdempotencyError
    ├── InvalidIdempotencyKey   the key does not follow the grammar
    ├── IdempotencyMismatch     the key was used with another body
    └── IdempotencyBusy         the first request with the key is still at work (retry_after)
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from piccolo.columns import Column
from piccolo.custom_types import Combinable
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import LockTimeout
from piccolo_engines.leases import Lease, LeaseStore

__all__ = [
    "Claim",
    "IdempotencyBusy",
    "IdempotencyError",
    "IdempotencyMismatch",
    "IdempotencyStore",
    "InvalidIdempotencyKey",
    "ResponseColumns",
    "require_key",
]

_KEY: Final = re.compile(r"[!-~]{1,255}")
_Response = TypeVar("_Response")


class IdempotencyError(Exception):
    """An Idempotency-Key cannot be honoured."""

    code: ClassVar[str] = "idempotency"


class InvalidIdempotencyKey(IdempotencyError):
    """A key that does not follow the grammar."""

    code = "invalid-idempotency-key"

    def __init__(self) -> None:
        super().__init__("An Idempotency-Key is 1 to 255 visible ASCII characters.")


class IdempotencyMismatch(IdempotencyError):
    """The key was used before, with another body."""

    code = "idempotency-mismatch"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body; use a new key for a new request.")


class IdempotencyBusy(IdempotencyError):
    """The first request with the key is still at work; try again after ``retry_after`` seconds."""

    code = "idempotency-busy"

    def __init__(self, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__("The first request with this Idempotency-Key is still at work; try again shortly.")


def require_key(key: str) -> None:
    """Raise :class:`InvalidIdempotencyKey` unless ``key`` is 1 to 255 visible ASCII characters."""
    if not _KEY.fullmatch(key):
        raise InvalidIdempotencyKey


@dataclass(frozen=True, slots=True)
class Claim:
    """A key as one request uses it.

    :param fingerprint: hash of the caller, the route and the key, at most 64 characters.
    :param body_hash: hash of the body, at most 64 characters.
    :param columns: further columns of the row, by name.
    """

    fingerprint: str
    body_hash: str
    columns: Mapping[str, object] = field(default_factory=dict)


class ResponseColumns(Protocol[_Response]):
    """How a table stores responses, beside the column ``status``."""

    def read(self, row: Mapping[str, Any]) -> _Response:
        """Return the response of a row, whose JSON columns are decoded."""

    def write(self, response: _Response) -> Mapping[Any, Any]:
        """Return the values to store, ``status`` among them, by column."""


class IdempotencyStore(Generic[_Response]):
    """The idempotency keys of one table, in the database that is bound.

    The table has the columns ``id`` and ``owner`` (UUIDs), ``fingerprint`` (unique), ``body_hash``,
    ``status`` (null while the request is running), ``leased_until``, and those of ``responses``.

    :param lease: how long a key stays taken after its holder died.
    :param keep: how long a key is remembered with its response, from the time in the column ``since``.
    """

    def __init__(
        self,
        table: type[Table],
        responses: ResponseColumns[_Response],
        *,
        lease: timedelta,
        keep: timedelta,
        since: Column,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._table = table
        self._responses = responses
        self._keep = keep
        self._since = since
        self._now = now
        self._fingerprint, self._status = self._column("fingerprint"), self._column("status")
        self._until = self._column("leased_until")
        self.leases = LeaseStore(table, duration=lease, running=self._status.is_null(), now=now, sleep=sleep)

    async def take(self, claim: Claim, *, lease: bool = False) -> Lease | _Response:
        """Take the key, or return the stored response of an earlier request. 1 statement for a new key.

        :param lease: hold the key by a lease. Otherwise call it in the transaction in which the response
            will be stored: other requests with the key wait for the end of that transaction.

        Raises :class:`IdempotencyMismatch` and :class:`IdempotencyBusy`.
        """
        try:
            taken = await self._insert(claim, lease=lease)
        except LockTimeout as error:
            raise IdempotencyBusy from error
        if taken is not None:
            return taken
        row = await self._read(claim)
        found = None if row is None else await self._of_row(claim, row, lease=lease)
        if found is None:
            raise IdempotencyBusy
        return found

    async def poll(self, claim: Claim) -> Lease | _Response | None:
        """Take the key by a lease, or return the stored response; None while another request is at work.

        Reads before it inserts: for requests that wait. Raises :class:`IdempotencyMismatch`.
        """
        row = await self._read(claim)
        if row is None:
            return await self._insert(claim, lease=True)
        return await self._of_row(claim, row, lease=True)

    async def store(self, lease: Lease, response: _Response) -> bool:
        """Store the response; False when another request has taken the key over."""
        return await self.leases.change(lease, self._responses.write(response))

    async def purge(self, older_than: timedelta | None = None) -> None:
        """Delete the keys that are older than ``keep``, or ``older_than``, and not held. 1 statement."""
        now = self._now()
        is_over: Combinable = self._status.is_not_null() | (self._until <= now)
        is_old: Combinable = self._since < now - (self._keep if older_than is None else older_than)
        await self._table.delete().where(is_over & is_old)

    async def _insert(self, claim: Claim, *, lease: bool) -> Lease | None:
        columns: dict[str, Any] = {
            "fingerprint": claim.fingerprint,
            "body_hash": claim.body_hash,
            "owner": new_id(),  # replaced by that of the lease; Piccolo wants one for a column without NULL
            **claim.columns,
        }
        return await self.leases.take(self._table(**columns), None if lease else timedelta(0))

    async def _read(self, claim: Claim) -> dict[str, Any] | None:
        query = self._table.select().where(self._fingerprint == claim.fingerprint)
        row: dict[str, Any] | None = await query.output(load_json=True).first()
        return row

    async def _of_row(self, claim: Claim, row: Mapping[str, Any], *, lease: bool) -> Lease | _Response | None:
        """The response of a key that was used before, or the key if it is free again."""
        is_finished, now = row["status"] is not None, self._now()
        is_held = not is_finished and row["leased_until"] > now
        if row[self._since._meta.name] < now - self._keep and not is_held:
            await self.leases.delete(row)
            return await self._insert(claim, lease=lease)
        if row["body_hash"] != claim.body_hash:
            raise IdempotencyMismatch
        return self._responses.read(row) if is_finished else await self.leases.take_over(row)

    def _column(self, name: str) -> Column:
        return self._table._meta.get_column_by_name(name)
