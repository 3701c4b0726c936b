"""Every error of the tree has a code of its own and says nothing that it must not."""

import pytest

from tenant_schema.users import errors, factor_errors
from tenant_schema.users.identity_providers import errors as provider_errors

MODULES = (errors, factor_errors, provider_errors)


def tree(root: type) -> list[type]:
    return [root] + [each for child in root.__subclasses__() for each in tree(child)]


def test_every_error_that_is_raised_has_its_own_code() -> None:
    named = [(module, name) for module in MODULES for name in module.__all__]
    classes = [cls for module, name in named if "code" in vars(cls := getattr(module, name))]

    assert len({cls.code for cls in classes}) == len(classes)
    assert {cls.code for cls in classes} == {
        "invalid-credentials",
        "token-invalid",
        "token-reused",
        "token-expired",
        "session-ended",
        "password-disabled",
        "permission-denied",
        "too-many-attempts",
        "too-busy",
        "too-many",
        "weak-password",
        "wrong-password",
        "beyond-own-rights",
        "key-not-enough",
        "support-ended",
        "ticket-invalid",
        "support-not-enough",
        "support-refused",
        "wrong-support-state",
        "not-found",
        "taken",
        "last-administrator",
        "system-kept",
        "in-use",
        "inactive",
        "link-invalid",
        "factor-required",
        "code-invalid",
        "passkey-invalid",
        "challenge-invalid",
        "confirmation-required",
        "factor-needed",
        "too-many-factors",
        "wrong-code",
        "passkey-refused",
        "provider-in-use",
        "last-way-in",
        "passwords-needed",
        "mail-unavailable",
    }


@pytest.mark.parametrize("cls", [errors.TooManyAttempts, errors.TooBusy])
def test_who_shall_wait_is_told_how_long(cls: type[errors.TryAgainLater]) -> None:
    assert cls(7).retry_after == 7


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = f"{errors.__doc__} {provider_errors.__doc__}"

    assert [cls.__name__ for cls in tree(errors.UserError) if cls.__name__ not in drawn] == []
