"""Refresh tokens as text: created and parsed. Whether a token is still valid is not checked here.

A token consists of the session's id, a family secret that all tokens of the session share, and a secret of
its own. The session's row has a hash of the family, and each token that may still be used has a row with a
hash of its own secret. A used token therefore differs from an invented one: it knows the family, and ends
the session; an invented one has no effect on the session.
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
    """One refresh token. Its ``repr`` does not show it."""

    session_id: UUID
    family: bytes
    secret: bytes

    @classmethod
    def first(cls, session_id: UUID) -> "RefreshToken":
        """Return the first token of a new session, with a new family."""
        return cls(session_id, secrets.token_bytes(_SECRET_BYTES), secrets.token_bytes(_SECRET_BYTES))

    def next(self) -> "RefreshToken":
        """Return the token that replaces this one."""
        return RefreshToken(self.session_id, self.family, secrets.token_bytes(_SECRET_BYTES))

    @property
    def text(self) -> str:
        """The token as clients receive it."""
        return _PREFIX + urlsafe_b64encode(self.session_id.bytes + self.family + self.secret).decode().rstrip(
            "="
        )

    @property
    def family_hash(self) -> str:
        """The hash of the family secret, stored with the session."""
        return hashlib.sha256(self.family).hexdigest()

    @property
    def token_hash(self) -> str:
        """The hash of the token's own secret, stored in the token's row."""
        return hashlib.sha256(self.secret).hexdigest()

    def is_of_family(self, family_hash: str) -> bool:
        """Whether the token belongs to the session with this family hash."""
        return hmac.compare_digest(self.family_hash, family_hash)


def parse_refresh_token(text: str) -> RefreshToken | None:
    """Return the token that ``text`` encodes, or None if it is not one."""
    if not _SHAPE.fullmatch(text):
        return None
    encoded = text.removeprefix(_PREFIX)
    data = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    token = RefreshToken(UUID(bytes=data[:16]), data[16 : 16 + _SECRET_BYTES], data[16 + _SECRET_BYTES :])
    return token if token.text == text else None
