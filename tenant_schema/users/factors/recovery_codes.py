"""Recovery codes: ten random codes, each of which replaces a second factor once. Nothing here reads a
database.

A code has ten characters of an alphabet of 31 (49 bits). A stored hash begins with the id of its key, so
that codes of a key that was removed from the configuration are not counted as usable.
"""

import hashlib
import hmac
import re
import secrets
from typing import Final

from tenant_schema.users.factors.secrets import HashKeys

__all__ = ["NUMBER", "hashed", "hashes", "is_usable", "new_codes", "normalised"]

NUMBER: Final = 10
"""How many codes a user is given."""
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_HALF: Final = 5
_SHAPE: Final = re.compile(rf"[{_ALPHABET}]{{{2 * _HALF}}}")
_ID_LENGTH: Final = 8
_HASH_LENGTH: Final = 64


def new_codes() -> tuple[str, ...]:
    """Return :data:`NUMBER` new codes, such as ``k7wqm-3xhtz``."""
    halves = ("".join(secrets.choice(_ALPHABET) for _ in range(_HALF)) for _ in range(2 * NUMBER))
    return tuple(f"{first}-{second}" for first, second in zip(halves, halves, strict=True))


def normalised(code: str) -> str | None:
    """Return the characters of a code, however it is typed; None if it is no recovery code.

    >>> normalised(" K7WQM 3XHTZ "), normalised("123456")
    ('k7wqm3xhtz', None)
    """
    text = re.sub(r"[\s-]", "", code[:100]).lower()
    return text if _SHAPE.fullmatch(text) else None


def hashed(code: str, owner: str, keys: HashKeys) -> str:
    """Return the hash that is stored for a new code of this user."""
    return _hash(keys.current_id, keys.keys[keys.current_id], normalised(code) or "", owner)


def hashes(text: str, owner: str, keys: HashKeys) -> list[str]:
    """Return the hashes that a normalised code of this user may be stored as: one for each key."""
    return [_hash(key_id, key, text, owner) for key_id, key in keys.keys.items()]


def is_usable(code_hash: str, keys: HashKeys) -> bool:
    """Whether the key of a stored hash is still configured."""
    return code_hash[:_ID_LENGTH].rstrip(".") in keys.keys


def _hash(key_id: str, key: bytes, text: str, owner: str) -> str:
    digest = hmac.new(key, f"{owner}\0{text}".encode(), hashlib.sha256).hexdigest()
    return f"{key_id:.<{_ID_LENGTH}}{digest}"[:_HASH_LENGTH]
