"""What claims say about a person: the address, whether it is verified, and which rules they match."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

__all__ = ["claim_of", "has_second_factor", "has_value", "is_email_verified"]

_MFA: Final = frozenset({"mfa"})
_MFA_CONTEXTS: Final = frozenset(
    {"mfa", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"},
)


def claim_of(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or by a path of names of nested objects; None if there is none.

    >>> claim_of({"realm_access": {"roles": ["sales"]}, "a.b": 1}, "realm_access.roles")
    ['sales']
    """
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def has_value(claims: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether a claim is ``value``, or a list that contains it.

    >>> has_value({"groups": ["sales"]}, "groups", "sales"), has_value({"admin": True}, "admin", "true")
    (True, True)
    """
    found = claim_of(claims, name)
    return any(_text(one) == value for one in (found if isinstance(found, list) else [found]))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None


def is_email_verified(claims: Mapping[str, Any], email_claim: str) -> bool:
    """Whether the provider has verified the address. ``email_verified`` is about the claim ``email`` only
    (OpenID Connect Core 1.0, section 5.1). Some providers send it as a text.
    """
    verified = claims.get("email_verified")
    return email_claim == "email" and (verified is True or verified == "true")


def has_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it has authenticated the person with several factors (RFC 8176)."""
    methods = claims.get("amr")
    named: Iterable[object] = methods if isinstance(methods, list) else ()
    return any(one in _MFA for one in named if isinstance(one, str)) or claims.get("acr") in _MFA_CONTEXTS
