"""Sealed portions: a stream encrypted in pieces that can be neither changed, reordered, left out nor added.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", 2015), as in age: each portion of 1 MiB is sealed with AES-256-GCM. Its nonce
is the portion's number in 11 bytes, and a byte that is 1 for the last portion and 0 for all others. The last
portion is the only one that may be shorter, and is not empty.
"""

from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tenant_schema.archives.format.errors import ArchiveDamaged

__all__ = ["PORTION", "TAG", "PortionOpener", "PortionSealer"]

PORTION: Final = 1_048_576
"""Bytes of plaintext in each portion but the last."""

TAG: Final = 16
"""Bytes that sealing adds to a portion."""


class PortionSealer:
    """Encrypts a stream. Bytes in, bytes that are ready out.

    :param key: 32 bytes that seal nothing else.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._buffer = bytearray()
        self._number = 0

    def add(self, data: bytes) -> bytes:
        """Take plaintext, and return the portions that are complete and not the last."""
        self._buffer += data
        sealed = []
        while len(self._buffer) > PORTION:
            sealed.append(self._seal(bytes(self._buffer[:PORTION]), is_last=False))
            del self._buffer[:PORTION]
        return b"".join(sealed)

    def finish(self) -> bytes:
        """Return the last portion. Raises :class:`ValueError` if there is no plaintext at all."""
        if not self._buffer:
            raise ValueError("A stream is not empty.")
        return self._seal(bytes(self._buffer), is_last=True)

    def _seal(self, portion: bytes, *, is_last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last), portion, None)
        self._number += 1
        return sealed


class PortionOpener:
    """Decrypts a stream. Raises :class:`~tenant_schema.archives.format.errors.ArchiveDamaged`.

    Which portion is the last is known at the end of the stream only: :meth:`finish` opens it.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._buffer = bytearray()
        self._number = 0

    def add(self, data: bytes) -> Iterator[bytes]:
        """Take sealed bytes, and yield the plaintext of each portion that is complete and not the last."""
        self._buffer += data
        while len(self._buffer) > PORTION + TAG:
            sealed = bytes(self._buffer[: PORTION + TAG])
            del self._buffer[: PORTION + TAG]
            yield self._open(sealed, is_last=False)

    def finish(self) -> bytes:
        """Return the plaintext of the last portion."""
        if len(self._buffer) <= TAG:
            raise ArchiveDamaged("The archive ends too early.")
        return self._open(bytes(self._buffer), is_last=True)

    def _open(self, sealed: bytes, *, is_last: bool) -> bytes:
        try:
            portion = self._cipher.decrypt(_nonce(self._number, is_last), sealed, None)
        except InvalidTag:
            if is_last:
                raise ArchiveDamaged("The end of the archive is missing or damaged.") from None
            raise ArchiveDamaged(f"Portion {self._number + 1} of the archive is damaged.") from None
        self._number += 1
        return portion


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
