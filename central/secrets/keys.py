"""Encryption keys: their format, how weak ones are detected, and how one is generated."""

import hashlib
import secrets
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["KEY_BYTES", "EncryptionKey", "generate_key", "weakness"]

KEY_BYTES = 32

_FEWEST_DISTINCT_BYTES = 12  # of 32 random bytes, fewer than 12 distinct ones have odds below 1 in 10**20

_SAMPLES = frozenset(
    bytes.fromhex(sample)
    for sample in (
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",  # NIST SP 800-38A
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",  # the GCM specification
        "4c973dbc7364621674f8b5b89e5c15511fced9216490fb1c1a2caa0ffe0407e5",  # NIST CAVP
        "6368616e676520746869732070617373776f726420746f206120736563726574",  # a library's documentation
    )
)
_SAMPLE_WORDS = (
    "",
    "admin",
    "changeme",
    "default",
    "example",
    "freehold",
    "key",
    "password",
    "secret",
    "test",
)
_DIGESTS = frozenset(hashlib.sha256(word.encode()).digest() for word in _SAMPLE_WORDS)


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A master key. ``id`` is a fingerprint that distinguishes keys and reveals nothing about them."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def from_hex(cls, text: str) -> "EncryptionKey":
        """Parse 32 bytes of hex. Raises :class:`ValueError`, whose message does not repeat the text."""
        if len(text) != 2 * KEY_BYTES or not all(digit in "0123456789abcdefABCDEF" for digit in text):
            raise ValueError(f"a key is {2 * KEY_BYTES} hexadecimal digits")
        secret = bytes.fromhex(text)
        return cls(hashlib.sha256(b"freehold key id\0" + secret).hexdigest()[:8], secret)


def generate_key() -> str:
    """Return a new random key in hex, in the format of ``ENCRYPTION_KEY``."""
    return secrets.token_hex(KEY_BYTES)


def weakness(key: EncryptionKey) -> str | None:
    """Return why this key could be guessed, or None.

    The odds that a random key is called weak are below 1 in 10**13.
    """
    secret = key.secret
    if secret in _SAMPLES or secret in _DIGESTS:
        return "it is a sample that anyone can look up"
    if any(secret[:period] * (KEY_BYTES // period) == secret for period in (1, 2, 4, 8, 16)):
        return "it repeats itself"
    if len({(after - before) % 256 for before, after in pairwise(secret)}) == 1:
        return "it counts up or down"
    if all(0x20 <= byte < 0x7F for byte in secret):
        return "it is readable text"
    if len(set(secret)) < _FEWEST_DISTINCT_BYTES:
        return "it has too few different bytes"
    return None
