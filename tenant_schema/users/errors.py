"""Everything that can go wrong with people and their rights.

::

    UserError
    ├── Unauthenticated                 who calls is not known
    │   ├── InvalidCredentials          wrong e-mail, wrong password, or not active: it never says which
    │   ├── TokenInvalid                not a token of ours, not this tenant's, or its session is over
    │   │   └── TokenReused             a refresh token that was used before; its session is over now
    │   └── TokenExpired                it was one of ours; refresh or sign in again
    ├── PermissionDenied                who calls is known, and may not
    └── TryAgainLater                   not now
        ├── TooManyAttempts             too many failed sign-ins of this account or from this address
        └── TooBusy                     more passwords to check than this process can take on

    tenant_schema.problems.InvalidInput
    ├── WeakPassword                    a new password that the policy refuses
    └── WrongPassword                   the current password of somebody who is signed in
"""

from collections.abc import Sequence
from typing import ClassVar

from tenant_schema.problems import InvalidInput, Problem

__all__ = [
    "InvalidCredentials",
    "PermissionDenied",
    "TokenExpired",
    "TokenInvalid",
    "TokenReused",
    "TooBusy",
    "TooManyAttempts",
    "TryAgainLater",
    "Unauthenticated",
    "UserError",
    "WeakPassword",
    "WrongPassword",
]


class UserError(Exception):
    """Root of this tree; ``code`` is what programs read."""

    code: ClassVar[str]


class Unauthenticated(UserError):
    """The caller is not known; it should sign in."""


class InvalidCredentials(Unauthenticated):
    """Says nothing about which part was wrong, so that it cannot be used to learn who has an account."""

    code = "invalid-credentials"

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class TokenInvalid(Unauthenticated):
    """The token is worth nothing here."""

    code = "token-invalid"

    def __init__(self) -> None:
        super().__init__("The token is not valid.")


class TokenReused(TokenInvalid):
    """A refresh token came a second time: somebody else has it, so the whole session was ended."""

    code = "token-reused"


class TokenExpired(Unauthenticated):
    """The token was good and is too old."""

    code = "token-expired"

    def __init__(self) -> None:
        super().__init__("The token has expired.")


class PermissionDenied(UserError):
    """The caller's roles do not allow ``action`` on ``object_name``."""

    code = "permission-denied"

    def __init__(self, object_name: str, action: str) -> None:
        self.object_name = object_name
        self.action = action
        super().__init__(f"Your roles do not allow {object_name}:{action}.")


class TryAgainLater(UserError):
    """Refused for now; worth another try after ``retry_after`` whole seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class TooManyAttempts(TryAgainLater):
    """The account or the address has failed too often; says the same for accounts that do not exist."""

    code = "too-many-attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.", retry_after)


class TooBusy(TryAgainLater):
    """As many passwords wait to be checked as this process takes on."""

    code = "too-busy"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many people are signing in at this moment.", retry_after)


class WeakPassword(InvalidInput):
    """The new password breaks the policy; one problem for each rule that it breaks."""

    code = "weak-password"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)


class WrongPassword(InvalidInput):
    """The current password, asked again of somebody who is signed in, is wrong."""

    code = "wrong-password"

    def __init__(self, field: str = "current") -> None:
        super().__init__([Problem(field, "wrong-password", "This is not your current password.")])
