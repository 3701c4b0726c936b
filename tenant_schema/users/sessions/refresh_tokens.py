"""Refresh tokens as text: made, and taken apart again; nothing here knows whether one is still good.

A token is the session's id, a family secret that all tokens of the session share, and a secret of its own.
A hash of the family is kept with the session, a hash of each token that may still be used in a row of its
own. So a token that was used up is told apart from one that was made up: the first knows the family and ends
the session, the second can do nothing to it.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

__all__ = ["RefreshToken", "parse_refresh_token"]

_PREFIX = "fhr_"
_SECRET_BYTES = 32
_TOKEN_BYTES = 16 + 2 * _SECRET_BYTES
_SHAPE = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{{-(-_TOKEN_BYTES * 4 // 3)}}}")


@dataclass(frozen=True, slots=True, repr=False)
class RefreshToken:
    """One refresh token; its ``repr`` keeps it secret."""

    session_id: UUID
    family: bytes
    secret: bytes

    @classmethod
    def first(cls, session_id: UUID) -> "RefreshToken":
        """The first token of a new session, with a new family."""
        return cls(session_id, secrets.token_bytes(_SECRET_BYTES), secrets.token_bytes(_SECRET_BYTES))

    def next(self) -> "RefreshToken":
        """The token that takes this one's place."""
        return RefreshToken(self.session_id, self.family, secrets.token_bytes(_SECRET_BYTES))

    @property
    def text(self) -> str:
        """What the client is given."""
        return _PREFIX + urlsafe_b64encode(self.session_id.bytes + self.family + self.secret).decode().rstrip(
            "="
        )

    @property
    def family_hash(self) -> str:
        """What the session's row keeps of the family."""
        return hashlib.sha256(self.family).hexdigest()

    @property
    def token_hash(self) -> str:
        """What the row of this token keeps of it."""
        return hashlib.sha256(self.secret).hexdigest()

    def is_of_family(self, family_hash: str) -> bool:
        """Whether the session with this family hash was once given this token, or one like it."""
        return hmac.compare_digest(self.family_hash, family_hash)


def parse_refresh_token(text: str) -> RefreshToken | None:
    """The token that was written as ``text``, or None when it is not one."""
    if not _SHAPE.fullmatch(text):
        return None
    encoded = text.removeprefix(_PREFIX)
    data = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    token = RefreshToken(UUID(bytes=data[:16]), data[16 : 16 + _SECRET_BYTES], data[16 + _SECRET_BYTES :])
    return token if token.text == text else None
