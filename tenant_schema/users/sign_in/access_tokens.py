"""Access tokens: signed JWTs that are valid in one tenant for a few minutes.

A token is bound to its tenant by the audience and by a key that is derived for the tenant. Only HS256 is
accepted, whatever the token's header names. The key id in the header names one of the tenant's keys, so
that keys can be replaced while tokens are in use.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import jwt

from piccolo_engines.lru import Lru
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import TokenExpired, TokenInvalid

__all__ = ["AccessTokens", "Claims", "IssuedToken", "SigningKeys", "token_digest"]

_ALGORITHM = "HS256"
_ISSUER = "freehold"
_CLAIMS = ["exp", "iat", "aud", "iss", "sub", "sid", "jti"]
_LONGEST = 2_048
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """A tenant's signing keys of 32 bytes: the one that signs, and all that are accepted."""

    current_id: str
    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a valid token. ``expires_at`` is a Unix time."""

    user_id: UUID
    session_id: UUID
    token_id: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token. ``expires_in`` is in seconds."""

    text: str
    expires_in: int


class AccessTokens:
    """Issues and reads the access tokens of every tenant.

    Claims are cached by the token's digest until the token expires: verifying a signature and parsing JSON
    costs about 100 µs, a lookup by digest 4 µs (``benchmarks/sign_in_timing.py``), on every request.

    :param keys_for: returns a tenant's signing keys.
    :param seconds: the lifetime of a token.
    :param clock: returns Unix time.
    :param remembered: how many tokens are cached, over all tenants.
    """

    def __init__(
        self,
        keys_for: Callable[[UUID], SigningKeys],
        *,
        seconds: int = 900,
        clock: Callable[[], float] = time.time,
        remembered: int = 10_000,
    ) -> None:
        self._keys_for = keys_for
        self._seconds = seconds
        self._clock = clock
        self._remembered: Lru[tuple[UUID, bytes], Claims] = Lru(remembered)

    def issue(self, scope: TenantScope, user_id: UUID, session_id: UUID, *, until: float) -> IssuedToken:
        """Return a token for a session. It expires after the usual lifetime, at the latest at ``until`` (Unix
        time).
        """
        now = int(self._clock())
        expires_at = min(now + self._seconds, int(until))
        keys = self._keys_for(scope.id)
        claims = {
            "iss": _ISSUER,
            "aud": str(scope.id),
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": uuid4().hex,
            "iat": now,
            "exp": expires_at,
        }
        text = jwt.encode(claims, keys.keys[keys.current_id], _ALGORITHM, headers={"kid": keys.current_id})
        return IssuedToken(text, expires_at - now)

    def read(self, scope: TenantScope, text: str) -> Claims:
        """Return the claims of a token of this tenant. Raises TokenInvalid and TokenExpired."""
        digest = token_digest(text)
        if digest is None:
            raise TokenInvalid
        key = (scope.id, digest)
        claims = self._remembered.get(key)
        if claims is None:
            claims = self._decode(scope, text)
            self._remembered.put(key, claims)
        if self.has_expired(claims):
            raise TokenExpired
        return claims

    def has_expired(self, claims: Claims) -> bool:
        """Whether the token with these claims has expired by now."""
        return claims.expires_at <= self._clock()

    def _decode(self, scope: TenantScope, text: str) -> Claims:
        try:
            payload = jwt.decode(
                text,
                self._key_of(scope, text),
                algorithms=[_ALGORITHM],
                audience=str(scope.id),
                issuer=_ISSUER,
                # The time is compared by read(), against the injected clock; a host whose clock is a second
                # behind the one that signed must not refuse the token, so `iat` is not compared at all.
                options={"require": _CLAIMS, "strict_aud": True, "verify_exp": False, "verify_iat": False},
            )
            return _claims(payload)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise TokenInvalid from error

    def _key_of(self, scope: TenantScope, text: str) -> bytes:
        key = self._keys_for(scope.id).keys.get(str(jwt.get_unverified_header(text).get("kid")))
        if key is None:
            raise TokenInvalid
        return key


def token_digest(text: str) -> bytes | None:
    """Return what a token is cached by, instead of the token itself; None for what is too long to be one."""
    if len(text) > _LONGEST:
        return None
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST).digest()


def _claims(payload: Mapping[str, Any]) -> Claims:
    """Convert the claims. Raises ValueError, TypeError or AttributeError for malformed ones."""
    expires_at = payload["exp"]
    if not isinstance(expires_at, int) or isinstance(expires_at, bool):
        raise TypeError("exp is a whole number of seconds")
    return Claims(UUID(payload["sub"]), UUID(payload["sid"]), str(payload["jti"]), expires_at)
