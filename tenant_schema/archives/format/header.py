"""The header of an archive: which archive it is, how it is sealed, and the key slots.

::

    "FREEHOLD ARCHIVE 1\\n"     19 bytes
    length of the header       4 bytes, big endian
    header                     JSON
    check                      32 bytes
    portions                   see portions.py

The check and the key of the portions are derived from the archive's key and from all bytes before them, so a
header that was changed opens nothing, and an archive opens with one key only.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveOverLimit
from tenant_schema.archives.format.limits import MAX_HEADER, MAX_KEY_SLOTS
from tenant_schema.archives.format.portions import PORTION

__all__ = [
    "CHECK",
    "CIPHER",
    "KEY",
    "MAGIC",
    "Header",
    "OpenedHeader",
    "b64",
    "header_size",
    "hkdf",
    "new_header",
    "new_salt",
    "opened",
    "parsed_header",
    "require_check",
    "unb64",
]

MAGIC: Final = b"FREEHOLD ARCHIVE 1\n"
CIPHER: Final = "AES-256-GCM"
KEY: Final = 32
"""Bytes of an archive's key, and of all others."""
CHECK: Final = 32
"""Bytes of the check behind the header."""

_LENGTH: Final = 4
_SALT: Final = 32


class Header(msgspec.Struct, frozen=True):
    """What stands before the portions, readable without a key.

    :ivar archive: identifies the archive.
    :ivar cipher: always ``AES-256-GCM``.
    :ivar portion: bytes of plaintext in a portion.
    :ivar salt: 32 random bytes in base64.
    :ivar keys: key slots; those of an unknown kind are left alone.
    """

    archive: UUID
    cipher: str
    portion: int
    salt: str
    keys: tuple[dict[str, Any], ...]

    @property
    def salt_bytes(self) -> bytes:
        """The salt. Raises ``ArchiveDamaged``."""
        return unb64(self.salt, _SALT)

    def slots(self, kind: str) -> list[dict[str, Any]]:
        """The key slots of this kind."""
        return [slot for slot in self.keys if slot.get("kind") == kind]


class OpenedHeader(NamedTuple):
    """A header with what is derived from it and the archive's key."""

    check: bytes
    portion_key: bytes


def new_header(archive: UUID, salt: bytes, keys: Sequence[dict[str, Any]]) -> bytes:
    """Return the bytes before the check. Raises ``ArchiveOverLimit``."""
    if len(keys) > MAX_KEY_SLOTS:
        raise ArchiveOverLimit(f"An archive has at most {MAX_KEY_SLOTS} key slots.")
    encoded = msgspec.json.encode(Header(archive, CIPHER, PORTION, b64(salt), tuple(keys)))
    return MAGIC + len(encoded).to_bytes(_LENGTH, "big") + encoded


def new_salt() -> bytes:
    """Return a salt for :func:`new_header`."""
    return secrets.token_bytes(_SALT)


def header_size(data: bytes) -> int | None:
    """Return the bytes up to the check of an archive that begins with ``data``; None if more are needed.

    Raises ``ArchiveDamaged``, as soon as that is certain.
    """
    if not MAGIC.startswith(data[: len(MAGIC)]):
        raise ArchiveDamaged("This is not an archive of Freehold, or one of a later version.")
    start = len(MAGIC) + _LENGTH
    if len(data) < start:
        return None
    length = int.from_bytes(data[len(MAGIC) : start], "big")
    if length > MAX_HEADER:
        raise ArchiveDamaged("The header of the archive is too long.")
    return start + length


def parsed_header(prefix: bytes) -> Header:
    """Parse the bytes up to the check. Raises ``ArchiveDamaged``."""
    try:
        header = msgspec.json.decode(prefix[len(MAGIC) + _LENGTH :], type=Header)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ArchiveDamaged("The header of the archive is damaged.") from None
    if header.cipher != CIPHER or header.portion != PORTION or len(header.keys) > MAX_KEY_SLOTS:
        raise ArchiveDamaged("The header of the archive is damaged, or one of a later version.")
    _ = header.salt_bytes
    return header


def opened(prefix: bytes, salt: bytes, archive_key: bytes) -> OpenedHeader:
    """Derive the check and the key of the portions. ``prefix`` is all bytes before the check."""
    info = b"freehold archive 1 portions\0" + hashlib.sha256(prefix).digest()
    derived = hkdf(archive_key, salt, info, CHECK + KEY)
    return OpenedHeader(derived[:CHECK], derived[CHECK:])


def require_check(found: bytes, expected: bytes) -> None:
    """Compare the check. Raises ``ArchiveDamaged``."""
    if not hmac.compare_digest(found, expected):
        raise ArchiveDamaged("The header of the archive is damaged.")


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int = KEY) -> bytes:
    """HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def b64(data: bytes) -> str:
    """Encode as base64 (RFC 4648, section 4), with padding."""
    return base64.b64encode(data).decode()


def unb64(text: object, length: int) -> bytes:
    """Decode base64 of this many bytes. Raises ``ArchiveDamaged``."""
    if isinstance(text, str) and len(text) == 4 * -(-length // 3):
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if len(data) == length and b64(data) == text:
            return data
    raise ArchiveDamaged("The header of the archive is damaged.")
