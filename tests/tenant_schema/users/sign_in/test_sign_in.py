"""Signing in: who is let in, what it costs, and that a refusal says nothing."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import (
    InvalidCredentials,
    PasswordDisabled,
    TokenInvalid,
    TooBusy,
    TooManyAttempts,
)
from tenant_schema.users.sign_in.rules import SignInRulesReader
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in_tables import IdentityProvider, SignInSettings
from tenant_schema.users.tables import Role, Session, SignInThrottle, User, UserRole
from tests.tenant_schema.users.conftest import PASSWORD

EMAIL, ADDRESS = "ada@acme.example", "192.0.2.1"


@pytest.fixture
async def refused_users(ada) -> None:
    """Users who cannot sign in, each for another reason."""
    await User.insert(
        User(email="gone@acme.example", password_hash=f"hash of {PASSWORD}", active=False),
        User(email="invited@acme.example", password_hash=""),
    )


async def attempt(
    auth: Authentication, scope: TenantScope, email: str, password: str, address: str = ADDRESS
) -> str:
    """How a sign-in turns out: its error's code, or 'signed-in'."""
    try:
        await auth.sign_in(scope, email, password, address)
    except (InvalidCredentials, PasswordDisabled, TooManyAttempts) as error:
        return error.code
    return "signed-in"


async def test_signing_in_gives_tokens_that_work(auth, scope, ada) -> None:
    signed_in = await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS, "curl")

    access = await auth.authenticate(scope, signed_in.access_token)

    assert access.user_id == ada
    assert access.roles == ("member",)
    assert access.permissions == {"*:create", "*:read", "*:update"}
    assert signed_in.expires_in == 900
    assert signed_in.user.email == EMAIL


async def test_an_address_may_be_written_in_any_way(auth, scope, ada) -> None:
    assert await attempt(auth, scope, " ADA@Acme.EXAMPLE\n", PASSWORD) == "signed-in"


REFUSED = {
    "wrong password": (EMAIL, "wrong"),
    "empty password": (EMAIL, ""),
    "password in another case": (EMAIL, PASSWORD.upper()),
    "no such user": ("nobody@acme.example", PASSWORD),
    "inactive user": ("gone@acme.example", PASSWORD),
    "inactive user, wrong password": ("gone@acme.example", "wrong"),
    "user without a password": ("invited@acme.example", ""),
    "nothing": ("", ""),
    "not an address": ("\0' OR 1=1 --\ud800", "x"),
    "an address longer than any": ("a" * 5_000, PASSWORD),
}


@pytest.mark.usefixtures("refused_users")
@pytest.mark.parametrize("case", REFUSED)
async def test_every_refusal_is_the_same_and_takes_the_same_work(
    case, auth, scope, cache, passwords, counting
) -> None:
    email, password = REFUSED[case]
    await SignInRulesReader(cache).current(scope)  # kept from now on

    with counting() as statements, pytest.raises(InvalidCredentials) as refused:
        await auth.sign_in(scope, email, password, ADDRESS)

    assert str(refused.value) == "The e-mail address or the password is wrong."
    assert passwords.work == ["verify"]
    assert [sql.split()[0] for sql in statements.sent] == [
        "SELECT",  # is either counter's door shut?
        "DELETE",  # old counters
        "INSERT",  # both counters, so that others wait
        "SELECT",  # what they said before
        "INSERT",  # what they say now
        "SELECT",  # the user
        "INSERT",  # the audit trail
    ]


@pytest.mark.usefixtures("refused_users")
@pytest.mark.parametrize("email", [EMAIL, "nobody@acme.example", "gone@acme.example", "invited@acme.example"])
async def test_being_locked_out_does_not_tell_who_exists(email, auth, scope, passwords) -> None:
    answers = [await attempt(auth, scope, email, "wrong") for _ in range(7)]

    assert answers == ["invalid-credentials"] * 5 + ["too-many-attempts"] * 2
    assert passwords.work == ["verify"] * 5


async def test_who_is_locked_out_is_told_how_long_to_wait_even_with_the_right_password(
    auth, scope, ada, clock
) -> None:
    for _ in range(5):
        await attempt(auth, scope, EMAIL, "wrong")

    with pytest.raises(TooManyAttempts) as refused:
        await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS)

    assert refused.value.retry_after == 30
    clock.advance(seconds=30)
    assert await attempt(auth, scope, EMAIL, PASSWORD) == "signed-in"


async def test_fifty_guesses_at_once_are_five_guesses(auth, scope, ada, passwords) -> None:
    answers = await asyncio.gather(
        *(attempt(auth, scope, EMAIL, f"guess {n}", f"192.0.2.{n}") for n in range(50))
    )

    assert sorted(set(answers)) == ["invalid-credentials", "too-many-attempts"]
    assert passwords.work == ["verify"] * 5


async def test_a_success_clears_the_account(auth, scope, ada) -> None:
    for _ in range(4):
        await attempt(auth, scope, EMAIL, "wrong")
    await attempt(auth, scope, EMAIL, PASSWORD)

    answers = [await attempt(auth, scope, EMAIL, "wrong") for _ in range(5)]

    assert answers == ["invalid-credentials"] * 5


async def test_signing_in_rightly_for_ever_leaves_no_counter_behind(auth, scope, ada) -> None:
    for _ in range(60):
        assert await attempt(auth, scope, EMAIL, PASSWORD) == "signed-in"

    assert [row["failures"] for row in await SignInThrottle.select()] == [0]


async def test_when_there_is_no_time_for_passwords_nothing_is_counted(auth, scope, ada, passwords) -> None:
    passwords.is_busy = True
    for _ in range(10):
        with pytest.raises(TooBusy):
            await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS)

    passwords.is_busy = False
    assert await attempt(auth, scope, EMAIL, PASSWORD) == "signed-in"


async def test_a_session_keeps_where_it_came_from_and_no_secret(auth, scope, ada, clock) -> None:
    signed_in = await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS, "Mozilla/5.0 " * 100)

    row = await Session.select().first()
    user = await User.select(User.last_sign_in_at).first()

    assert (row["user"], row["address"], row["user_agent"]) == (ada, ADDRESS, ("Mozilla/5.0 " * 100)[:255])
    assert row["last_used_at"] == user["last_sign_in_at"] == clock.now
    assert signed_in.refresh_token not in str(row)
    assert signed_in.access_token not in str(row)
    assert signed_in.refresh_token not in repr(signed_in)


async def test_every_sign_in_is_a_session_of_its_own(auth, scope, ada) -> None:
    one, two = [await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS) for _ in range(2)]

    assert one.refresh_token != two.refresh_token
    assert await Session.count() == 2


async def test_a_hash_with_outdated_parameters_is_renewed(auth, scope, ada, passwords) -> None:
    await User.update({User.password_hash: f"old hash of {PASSWORD}"}).where(User.id == ada)

    await auth.sign_in(scope, EMAIL, PASSWORD)

    assert passwords.work == ["verify", "hash"]
    assert (await User.select(User.password_hash).first())["password_hash"] == f"hash of {PASSWORD}"


@pytest.mark.parametrize("change", [{"active": False}, {"password_hash": "hash of another"}])
async def test_a_change_while_the_password_is_checked_counts(auth, scope, ada, passwords, change) -> None:
    verify = passwords.verify

    async def verify_slowly(password: str, password_hash: str | None) -> bool:
        await User.update(change).where(User.id == ada)
        return await verify(password, password_hash)

    passwords.verify = verify_slowly

    assert await attempt(auth, scope, EMAIL, PASSWORD) == "invalid-credentials"
    assert await Session.count() == 0


async def give_role(user_id: UUID, name: str) -> None:
    role = await Role.select(Role.id).where(Role.name == name).first()
    await UserRole.insert(UserRole(user=user_id, role=role["id"]))


@pytest.mark.usefixtures("refused_users")
async def test_without_passwords_everybody_is_refused_alike(auth, scope, ada, passwords, counting) -> None:
    await give_role(ada, "administrator")
    await SignInSettings.insert(SignInSettings(password_enabled=False))
    proven = IdentityProvider(name="corp", issuer="https://id.example", client_id="x", proven_at=utc_now())
    await IdentityProvider.insert(proven)

    answers = {await attempt(auth, scope, *REFUSED[case]) for case in REFUSED}
    with counting() as statements:
        assert await attempt(auth, scope, EMAIL, PASSWORD) == "password-disabled"

    assert (answers, passwords.work, statements.sent) == ({"password-disabled"}, [], [])


@pytest.mark.usefixtures("refused_users")
@pytest.mark.parametrize("provider", [None, {}, {"proven_at": utc_now(), "active": False}])
async def test_an_administrator_keeps_the_password_until_a_provider_is_proven(
    auth, scope, ada, passwords, provider: dict | None
) -> None:
    await SignInSettings.insert(SignInSettings(password_enabled=False))
    if provider is not None:
        named = {"name": "corp", "issuer": "https://id.example", "client_id": "x"}
        await IdentityProvider.insert(IdentityProvider(**named, **provider))

    answers = [await attempt(auth, scope, *REFUSED[case], "") for case in REFUSED]
    answers.append(await attempt(auth, scope, EMAIL, PASSWORD))
    await give_role(ada, "administrator")

    assert set(answers) == {"password-disabled"}
    assert len(passwords.work) > 1
    await SignInThrottle.delete(force=True)
    assert await attempt(auth, scope, EMAIL, PASSWORD) == "signed-in"


async def test_sessions_long_dead_are_dropped_at_the_next_sign_in(auth, scope, ada, clock) -> None:
    await auth.sign_in(scope, EMAIL, PASSWORD)
    clock.advance(days=59)
    await auth.sign_in(scope, EMAIL, PASSWORD)
    assert await Session.count() == 2
    clock.advance(days=2)

    await auth.sign_in(scope, EMAIL, PASSWORD)

    assert await Session.count() == 2


async def test_what_signing_in_costs(auth, scope, cache, ada, passwords, counting) -> None:
    await SignInRulesReader(cache).current(scope)  # kept from now on
    with counting() as first:
        await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS)
    await attempt(auth, scope, EMAIL, "wrong")
    with counting() as refused:
        await attempt(auth, scope, EMAIL, "wrong")
    with counting() as after_failures:
        await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS)
    for _ in range(5):
        await attempt(auth, scope, EMAIL, "wrong")
    with counting() as throttled:
        await attempt(auth, scope, EMAIL, "wrong")

    assert [len(part) for part in (first, refused, after_failures, throttled)] == [15, 6, 14, 1]


async def test_an_address_that_only_the_database_takes_for_the_same_is_another(
    auth, scope, migrated_file, tmp_path
):
    """Else each spelling that the database's collation folds together would have a counter of its own."""
    path = shutil.copy(migrated_file, tmp_path / "nocase.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        plain, folding = '"email" VARCHAR(254)', '"email" VARCHAR(254) COLLATE NOCASE'
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?)", (plain, folding))
        connection.commit()
    engine = SQLiteEngine(path)
    with DB.bind(engine):
        await User(email="ADA@acme.example", password_hash=f"hash of {PASSWORD}").save()
        assert await User.exists().where(User.email == EMAIL)

        assert await attempt(auth, scope, EMAIL, PASSWORD) == "invalid-credentials"
    await engine.close()


async def test_a_tenant_lets_in_its_own_users_alone(auth, scope, ada, tmp_path, migrated_file) -> None:
    signed_in = await auth.sign_in(scope, EMAIL, PASSWORD, ADDRESS)
    demo = TenantScope(new_id(), "demo", "Demo")
    engine = SQLiteEngine(shutil.copy(migrated_file, tmp_path / "demo.sqlite"))
    with DB.bind(engine):
        assert await attempt(auth, demo, EMAIL, PASSWORD) == "invalid-credentials"
        with pytest.raises(TokenInvalid):
            await auth.authenticate(demo, signed_in.access_token)
        with pytest.raises(TokenInvalid):
            await auth.refresh(demo, signed_in.refresh_token)
    await engine.close()
