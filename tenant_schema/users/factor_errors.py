"""The errors of second factors; :mod:`tenant_schema.users.errors` draws their tree."""

from collections.abc import Sequence

from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.users.errors import Kept, PermissionDenied, Unauthenticated

__all__ = [
    "ChallengeInvalid",
    "CodeInvalid",
    "ConfirmationRequired",
    "FactorNeeded",
    "FactorRequired",
    "PasskeyInvalid",
    "PasskeyRefused",
    "TooManyFactors",
    "WrongCode",
]


class FactorRequired(Unauthenticated):
    """A second factor is missing.

    :ivar factors: what completes the sign-in (``totp``, ``passkey``, ``recovery-code``); nothing if the user
        has no factor and has to add one.
    :ivar challenge: after a password, for a passkey as second factor.
    """

    code = "factor-required"

    def __init__(self, factors: Sequence[str], challenge: str | None = None) -> None:
        self.factors, self.challenge = tuple(factors), challenge
        super().__init__(
            "A second factor is needed: a code of an authenticator app, a passkey, or a recovery code."
            if factors
            else "Your role requires a second factor: add one before anything else."
        )


class CodeInvalid(Unauthenticated):
    """The password is right, and the code is not."""

    code = "code-invalid"

    def __init__(self) -> None:
        super().__init__("The code is wrong, has expired, or was used already.")


class PasskeyInvalid(Unauthenticated):
    """The assertion is not one of a passkey of this tenant for this challenge and host."""

    code = "passkey-invalid"

    def __init__(self) -> None:
        super().__init__("This passkey does not sign in here.")


class ChallengeInvalid(Unauthenticated):
    """The challenge was used, has expired, or is not one of this tenant's; which one is not revealed."""

    code = "challenge-invalid"

    def __init__(self) -> None:
        super().__init__("This sign-in took too long or was used already. Begin again.")


class ConfirmationRequired(PermissionDenied):
    """Changes of factors require that the user has authenticated within the last minutes.

    :param needs_factor: whether a password is not enough.
    """

    code = "confirmation-required"

    def __init__(self, *, needs_factor: bool = False) -> None:
        self.object_name, self.action = "factors", "update"
        what = "a code or a passkey" if needs_factor else "your password or a code"
        Exception.__init__(
            self, f"Confirm that it is you, with {what} (POST /api/v1/auth/confirm), or sign in again."
        )


class FactorNeeded(Kept):
    """A role of the user requires a second factor, and this is the last one."""

    code = "factor-needed"

    def __init__(self) -> None:
        super().__init__("Your role requires a second factor: add another one before you remove the last.")


class TooManyFactors(Kept):
    """The user has the maximum of factors."""

    code = "too-many-factors"

    def __init__(self, most: int) -> None:
        super().__init__(f"A user has at most {most} factors: remove one first.")


class WrongCode(InvalidInput):
    """The code that a signed-in user gave is wrong, has expired, or was used."""

    code = "wrong-code"

    def __init__(self) -> None:
        message = "The code is wrong, has expired, or was used already."
        super().__init__([Problem("code", "wrong-code", message)])


class PasskeyRefused(InvalidInput):
    """What the authenticator returned does not belong to the challenge and this host, or is malformed."""

    code = "passkey-refused"

    def __init__(self) -> None:
        message = "This passkey cannot be used here: it is known already, or was made for something else."
        super().__init__([Problem("credential", "passkey-refused", message)])
