"""Key pairs of recipients as text, with a sum that notices a typing error.

``freehold-public-…`` is given to whoever writes archives, ``freehold-private-…`` opens them. Behind that
are the 32 bytes of the key and the first 4 of SHA-256 of prefix and key, in base64url without padding.
"""

import base64
import binascii
import hashlib
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tenant_schema.archives.format.header import KEY

__all__ = ["KeyPair", "new_key_pair", "parse_private_key", "parse_public_key", "public_text_of"]

_PUBLIC: Final = "freehold-public-"
_PRIVATE: Final = "freehold-private-"
_SUM: Final = 4


class KeyPair(NamedTuple):
    """Both halves as text."""

    public: str
    private: str


def new_key_pair() -> KeyPair:
    """Create a random key pair."""
    private = X25519PrivateKey.generate()
    return KeyPair(
        _text(_PUBLIC, private.public_key().public_bytes_raw()), _text(_PRIVATE, private.private_bytes_raw())
    )


def public_text_of(private_key: bytes) -> str:
    """Return the text of the public half."""
    return _text(_PUBLIC, X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw())


def parse_public_key(text: str) -> bytes:
    """Parse a public key. Raises :class:`ValueError` with a message that does not repeat the text."""
    return _parsed(_PUBLIC, text)


def parse_private_key(text: str) -> bytes:
    """Parse a private key, of a text with lines of comments (``#``) as well.

    Raises :class:`ValueError` with a message that does not repeat the text.
    """
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if len(keys) != 1:
        raise ValueError(f"A private key is one line that begins with {_PRIVATE}.")
    return _parsed(_PRIVATE, keys[0])


def _text(prefix: str, key: bytes) -> str:
    return prefix + base64.urlsafe_b64encode(key + _sum(prefix, key)).decode().rstrip("=")


def _sum(prefix: str, key: bytes) -> bytes:
    return hashlib.sha256(prefix.encode() + key).digest()[:_SUM]


def _parsed(prefix: str, text: str) -> bytes:
    text = text.strip()
    if not text.startswith(prefix):
        raise ValueError(f"The key does not begin with {prefix}")
    try:
        data = base64.b64decode(text.removeprefix(prefix), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    key = data[:KEY]
    if len(data) != KEY + _SUM or _text(prefix, key) != text:
        raise ValueError("The key has a typing error: its sum is wrong.")
    return key
