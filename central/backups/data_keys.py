"""DataKeys: the data key of each tenant, which seals its archives.

It is sealed in the central database, and a copy lies in the store beside the tenant's archives, sealed as
well: with the store and ENCRYPTION_KEY everything can be read again.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec

from central.backups.errors import DataKeyMissing, ObjectMissing
from central.backups.names import key_name
from central.backups.store import BackupStore
from central.backups.tables import TenantKey
from central.errors import SealBroken, UnknownKey
from central.secrets.vault import Vault, key_id_of

__all__ = ["DataKey", "DataKeys", "SealedDataKey"]

_BYTES: Final = 32
_LONGEST: Final = 4_096
_row = TenantKey


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key. ``id`` is a fingerprint, which reveals nothing about it."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "DataKey":
        """Return the key with these 32 bytes."""
        return cls(hashlib.sha256(b"freehold data key id\0" + secret).hexdigest()[:16], secret)


class SealedDataKey(msgspec.Struct, frozen=True):
    """The copy in the store."""

    tenant: UUID
    key: str
    sealed: str

    @classmethod
    def parse(cls, data: bytes) -> "SealedDataKey | None":
        """Return the key that an object of the store contains; None if it is damaged."""
        try:
            return msgspec.json.decode(data, type=cls)
        except msgspec.MsgspecError:
            return None


class DataKeys:
    """The data keys. The caller binds ``CENTRAL``."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def get(self, tenant_id: UUID) -> DataKey:
        """Return the tenant's key. Raises :class:`~central.backups.errors.DataKeyMissing`,
        :class:`~central.errors.VaultError`.
        """
        row = await _row.select(_row.sealed).where(_row.tenant_id == tenant_id).first()
        if row is None:
            raise DataKeyMissing(tenant_id)
        return self._opened(row["sealed"], tenant_id)

    async def obtain(self, tenant_id: UUID) -> DataKey:
        """Return the tenant's key; a new one if it has none. Of several processes one creates it."""
        try:
            return await self.get(tenant_id)
        except DataKeyMissing:
            key = DataKey.of(secrets.token_bytes(_BYTES))
        sealed = self._vault.seal(key.secret.hex(), tenant_id)
        new = _row(tenant_id=tenant_id, key_id=key.id, sealed=sealed)
        await _row.insert(new).on_conflict(target=_row.tenant_id, action="DO NOTHING")
        return await self.get(tenant_id)

    async def publish(self, tenant_id: UUID, store: BackupStore) -> None:
        """Write the copy in the store, unless it is there and sealed with the first key."""
        row = await _row.select().where(_row.tenant_id == tenant_id).first()
        if row is None:
            raise DataKeyMissing(tenant_id)
        try:
            found = SealedDataKey.parse(await store.get(key_name(tenant_id), _LONGEST))
        except ObjectMissing:
            found = None
        is_same = found is not None and (found.tenant, found.key) == (tenant_id, row["key_id"])
        if not is_same or found is None or key_id_of(found.sealed) != key_id_of(row["sealed"]):
            copy = SealedDataKey(tenant_id, row["key_id"], row["sealed"])
            await store.put(key_name(tenant_id), msgspec.json.encode(copy))

    async def adopt(self, tenant_id: UUID, store: BackupStore) -> DataKey:
        """Take the key from its copy in the store, unless this installation has one. Returns the key.

        Raises :class:`~central.backups.errors.DataKeyMissing` if there is no copy, and
        :class:`~central.errors.VaultError` if ENCRYPTION_KEY does not open it.
        """
        try:
            found = SealedDataKey.parse(await store.get(key_name(tenant_id), _LONGEST))
        except ObjectMissing:
            found = None
        if found is None or found.tenant != tenant_id:
            raise DataKeyMissing(tenant_id)
        key = self._opened(found.sealed, tenant_id)
        new = _row(tenant_id=tenant_id, key_id=key.id, sealed=self._vault.reseal(found.sealed, tenant_id))
        await _row.insert(new).on_conflict(target=_row.tenant_id, action="DO NOTHING")
        return key

    async def destroy(self, tenant_id: UUID, store: BackupStore | None) -> None:
        """Destroy the tenant's key: nothing opens its archives any more. The copy in the store goes first."""
        if store is not None:
            await store.delete(key_name(tenant_id))
        await _row.delete().where(_row.tenant_id == tenant_id)

    async def tenants(self) -> list[UUID]:
        """Return the tenants that have keys."""
        rows = await _row.select(_row.tenant_id).order_by(_row.tenant_id)
        return [row["tenant_id"] for row in rows]

    async def by_key(self) -> Counter[str]:
        """Count the keys by the id of the encryption key that they are sealed with."""
        rows = await _row.select(_row.sealed)
        return Counter(key_id_of(row["sealed"]) or "?" for row in rows)

    async def pending(self) -> list[UUID]:
        """Return the tenants whose keys are not sealed with the first key."""
        rows = await _row.select(_row.tenant_id, _row.sealed).order_by(_row.tenant_id)
        current = self._vault.current_key_id
        return [row["tenant_id"] for row in rows if key_id_of(row["sealed"]) != current]

    async def reseal(self, report: Callable[[UUID, str | None], None]) -> tuple[int, int]:
        """Seal all keys with the first key. Returns how many succeeded and how many could not be opened.

        :param report: called after each, with the reason if it could not be opened.
        """
        done = failed = 0
        for tenant_id in await self.pending():
            reason = await self._reseal(tenant_id)
            report(tenant_id, reason)
            done, failed = (done + 1, failed) if reason is None else (done, failed + 1)
        return done, failed

    async def _reseal(self, tenant_id: UUID) -> str | None:
        mine = _row.tenant_id == tenant_id
        row = await _row.select(_row.sealed).where(mine).first()
        if row is None:
            return None
        try:
            again = self._vault.reseal(row["sealed"], tenant_id)
        except (SealBroken, UnknownKey) as error:
            return str(error)
        change: dict[Any, Any] = {_row.sealed: again}
        await _row.update(change).where(mine & (_row.sealed == row["sealed"]))
        return None

    def _opened(self, sealed: str, tenant_id: UUID) -> DataKey:
        return DataKey.of(bytes.fromhex(self._vault.open(sealed, tenant_id)))
