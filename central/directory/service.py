"""Directory: reads and writes the entries of the directory. The caller binds ``CENTRAL``."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from piccolo.query.functions import Count

from central.directory.hashes import AddressHashes, HashedAddress
from central.registry import TenantRef
from central.registry.queries import ref_of
from central.tables import DirectoryEntry, Domain, TenantStatus
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import ForeignKeyViolation

__all__ = ["MOST_AT_ONCE", "Directory", "Entry"]

MOST_AT_ONCE: Final = 500
"""The maximum number of addresses or entries in one call."""
_LISTED: Final = [TenantStatus.ACTIVE.value, TenantStatus.READ_ONLY.value]
"""The statuses of tenants that are found."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it was read. ``written_at`` is the time when it was last written."""

    id: UUID
    fingerprint: str
    written_at: datetime


class Directory:
    """In which tenants an address has an account. Holds keyed hashes instead of addresses.

    Addresses are passed in the form in which users' addresses are stored.
    """

    def __init__(self, hashes: AddressHashes, *, now: Callable[[], datetime] = utc_now) -> None:
        self.hashes = hashes
        self._now = now

    async def tenants_of(self, address: str, limit: int) -> list[TenantRef]:
        """Return the tenants at work in which the address has an account, oldest first: one statement.

        It is the same statement for an address that has none.
        """
        entries = DirectoryEntry.select(DirectoryEntry.tenant).where(
            DirectoryEntry.address_hash.is_in(self.hashes.all_of(address))
        )
        rows = await (
            Domain.select(Domain.domain, *Domain.tenant.all_columns())
            .where(
                Domain.is_primary.eq(True)
                & Domain.tenant.status.is_in(_LISTED)
                & Domain.tenant.is_in(entries)
            )
            .order_by(Domain.tenant.id)
            .limit(limit)
        )
        return [
            ref_of({name.removeprefix("tenant."): value for name, value in row.items()}, row["domain"])
            for row in rows
        ]

    async def write(self, tenant_id: UUID, present: Collection[str], absent: Collection[str]) -> None:
        """Write the entries of ``present`` addresses and delete those of ``absent`` ones: up to 2 statements.

        An entry that exists is written again, with a new time. Nothing is written for a tenant that is gone.
        """
        current = [self.hashes.current(one, tenant_id) for one in sorted(present)]
        obsolete = [old.fingerprint for one in present for old in self.hashes.outdated(one, tenant_id)]
        for one in absent:
            obsolete.append(self.hashes.current(one, tenant_id).fingerprint)
            obsolete += [old.fingerprint for old in self.hashes.outdated(one, tenant_id)]
        if current and not await self._insert(tenant_id, current):
            return
        if obsolete:  # after the new ones, so that nobody is missing meanwhile
            await DirectoryEntry.delete().where(DirectoryEntry.fingerprint.is_in(sorted(obsolete)))

    async def entries(self, tenant_id: UUID, after: UUID | None = None) -> list[Entry]:
        """Return up to :data:`MOST_AT_ONCE` entries of the tenant, in the order of their ids."""
        query = DirectoryEntry.select(
            DirectoryEntry.id, DirectoryEntry.fingerprint, DirectoryEntry.updated_at
        ).where(DirectoryEntry.tenant == tenant_id)
        if after is not None:
            query = query.where(DirectoryEntry.id > after)
        rows = await query.order_by(DirectoryEntry.id).limit(MOST_AT_ONCE)
        return [Entry(row["id"], row["fingerprint"], row["updated_at"]) for row in rows]

    async def remove(self, entries: Sequence[Entry]) -> None:
        """Delete these entries, except for those that were written since they were read.

        One statement for up to 500 entries that were written together.
        """
        together: dict[datetime, list[UUID]] = defaultdict(list)
        for one in entries:
            together[one.written_at].append(one.id)
        for written_at, ids in together.items():
            for start in range(0, len(ids), MOST_AT_ONCE):
                portion = DirectoryEntry.id.is_in(ids[start : start + MOST_AT_ONCE])
                await DirectoryEntry.delete().where(portion & (DirectoryEntry.updated_at == written_at))

    async def count(self, tenant_id: UUID) -> int:
        """Return the number of the tenant's entries."""
        return int(await DirectoryEntry.count().where(DirectoryEntry.tenant == tenant_id))

    async def by_key(self) -> dict[str, int]:
        """Return the number of entries by the id of the encryption key that they were written with."""
        rows = await DirectoryEntry.select(DirectoryEntry.key_id, Count(alias="entries")).group_by(
            DirectoryEntry.key_id
        )
        return {row["key_id"]: row["entries"] for row in rows}

    async def outdated_tenants(self) -> list[UUID]:
        """Return the tenants with entries that were written with another key than the current one."""
        is_outdated = DirectoryEntry.key_id != self.hashes.current_key_id
        rows = await DirectoryEntry.select(DirectoryEntry.tenant).distinct().where(is_outdated)
        return [row["tenant"] for row in rows]

    async def _insert(self, tenant_id: UUID, hashed: Sequence[HashedAddress]) -> bool:
        """Return whether the tenant exists."""
        now = self._now()
        rows = [
            DirectoryEntry(
                fingerprint=one.fingerprint,
                address_hash=one.address_hash,
                key_id=one.key_id,
                tenant=tenant_id,
                updated_at=now,
            )
            for one in hashed
        ]
        try:
            await DirectoryEntry.insert(*rows).on_conflict(
                target=DirectoryEntry.fingerprint, action="DO UPDATE", values=[DirectoryEntry.updated_at]
            )
        except ForeignKeyViolation:
            return False
        return True
