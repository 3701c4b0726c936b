"""A provider's metadata (OpenID Connect Discovery 1.0): parsed and checked."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tenant_schema.users.oidc.addresses import UrlRules
from tenant_schema.users.oidc.errors import InvalidResponse

__all__ = ["Metadata", "discovery_url", "parse_metadata"]

_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What is used of a provider's metadata.

    ``sends_issuer``: authorization responses have ``iss`` (RFC 9207).
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_auth_methods: tuple[str, ...] = ("client_secret_basic",)
    challenge_methods: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    algorithms: tuple[str, ...] = ()
    sends_issuer: bool = False


def discovery_url(issuer: str) -> str:
    """Return the address of an issuer's metadata.

    >>> discovery_url("https://login.example/realms/acme/")
    'https://login.example/realms/acme/.well-known/openid-configuration'
    """
    return f"{issuer.removesuffix('/')}/.well-known/openid-configuration"


def parse_metadata(document: Mapping[str, Any], issuer: str, rules: UrlRules) -> Metadata:
    """Return the metadata of ``issuer``. Raises :class:`InvalidResponse` with the first thing that is wrong:
    another issuer (section 4.3), an endpoint that is missing or not accepted, no authorization code flow.
    """
    if document.get("issuer") != issuer:
        raise InvalidResponse(
            "The metadata at this address is of another issuer. Give the issuer exactly as the provider "
            "publishes it, including a slash at the end."
        )
    endpoints = {name: _endpoint(document, name, rules) for name in _ENDPOINTS}
    response_types = _texts(document, "response_types_supported")
    if response_types is not None and "code" not in response_types:
        raise InvalidResponse("The provider does not support the authorization code flow.")
    has_userinfo = document.get("userinfo_endpoint") is not None
    return Metadata(
        issuer=issuer,
        **endpoints,
        userinfo_endpoint=_endpoint(document, "userinfo_endpoint", rules) if has_userinfo else None,
        token_auth_methods=_texts(document, "token_endpoint_auth_methods_supported")
        or ("client_secret_basic",),
        challenge_methods=_texts(document, "code_challenge_methods_supported"),
        scopes=_texts(document, "scopes_supported"),
        algorithms=_texts(document, "id_token_signing_alg_values_supported") or (),
        sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(document: Mapping[str, Any], name: str, rules: UrlRules) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise InvalidResponse(f"The provider's metadata has no {name}.")
    if (problem := rules.problem_of(value)) is not None:
        raise InvalidResponse(f"The provider's {name} {problem}.")
    return value


def _texts(document: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = document.get(name)
    if not isinstance(value, list):
        return None
    return tuple(one for one in value if isinstance(one, str) and len(one) <= 200)[:200]
