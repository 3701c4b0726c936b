"""Keyed hashes of e-mail addresses. Without an encryption key none can be computed for a guessed address."""

import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from central.secrets.vault import Vault

__all__ = ["AddressHashes", "HashedAddress"]

_PURPOSE: Final = "directory"
_NOBODY: Final = UUID(int=0)
"""The tenant id that the keys are derived for: an address has one hash for all tenants."""


@dataclass(frozen=True, slots=True)
class HashedAddress:
    """One address under one encryption key.

    :ivar address_hash: the same in every tenant, as 64 hexadecimal digits.
    :ivar fingerprint: of address and tenant.
    """

    key_id: str
    address_hash: str
    fingerprint: str


class AddressHashes:
    """HMAC-SHA-256 of addresses with keys that are derived from the encryption keys.

    During a rotation an address has several hashes. Entries are written with that of the first encryption
    key, and found by any.
    """

    def __init__(self, vault: Vault) -> None:
        self._keys = vault.derive(_PURPOSE, _NOBODY)

    @property
    def current_key_id(self) -> str:
        """The id of the encryption key that entries are written with."""
        return self._keys.current_key_id

    def current(self, address: str, tenant_id: UUID) -> HashedAddress:
        """Return the hashes with which an entry is written. ``address`` is normalised."""
        return _hashed(self._keys.current_key_id, self._keys.current, address, tenant_id)

    def outdated(self, address: str, tenant_id: UUID) -> list[HashedAddress]:
        """Return the hashes that an entry may have from an earlier encryption key."""
        current = self._keys.current_key_id
        return [
            _hashed(key_id, key, address, tenant_id)
            for key_id, key in self._keys.items()
            if key_id != current
        ]

    def all_of(self, address: str) -> list[str]:
        """Return the hashes by which the entries of an address are found in all tenants."""
        return [_digest(key, b"address\0", address) for key in self._keys.values()]

    def account_of(self, address: str) -> str:
        """Return a name for an address under which attempts are counted."""
        return _digest(self._keys.current, b"account\0", address)


def _hashed(key_id: str, key: bytes, address: str, tenant_id: UUID) -> HashedAddress:
    fingerprint = _digest(key, b"entry\0" + tenant_id.bytes, address)
    return HashedAddress(key_id, _digest(key, b"address\0", address), fingerprint)


def _digest(key: bytes, label: bytes, address: str) -> str:
    return hmac.digest(key, label + address.encode(), "sha256").hex()
