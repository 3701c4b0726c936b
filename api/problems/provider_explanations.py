"""The titles and explanations of the problems of identity providers; a part of the catalog."""

from collections.abc import Mapping
from typing import Final

__all__ = ["PROVIDER_EXPLANATIONS"]

PROVIDER_EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "provider-in-use": (
        "Identity provider in use",
        "Users sign in with this identity provider. Repeat the request with confirm and the provider's name.",
    ),
    "last-way-in": (
        "Last way to sign in",
        "Passwords are disabled, and no other identity provider works. Enable passwords first, with PATCH "
        "/api/v1/sign-in-settings.",
    ),
    "passwords-needed": (
        "Passwords needed",
        "Passwords can be disabled once somebody who manages users and roles has signed in through an active "
        "identity provider.",
    ),
}
