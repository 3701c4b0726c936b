"""The key of an archive, and the slots of its header that hold it, sealed in one of three ways.

- ``tenant``: by the data key of a tenant, for backups.
- ``passphrase``: by a key that argon2id derives from a passphrase.
- ``x25519``: for the owner of a key pair, whose public half is enough to write the archive.

Each slot has the archive's key sealed with AES-256-GCM and a nonce of zeros, under a key that seals nothing
else: :func:`_slot_key` derives it from a secret and the archive's salt.
"""

import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveLocked
from tenant_schema.archives.format.header import KEY, Header, b64, hkdf, new_header, new_salt, unb64

__all__ = [
    "MAX_MEMORY",
    "MIN_PASSPHRASE",
    "ArchiveKey",
    "Lock",
    "PassphraseLock",
    "RecipientLock",
    "TenantLock",
    "Unlock",
    "with_identity",
    "with_passphrase",
    "with_tenant_key",
]

MIN_PASSPHRASE: Final = 12
"""Characters of a passphrase at least."""

_MAX_PASSPHRASE: Final = 1_024
_NONCE: Final = bytes(12)
_WRAPPED: Final = KEY + 16
_ARGON2: Final = {"memory": 65_536, "passes": 3, "lanes": 4}  # RFC 9106, section 4: the second choice
MAX_MEMORY: Final = 262_144
"""KiB that a header may demand for a passphrase."""
_MAX_PASSES: Final = 10
_MAX_LANES: Final = 8
_PASSPHRASE_SALT: Final = 16

Unlock = Callable[[Header], bytes]
"""Opens one of a header's slots and returns the archive's key. For a passphrase it takes a second.

Raises :class:`~tenant_schema.archives.format.errors.ArchiveLocked` or ``ArchiveDamaged``.
"""


class Lock(Protocol):
    """Seals an archive's key into a slot."""

    def slot(self, archive: UUID, salt: bytes, archive_key: bytes) -> dict[str, Any]:
        """Return the slot as JSON-like object."""


@dataclass(frozen=True, slots=True)
class TenantLock:
    """Seals for one tenant's data key.

    :ivar key_id: identifies the data key.
    :ivar key: 32 bytes.
    """

    tenant: UUID
    key_id: str
    key: bytes = field(repr=False)

    def slot(self, archive: UUID, salt: bytes, archive_key: bytes) -> dict[str, Any]:
        """Return the slot."""
        wrapped = _wrap(_slot_key("tenant", self.key, salt, archive, self.tenant.bytes), archive_key)
        return {"kind": "tenant", "tenant": str(self.tenant), "key": self.key_id, "wrapped": wrapped}


@dataclass(frozen=True, slots=True)
class PassphraseLock:
    """Seals for a passphrase. ``slot`` takes a tenth of a second of CPU time and 64 MiB.

    Raises :class:`ValueError` if the passphrase is too short or too long.
    """

    passphrase: str = field(repr=False)

    def __post_init__(self) -> None:
        if not MIN_PASSPHRASE <= len(self.passphrase) <= _MAX_PASSPHRASE:
            raise ValueError(f"A passphrase has {MIN_PASSPHRASE} to {_MAX_PASSPHRASE} characters.")

    def slot(self, archive: UUID, salt: bytes, archive_key: bytes) -> dict[str, Any]:
        """Return the slot."""
        own_salt = secrets.token_bytes(_PASSPHRASE_SALT)
        secret = _stretched(self.passphrase, own_salt, **_ARGON2)
        wrapped = _wrap(_slot_key("passphrase", secret, salt, archive), archive_key)
        return {
            "kind": "passphrase",
            "kdf": "argon2id",
            "salt": b64(own_salt),
            **_ARGON2,
            "wrapped": wrapped,
        }


@dataclass(frozen=True, slots=True)
class RecipientLock:
    """Seals for the owner of an X25519 key pair.

    :ivar public_key: 32 bytes.
    """

    public_key: bytes

    def slot(self, archive: UUID, salt: bytes, archive_key: bytes) -> dict[str, Any]:
        """Return the slot."""
        ephemeral = X25519PrivateKey.generate()
        public = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.public_key))
        wrapping = _slot_key("x25519", shared, salt, archive, public + self.public_key)
        return {"kind": "x25519", "ephemeral": b64(public), "wrapped": _wrap(wrapping, archive_key)}


@dataclass(frozen=True, slots=True)
class ArchiveKey:
    """The key of one archive that is to be written, with the head that lets others open it.

    :ivar head: the bytes up to the check.
    """

    archive: UUID
    head: bytes
    salt: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls, archive: UUID, locks: Sequence[Lock]) -> "ArchiveKey":
        """Create a random key, sealed by each of the locks. Raises :class:`ValueError` if there are none."""
        if not locks:
            raise ValueError("An archive needs at least one key slot.")
        secret, salt = secrets.token_bytes(KEY), new_salt()
        slots = [lock.slot(archive, salt, secret) for lock in locks]
        return cls(archive, new_header(archive, salt, slots), salt, secret)


def with_tenant_key(key_of: Callable[[UUID, str], bytes | None]) -> Unlock:
    """Open by the data key of a tenant.

    :param key_of: returns the data key with this id of this tenant, or None if it is unknown or destroyed.
    """

    def unlock(header: Header) -> bytes:
        for slot in header.slots("tenant"):
            tenant, key_id = _tenant_of(slot)
            key = key_of(tenant, key_id)
            if key is not None:
                wrapping = _slot_key("tenant", key, header.salt_bytes, header.archive, tenant.bytes)
                return _unwrap(wrapping, slot)
        raise ArchiveLocked("The archive is not sealed with a data key of this installation.")

    return unlock


def with_passphrase(passphrase: str) -> Unlock:
    """Open by a passphrase. An archive has at most one slot for a passphrase, which bounds the work."""

    def unlock(header: Header) -> bytes:
        slots = header.slots("passphrase")
        if not slots:
            raise ArchiveLocked("The archive is not sealed with a passphrase.")
        if len(slots) > 1 or len(passphrase) > _MAX_PASSPHRASE:
            raise ArchiveLocked("The passphrase does not open the archive.")
        slot = slots[0]
        own_salt = unb64(slot.get("salt"), _PASSPHRASE_SALT)
        secret = _stretched(passphrase, own_salt, **_parameters(slot))
        try:
            return _unwrap(_slot_key("passphrase", secret, header.salt_bytes, header.archive), slot)
        except ArchiveLocked:
            raise ArchiveLocked("The passphrase does not open the archive.") from None

    return unlock


def with_identity(private_key: bytes) -> Unlock:
    """Open by the private half of an X25519 key pair, 32 bytes."""
    own = X25519PrivateKey.from_private_bytes(private_key)
    own_public = own.public_key().public_bytes_raw()

    def unlock(header: Header) -> bytes:
        for slot in header.slots("x25519"):
            ephemeral = unb64(slot.get("ephemeral"), KEY)
            try:
                shared = own.exchange(X25519PublicKey.from_public_bytes(ephemeral))
                wrapping = _slot_key(
                    "x25519", shared, header.salt_bytes, header.archive, ephemeral + own_public
                )
                return _unwrap(wrapping, slot)
            except (ArchiveLocked, ValueError):  # for somebody else, or a point of low order
                continue
        raise ArchiveLocked("The archive is not sealed for this key.")

    return unlock


def _slot_key(kind: str, secret: bytes, salt: bytes, archive: UUID, context: bytes = b"") -> bytes:
    info = b"freehold archive 1 slot\0" + kind.encode() + b"\0" + archive.bytes + context
    return hkdf(secret, salt, info)


def _wrap(wrapping: bytes, archive_key: bytes) -> str:
    return b64(AESGCM(wrapping).encrypt(_NONCE, archive_key, None))


def _unwrap(wrapping: bytes, slot: dict[str, Any]) -> bytes:
    try:
        return AESGCM(wrapping).decrypt(_NONCE, unb64(slot.get("wrapped"), _WRAPPED), None)
    except InvalidTag:
        raise ArchiveLocked("The key does not open the archive.") from None


def _tenant_of(slot: dict[str, Any]) -> tuple[UUID, str]:
    tenant, key_id = slot.get("tenant"), slot.get("key")
    try:
        if isinstance(tenant, str) and isinstance(key_id, str):
            return UUID(tenant), key_id
    except ValueError:
        pass
    raise ArchiveDamaged("The header of the archive is damaged.")


def _parameters(slot: dict[str, Any]) -> dict[str, int]:
    """The parameters of argon2id, within bounds: a header must not occupy the machine."""
    found = {name: slot.get(name) for name in _ARGON2}
    bounds = {"memory": MAX_MEMORY, "passes": _MAX_PASSES, "lanes": _MAX_LANES}
    if slot.get("kdf") == "argon2id":
        known = {
            name: value
            for name, value in found.items()
            if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= bounds[name]
        }
        if len(known) == len(bounds) and known["memory"] >= 8 * known["lanes"]:
            return known
    raise ArchiveDamaged("The header of the archive is damaged, or its passphrase takes too much to check.")


def _stretched(passphrase: str, salt: bytes, *, memory: int, passes: int, lanes: int) -> bytes:
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        return hash_secret_raw(text, salt, passes, memory, lanes, KEY, Type.ID)
    except HashingError:  # no memory
        raise ArchiveLocked("There is not enough memory to check the passphrase.") from None
