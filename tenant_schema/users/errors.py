"""The errors of users and their rights.

::

    UserError
    ├── Unauthenticated                 the caller is not known
    │   ├── InvalidCredentials          wrong e-mail, wrong password, or not active; not distinguished
    │   ├── TokenInvalid                not a token of this tenant, or its session has ended
    │   │   └── TokenReused             a refresh token that was used before; its session is ended
    │   ├── TokenExpired                a token that has expired; refresh or sign in again
    │   ├── FactorRequired              the session, or the sign-in, lacks a second factor
    │   ├── CodeInvalid                 the code of a sign-in is wrong or was used
    │   ├── PasskeyInvalid              the passkey of a sign-in is unknown, or its assertion is not valid
    │   ├── ChallengeInvalid            a challenge that was used, has expired, or is not one of this tenant's
    │   ├── TicketInvalid               a ticket that was used, has expired, or is not one of this tenant's
    │   ├── SessionEnded                a browser's cookie of a session that has ended, or of none
    │   └── SupportEnded                an operator whose support access has ended
    ├── PasswordDisabled                the tenant does not admit passwords
    ├── PermissionDenied                the caller is known, and may not
    │   ├── BeyondOwnRights             it would give or take more rights than the caller has
    │   ├── KeyNotEnough                this requires a signed-in user, not an API key
    │   ├── ConfirmationRequired        the sign-in is too long ago for this
    │   ├── SupportNotEnough            this requires a user of the tenant, not an operator
    │   └── SupportRefused              the tenant lets no operator in
    ├── NotThere                        no such user, role, permission, key or session, or none for the caller
    ├── Taken                           another one has that e-mail address or name
    ├── Kept                            it cannot be changed
    │   ├── LastAdministrator           nobody would be left who could manage users and roles
    │   ├── SystemKept                  a role or permission that every tenant has
    │   ├── InUse                       others still have it
    │   ├── Inactive                    the user is not active: reactivate the user first
    │   ├── PasswordsNeeded             no identity provider has signed anybody in
    │   ├── FactorNeeded                the last factor of a user whose role requires one
    │   ├── TooManyFactors              a user has as many factors as are allowed
    │   ├── TooManyPreferences          a user has as many preferences as are allowed
    │   ├── WrongSupportState           the request for support access was decided, or has ended
    │   └── MailUnavailable             it takes a mail, and this installation sends none
    └── TryAgainLater                   not at the moment
        ├── TooManyAttempts             too many failed sign-ins of this account or from this address
        └── TooBusy                     too many passwords are waiting to be verified

    tenant_schema.problems.InvalidInput
    ├── WeakPassword                    a new password that the policy refuses
    ├── WrongPassword                   the current password of a signed-in user
    ├── LinkInvalid                     a one-time link that was used, has expired, or does not exist
    ├── WrongCode                       a code that a signed-in user gave is wrong or was used
    └── PasskeyRefused                  a response of an authenticator that cannot be verified
"""

from collections.abc import Sequence
from typing import ClassVar

from tenant_schema.problems import InvalidInput, Problem

__all__ = [
    "BeyondOwnRights",
    "InUse",
    "Inactive",
    "InvalidCredentials",
    "Kept",
    "KeyNotEnough",
    "LastAdministrator",
    "LinkInvalid",
    "MailUnavailable",
    "NotThere",
    "PasswordDisabled",
    "PasswordsNeeded",
    "PermissionDenied",
    "SessionEnded",
    "SupportEnded",
    "SupportNotEnough",
    "SupportRefused",
    "SystemKept",
    "Taken",
    "TicketInvalid",
    "TokenExpired",
    "TokenInvalid",
    "TokenReused",
    "TooBusy",
    "TooManyAttempts",
    "TooManyPreferences",
    "TryAgainLater",
    "Unauthenticated",
    "UserError",
    "WeakPassword",
    "WrongPassword",
    "WrongSupportState",
]


class UserError(Exception):
    """The root of this tree. ``code`` is for programs."""

    code: ClassVar[str]


class Unauthenticated(UserError):
    """The caller is not known, and should sign in."""


class InvalidCredentials(Unauthenticated):
    """The address or the password is wrong. Which one is not revealed, as that would reveal who has an
    account.
    """

    code = "invalid-credentials"

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class TokenInvalid(Unauthenticated):
    """The token is not valid for this tenant."""

    code = "token-invalid"

    def __init__(self) -> None:
        super().__init__("The token is not valid.")


class TokenReused(TokenInvalid):
    """A refresh token was used twice: somebody else may have it, so the session was ended."""

    code = "token-reused"


class TokenExpired(Unauthenticated):
    """The token was valid and has expired."""

    code = "token-expired"

    def __init__(self) -> None:
        super().__init__("The token has expired.")


class SessionEnded(Unauthenticated):
    """The browser's session has ended, or its cookie is not one of this tenant."""

    code = "session-ended"

    def __init__(self) -> None:
        super().__init__("The session has ended.")


class PasswordDisabled(UserError):
    """The tenant's users sign in by other ways; the same for every address and password."""

    code = "password-disabled"

    def __init__(self) -> None:
        super().__init__("This tenant does not admit passwords. Sign in in another way.")


class TicketInvalid(Unauthenticated):
    """A ticket of a central host that does not begin a session here; why is not revealed."""

    code = "ticket-invalid"

    def __init__(self) -> None:
        super().__init__("The ticket was used or is too old. Sign in again.")


class SupportEnded(Unauthenticated):
    """The operator's support access has expired or was ended, or the operator's tokens were revoked."""

    code = "support-ended"

    def __init__(self) -> None:
        super().__init__("This support access has ended.")


class PermissionDenied(UserError):
    """The caller's roles do not allow ``action`` on ``object_name``."""

    code = "permission-denied"

    def __init__(self, object_name: str, action: str) -> None:
        self.object_name = object_name
        self.action = action
        super().__init__(f"Your roles do not allow {object_name}:{action}.")


class BeyondOwnRights(PermissionDenied):
    """The caller may manage users, but does not have all the rights that are concerned."""

    code = "beyond-own-rights"

    def __init__(self, role_name: str) -> None:
        self.role_name = role_name
        self.object_name, self.action = "roles", "manage"
        Exception.__init__(self, f"The role {role_name} allows more than your own roles do.")


class KeyNotEnough(PermissionDenied):
    """An API key cannot give access to anybody, nor end the sign-in of its user."""

    code = "key-not-enough"

    def __init__(self) -> None:
        self.object_name, self.action = "api-keys", "create"
        Exception.__init__(
            self,
            "This takes a user who is signed in. An API key may look at users, roles and keys and take "
            "access away; it cannot create them, give rights or change how somebody signs in.",
        )


class SupportNotEnough(PermissionDenied):
    """An operator with support access cannot do what would outlive it, nor change who has access."""

    code = "support-not-enough"

    def __init__(self) -> None:
        self.object_name, self.action = "users", "manage"
        Exception.__init__(
            self,
            "This takes a user of the tenant. Support access cannot change users, roles, keys, sessions or "
            "how somebody signs in, and cannot give access to anybody.",
        )


class SupportRefused(PermissionDenied):
    """The tenant's sign-in settings let no operator in."""

    code = "support-refused"

    def __init__(self) -> None:
        self.object_name, self.action = "support", "create"
        Exception.__init__(self, "This tenant does not allow support access.")


class NotThere(UserError):
    """There is no such ``kind`` of thing, or the caller may not see it."""

    code = "not-found"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"There is no such {kind}.")


class Taken(UserError):
    """Another ``kind`` has the same value of ``field``."""

    code = "taken"

    def __init__(self, field: str, kind: str) -> None:
        self.field = field
        super().__init__(f"Another {kind} has the same {field}.")


class Kept(UserError):
    """It cannot be changed, by any caller."""


class LastAdministrator(Kept):
    """No active user would be left who may manage both users and roles."""

    code = "last-administrator"

    def __init__(self) -> None:
        super().__init__(
            "Nobody would be left who may manage users and roles: give these rights to somebody else first."
        )


class SystemKept(Kept):
    """A role or permission that every tenant has cannot be renamed or deleted."""

    code = "system-kept"

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"The {kind} {name} is part of every tenant.")


class InUse(Kept):
    """It is still given to ``number`` roles or users."""

    code = "in-use"

    def __init__(self, kind: str, name: str, number: int) -> None:
        self.kind, self.name, self.number = kind, name, number
        super().__init__(f"The {kind} {name} is still given to {number}.")


class Inactive(Kept):
    """The user is not active, and so cannot get a link."""

    code = "inactive"

    def __init__(self, email: str) -> None:
        self.email = email
        super().__init__(f"{email} is not active: reactivate them first.")


class PasswordsNeeded(Kept):
    """Nobody who manages users and roles could sign in without passwords."""

    code = "passwords-needed"

    def __init__(self) -> None:
        super().__init__(
            "Passwords can be disabled once somebody who manages users and roles has signed in through an "
            "active identity provider: set one up, and sign in through it."
        )


class WrongSupportState(Kept):
    """The request for support access is in another ``state`` than the act needs."""

    code = "wrong-support-state"

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"This request for support access is {state}.")


class TooManyPreferences(Kept):
    """The user has the maximum of preferences."""

    code = "too-many"

    def __init__(self, most: int) -> None:
        super().__init__(f"There can be {most} preferences at most.")


class MailUnavailable(Kept):
    """It takes a mail, and the installation has no mail server."""

    code = "mail-unavailable"

    def __init__(self) -> None:
        super().__init__(
            "No mails can be sent, so the new address cannot be confirmed: ask an administrator to change it."
        )


class TryAgainLater(UserError):
    """Refused at the moment; retry after ``retry_after`` whole seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class TooManyAttempts(TryAgainLater):
    """The account or the address has failed too often; the same for accounts that do not exist."""

    code = "too-many-attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.", retry_after)


class TooBusy(TryAgainLater):
    """The maximum of passwords is waiting to be verified."""

    code = "too-busy"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many people are signing in at this moment.", retry_after)


class WeakPassword(InvalidInput):
    """The policy refuses the new password; one problem for each rule that it breaks."""

    code = "weak-password"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)


class WrongPassword(InvalidInput):
    """The current password that a signed-in user gave is wrong."""

    code = "wrong-password"

    def __init__(self, field: str = "current") -> None:
        super().__init__([Problem(field, "wrong-password", "This is not your current password.")])


class LinkInvalid(InvalidInput):
    """The link was used, has expired, or does not exist; which one is not revealed."""

    code = "link-invalid"

    def __init__(self) -> None:
        message = "This link has been used, has expired, or is not valid. Request a new one."
        super().__init__([Problem("token", "link-invalid", message)])
