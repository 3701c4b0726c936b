"""Changing the password: what is asked for, what it ends, and that it cannot be used to guess."""

import asyncio

import pytest

from tenant_schema.users.errors import (
    InvalidCredentials,
    TokenInvalid,
    TooBusy,
    TooManyAttempts,
    WeakPassword,
    WrongPassword,
)
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.tables import Session
from tests.tenant_schema.users.conftest import PASSWORD

EMAIL, NEW = "ada@acme.example", "staple battery horse"


@pytest.fixture
async def access(auth: Authentication, scope, ada) -> Access:
    signed_in = await auth.sign_in(scope, EMAIL, PASSWORD)
    return await auth.authenticate(scope, signed_in.access_token)


async def test_the_new_password_works_and_the_old_one_does_not(auth, scope, access) -> None:
    await auth.change_password(scope, access, PASSWORD, NEW)

    await auth.sign_in(scope, EMAIL, NEW)
    with pytest.raises(InvalidCredentials):
        await auth.sign_in(scope, EMAIL, PASSWORD)


async def test_all_other_sessions_end_and_this_one_goes_on(auth, scope, access) -> None:
    mine = await Session.select(Session.id).first()
    others = [await auth.sign_in(scope, EMAIL, PASSWORD) for _ in range(3)]
    for other in others:
        await auth.authenticate(scope, other.access_token)

    await auth.change_password(scope, access, PASSWORD, NEW)

    for other in others:
        with pytest.raises(TokenInvalid):
            await auth.authenticate(scope, other.access_token)
        with pytest.raises(TokenInvalid):
            await auth.refresh(scope, other.refresh_token)
    alive = await Session.select(Session.id).where(Session.ended_at.is_null())
    assert alive == [mine]


async def test_the_sessions_of_others_go_on(auth, scope, access) -> None:
    from tenant_schema.users.tables import User

    await User(email="bob@acme.example", password_hash="hash of staple").save()
    bob = await auth.sign_in(scope, "bob@acme.example", "staple")

    await auth.change_password(scope, access, PASSWORD, NEW)

    await auth.authenticate(scope, bob.access_token)


async def test_a_wrong_current_password_is_a_problem_of_that_field(auth, scope, access) -> None:
    with pytest.raises(WrongPassword) as refused:
        await auth.change_password(scope, access, "wrong", NEW)

    assert [(problem.field, problem.code) for problem in refused.value.problems] == [
        ("current", "wrong-password")
    ]
    await auth.sign_in(scope, EMAIL, PASSWORD)


@pytest.mark.parametrize(
    ("new", "code"),
    [("short", "too-short"), ("password1", "too-common"), (EMAIL, "same-as-email"), (PASSWORD, "unchanged")],
)
async def test_a_bad_new_password_is_a_problem_of_that_field_and_costs_nothing(
    auth, scope, access, passwords, counting, new: str, code: str
) -> None:
    passwords.work.clear()

    with counting() as statements, pytest.raises(WeakPassword) as refused:
        await auth.change_password(scope, access, PASSWORD, new)

    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("new", code)]
    assert len(statements) == 0
    assert passwords.work == []


async def test_guessing_here_counts_as_guessing_at_the_sign_in_and_the_other_way_round(
    auth, scope, access
) -> None:
    for _ in range(3):
        with pytest.raises(WrongPassword):
            await auth.change_password(scope, access, "wrong", NEW)
    for _ in range(2):
        with pytest.raises(InvalidCredentials):
            await auth.sign_in(scope, EMAIL, "wrong")

    with pytest.raises(TooManyAttempts):
        await auth.change_password(scope, access, PASSWORD, NEW)
    with pytest.raises(TooManyAttempts):
        await auth.sign_in(scope, EMAIL, PASSWORD)


async def test_of_two_changes_at_once_one_counts(auth, scope, access) -> None:
    outcomes = await asyncio.gather(
        auth.change_password(scope, access, PASSWORD, NEW),
        auth.change_password(scope, access, PASSWORD, NEW + "!"),
        return_exceptions=True,
    )

    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, WrongPassword) for outcome in outcomes) == 1


async def test_when_there_is_no_time_for_passwords_nothing_is_changed_or_counted(
    auth, scope, access, passwords
) -> None:
    passwords.is_busy = True
    for _ in range(10):
        with pytest.raises(TooBusy):
            await auth.change_password(scope, access, PASSWORD, NEW)

    passwords.is_busy = False
    await auth.sign_in(scope, EMAIL, PASSWORD)


async def test_what_a_change_costs(auth, scope, access, counting) -> None:
    with counting() as statements:
        await auth.change_password(scope, access, PASSWORD, NEW)

    assert len(statements) == 12
