"""Authorization requests: the address that a browser is sent to (RFC 6749, RFC 7636)."""

import base64
import hashlib
import secrets
from urllib.parse import urlencode

from tenant_schema.users.oidc.discovery import Metadata

__all__ = ["authorization_url", "new_secret", "pkce_challenge"]

_SECRET_BYTES = 32


def new_secret() -> str:
    """Return 256 random bits as 43 characters of base64url: a state, a nonce or a PKCE verifier."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def pkce_challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2).

    >>> pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorization_url(
    metadata: Metadata,
    *,
    client_id: str,
    scopes: str,
    redirect_uri: str,
    state: str,
    nonce: str,
    verifier: str,
) -> str:
    """Return the address. A query that the provider's endpoint has is kept."""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "scope": scopes,
            "redirect_uri": redirect_uri,
            "state": state,
            "nonce": nonce,
            "code_challenge": pkce_challenge(verifier),
            "code_challenge_method": "S256",
        }
    )
    endpoint = metadata.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"
