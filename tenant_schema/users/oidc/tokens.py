"""The token and the userinfo endpoint (OpenID Connect Core 1.0, sections 3.1.3 and 5.3)."""

import re
from typing import Any, Final
from uuid import UUID

from tenant_schema.users.oidc.discovery import Metadata
from tenant_schema.users.oidc.errors import InvalidResponse, TokenRefused
from tenant_schema.users.oidc.http_client import ProviderClient

__all__ = ["TokenResponse", "exchange_code", "read_userinfo"]

_LONGEST_TOKEN: Final = 64_000
_ERROR: Final = re.compile(r"[a-z][a-z_]{0,39}")


class TokenResponse:
    """The tokens of a successful response. Its ``repr`` does not show them."""

    __slots__ = ("access_token", "id_token")

    def __init__(self, id_token: str, access_token: str | None) -> None:
        self.id_token = id_token
        self.access_token = access_token


async def exchange_code(
    client: ProviderClient,
    tenant_id: UUID,
    metadata: Metadata,
    *,
    client_id: str,
    client_secret: str,
    code: str,
    redirect_uri: str,
    verifier: str,
) -> TokenResponse:
    """Exchange an authorization code for tokens. 1 request.

    A client with a secret authenticates with ``client_secret_basic``, or with ``client_secret_post`` where
    the provider supports only that; a client without one is a public client.

    Raises :class:`TokenRefused`, :class:`InvalidResponse` and
    :class:`~tenant_schema.users.oidc.errors.ProviderUnavailable`.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    methods, credentials = metadata.token_auth_methods, None
    if not client_secret:
        form["client_id"] = client_id
    elif "client_secret_post" in methods and "client_secret_basic" not in methods:
        form |= {"client_id": client_id, "client_secret": client_secret}
    else:
        credentials = (client_id, client_secret)
    status, found = await client.post(tenant_id, metadata.token_endpoint, form, credentials)
    if status != 200:
        raise TokenRefused(f"The provider refused the authorization code{_named(found.get('error'))}.")
    return TokenResponse(_token(found, "id_token"), _optional_token(found, "access_token"))


async def read_userinfo(
    client: ProviderClient, tenant_id: UUID, metadata: Metadata, access_token: str, subject: str
) -> dict[str, Any]:
    """Return the claims of the userinfo endpoint. 1 request.

    Raises :class:`InvalidResponse` if they are of another subject (section 5.3.2), and
    :class:`~tenant_schema.users.oidc.errors.ProviderUnavailable`.
    """
    if metadata.userinfo_endpoint is None:
        raise InvalidResponse("The provider has no userinfo endpoint.")
    found = await client.get(tenant_id, metadata.userinfo_endpoint, access_token)
    if found.get("sub") != subject:
        raise InvalidResponse("The provider's userinfo is that of another subject.")
    return found


def _named(error: object) -> str:
    """The error code of a response (RFC 6749, section 5.2), if it has the form of one."""
    return f": {error}" if isinstance(error, str) and _ERROR.fullmatch(error) else ""


def _token(found: dict[str, Any], name: str) -> str:
    token = _optional_token(found, name)
    if token is None:
        raise InvalidResponse(f"The provider's response has no {name}.")
    return token


def _optional_token(found: dict[str, Any], name: str) -> str | None:
    value = found.get(name)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return None
    return value if 0 < len(value) <= _LONGEST_TOKEN else None
