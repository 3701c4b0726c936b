"""The idempotency keys of a tenant's requests, in the tenant's database.

The response is stored in the transaction of what the request did: after a crash there are both or neither.
A request that cannot run in one transaction (changes of tables) holds its key by a lease instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from piccolo_engines.columns import utc_now
from piccolo_engines.idempotency import IdempotencyStore
from piccolo_engines.lru import Lru
from tenant_schema.records.tables import IdempotentRequest

__all__ = ["LEASE", "StoredResponse", "TenantIdempotency"]

LEASE: Final = timedelta(seconds=30)
"""How long a key stays taken after its holder died."""
_KEEP: Final = timedelta(hours=24)
_PRUNED_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response of a request."""

    status: int
    headers: Mapping[str, str]
    body: str


class TenantIdempotency(IdempotencyStore[StoredResponse]):
    """Call it with the tenant's engine bound."""

    def __init__(self) -> None:
        super().__init__(
            IdempotentRequest, _Responses(), lease=LEASE, keep=_KEEP, since=IdempotentRequest.created_at
        )
        self._pruned_at: Lru[UUID, datetime] = Lru(1_000)

    async def prune(self, tenant_id: UUID) -> None:
        """Delete responses that are older than a day, at most once in ten minutes for each tenant."""
        now = utc_now()
        pruned_at = self._pruned_at.get(tenant_id)
        if pruned_at is not None and now - pruned_at < _PRUNED_EVERY:
            return
        self._pruned_at.put(tenant_id, now)
        await self.purge()


class _Responses:
    """Responses in the columns ``status``, ``headers`` (JSON text) and ``body``."""

    def read(self, row: Mapping[str, Any]) -> StoredResponse:
        return StoredResponse(row["status"], msgspec.json.decode(row["headers"]), row["body"])

    def write(self, response: StoredResponse) -> Mapping[Any, Any]:
        return {
            IdempotentRequest.status: response.status,
            IdempotentRequest.headers: msgspec.json.encode(response.headers).decode(),
            IdempotentRequest.body: response.body,
        }
