"""The errors of identity providers and of sign-ins through them.

::

    tenant_schema.users.errors.Kept
    ├── ProviderInUse           users sign in with it, and ``confirm`` is missing
    └── LastWayIn               passwords are disabled, and no other provider works

    SignInRefused               a sign-in that ends at the sign-in page, with a code
"""

from enum import StrEnum

from tenant_schema.users.errors import Kept

__all__ = ["LastWayIn", "ProviderInUse", "RefusalCode", "SignInRefused"]


class ProviderInUse(Kept):
    """Users have signed in with the provider: repeat the request with ``confirm=<name>``."""

    code = "provider-in-use"

    def __init__(self, name: str, number: int) -> None:
        self.name, self.number = name, number
        users = "1 user signs in" if number == 1 else f"{number} users sign in"
        super().__init__(f"{users} with {name}. To delete it nevertheless, add confirm={name}.")


class LastWayIn(Kept):
    """Passwords are disabled, and no other active provider has signed anybody in."""

    code = "last-way-in"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"Passwords are disabled, and {name} is the only provider that works: enable passwords first."
        )


class RefusalCode(StrEnum):
    """Why a sign-in through a provider was refused: ``/login?error=<code>``."""

    STATE_INVALID = "state-invalid"
    ACCESS_DENIED = "access-denied"
    PROVIDER_ERROR = "provider-error"
    PROVIDER_UNAVAILABLE = "provider-unavailable"
    TOKEN_INVALID = "token-invalid"  # noqa: S105 (a reason, not a token)
    EMAIL_MISSING = "email-missing"
    EMAIL_UNVERIFIED = "email-unverified"
    NO_ACCOUNT = "no-account"
    ACCOUNT_INACTIVE = "account-inactive"


class SignInRefused(Exception):
    """The sign-in is refused. ``reason`` is a sentence for the tenant's audit trail."""

    def __init__(self, code: RefusalCode, reason: str = "") -> None:
        self.code = code
        self.reason = reason
        super().__init__(code.value)
