"""The validation of id tokens (OpenID Connect Core 1.0, section 3.1.3.7). Nothing here uses the network."""

import base64
import hashlib
import hmac
import math
from collections.abc import Mapping
from typing import Any, Final

import jwt
import msgspec

from tenant_schema.users.oidc.errors import InvalidToken

__all__ = ["ALGORITHMS", "SKEW", "Header", "check_claims", "parse_header", "verify_signature"]

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
"""The algorithms that are accepted: those with a public key. Never ``none``, nor HMAC."""
SKEW: Final = 60
"""How many seconds the provider's clock may differ from ours."""
_LONGEST_TOKEN: Final = 64_000
_LONGEST_SUBJECT: Final = 255
_JWS: Final = jwt.PyJWS(algorithms=list(ALGORITHMS))


class Header(msgspec.Struct, frozen=True):
    """The header of a token, as far as it selects the key."""

    alg: str
    kid: str | None = None


def parse_header(token: str) -> Header:
    """Return the header. Raises :class:`InvalidToken` for an algorithm that is not accepted."""
    if len(token) > _LONGEST_TOKEN or token.count(".") != 2:
        raise InvalidToken("The id token is not a signed token.")
    encoded = token.partition(".")[0]
    try:
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        header = msgspec.json.decode(raw, type=Header)
    except (ValueError, RecursionError):
        raise InvalidToken("The header of the id token is malformed.") from None
    if header.alg not in ALGORITHMS:
        raise InvalidToken("The id token is signed with an algorithm that is not accepted.")
    return header


def verify_signature(token: str, header: Header, key: jwt.PyJWK) -> dict[str, Any]:
    """Return the claims of a token whose signature is valid. Raises :class:`InvalidToken`."""
    try:
        payload = _JWS.decode(token, key.key, algorithms=[header.alg])
        claims = msgspec.json.decode(payload)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise InvalidToken("The signature of the id token is not valid.") from None
    if not isinstance(claims, dict):
        raise InvalidToken("The id token has no claims.")
    return claims


def check_claims(
    claims: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: float,
    header: Header,
    access_token: str | None = None,
) -> None:
    """Check that the token was issued for this client and this sign-in, and is valid now.

    :param now: Unix time.

    Raises :class:`InvalidToken` with the first thing that is wrong.
    """
    if claims.get("iss") != issuer:
        raise InvalidToken("The id token is of another issuer.")
    _check_audience(claims, client_id)
    _check_times(claims, now)
    found = claims.get("nonce")
    if not isinstance(found, str) or not hmac.compare_digest(found.encode(), nonce.encode()):
        raise InvalidToken("The id token belongs to another sign-in: its nonce differs.")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise InvalidToken("The id token has no usable subject.")
    if access_token is not None and "at_hash" in claims:
        _check_access_token(claims["at_hash"], access_token, header.alg)


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        raise InvalidToken("The id token was issued for another client.")
    if claims.get("azp", client_id if len(audiences) == 1 else None) != client_id:
        raise InvalidToken("The id token was issued to another client.")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued, not_before = (_time(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None:
        raise InvalidToken("The id token does not say when it was issued and when it expires.")
    if expires <= now - SKEW:
        raise InvalidToken("The id token has expired, or the provider's clock is slow.")
    if max(issued, not_before or issued) > now + SKEW:
        raise InvalidToken("The id token is not valid yet, or the provider's clock is fast.")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        if value is not None:
            raise InvalidToken(f"The {name} of the id token is not a time.")
        return None
    return value


def _check_access_token(at_hash: object, access_token: str, algorithm: str) -> None:
    """Compare ``at_hash`` (section 3.1.3.6): the left half of the digest that the algorithm uses."""
    bits = "512" if algorithm == "EdDSA" else algorithm[2:]
    digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
    expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not isinstance(at_hash, str) or not hmac.compare_digest(at_hash.encode(), expected.encode()):
        raise InvalidToken("The id token belongs to another access token.")
