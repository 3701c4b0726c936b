"""While signed in: what a request costs, what ends a session, and how soon a change counts."""

import asyncio
from contextlib import suppress

import pytest

from piccolo_conf import DB
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.errors import TokenExpired, TokenInvalid
from tenant_schema.users.sign_in.access_tokens import AccessTokens
from tenant_schema.users.sign_in.service import Authentication, SignedIn
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import Permission, Role, RolePermission, Session, User, UserRole
from tests.tenant_schema.users.conftest import PASSWORD, signing_keys
from tests.tenant_schema.users.doubles import Clock, RecordingPasswords, RolledBack
from tests.tenant_schema.users.sealing import second_factors


@pytest.fixture
async def signed_in(auth: Authentication, scope, ada) -> SignedIn:
    return await auth.sign_in(scope, "ada@acme.example", PASSWORD)


@pytest.fixture
def elsewhere(clock: Clock) -> Authentication:
    """The same service in another process: nothing shared but the database and the clock."""
    return Authentication(
        passwords=RecordingPasswords(),
        tokens=AccessTokens(signing_keys, clock=clock.unix),
        throttle=Throttle(now=clock.utc),
        cache=VersionedCache(ACCESS, 0.5, clock.monotonic),
        factors=second_factors(Throttle(now=clock.utc), clock.utc),
        now=clock.utc,
    )


async def deactivate(user_id) -> None:
    await User.update({User.active: False}).where(User.id == user_id)


async def take_role(user_id) -> None:
    await UserRole.delete().where(UserRole.user == user_id)


async def delete_user(user_id) -> None:
    await User.delete().where(User.id == user_id)


async def end_sessions(user_id) -> None:
    await Session.delete().where(Session.user == user_id)


async def take_permission(_user_id) -> None:
    read = await Permission.select(Permission.id).where(Permission.name == "*:read").first()
    await RolePermission.delete().where(RolePermission.permission == read["id"])


async def test_a_warm_request_costs_no_statement(auth, scope, signed_in, counting) -> None:
    await auth.authenticate(scope, signed_in.access_token)

    with counting() as statements:
        for _ in range(100):
            await auth.authenticate(scope, signed_in.access_token)

    assert len(statements) == 0


async def test_what_a_cold_request_costs(auth, scope, signed_in, counting) -> None:
    other = await auth.sign_in(scope, "ada@acme.example", PASSWORD)
    with counting() as first:
        await auth.authenticate(scope, signed_in.access_token)
    with counting() as second:
        await auth.authenticate(scope, other.access_token)

    assert [len(first), len(second)] == [5, 2]  # the version was looked at when signing in


async def test_users_with_the_same_roles_share_their_permissions(auth, scope, signed_in) -> None:
    other = await auth.sign_in(scope, "ada@acme.example", PASSWORD)

    one = await auth.authenticate(scope, signed_in.access_token)
    two = await auth.authenticate(scope, other.access_token)

    assert one.permissions is two.permissions


async def test_several_roles_add_up(auth, scope, signed_in, ada) -> None:
    role = Role(name="closer")
    await role.save()
    permission = Permission(name="deals:delete")
    await permission.save()
    await RolePermission(role=role.id, permission=permission.id).save()
    await UserRole(user=ada, role=role.id).save()

    access = await auth.authenticate(scope, signed_in.access_token)

    assert access.roles == ("closer", "member")
    assert access.permissions == {"*:create", "*:read", "*:update", "deals:delete"}


@pytest.mark.parametrize("end", [deactivate, delete_user, end_sessions])
async def test_who_may_not_sign_in_any_more_is_refused_from_the_next_request_on(
    auth, elsewhere, scope, signed_in, ada, cache, clock, end
) -> None:
    for service in (auth, elsewhere):
        await service.authenticate(scope, signed_in.access_token)

    async with cache.change(scope):
        await end(ada)

    with pytest.raises(TokenInvalid):
        await auth.authenticate(scope, signed_in.access_token)
    clock.advance(seconds=0.5)
    with pytest.raises(TokenInvalid):
        await elsewhere.authenticate(scope, signed_in.access_token)


@pytest.mark.parametrize("change", [take_role, take_permission])
async def test_a_change_of_rights_counts_from_the_next_request_on(
    auth, elsewhere, scope, signed_in, ada, cache, clock, change
) -> None:
    for service in (auth, elsewhere):
        assert (await service.authenticate(scope, signed_in.access_token)).allows("accounts", "read")

    async with cache.change(scope):
        await change(ada)

    assert not (await auth.authenticate(scope, signed_in.access_token)).allows("accounts", "read")
    clock.advance(seconds=0.5)
    assert not (await elsewhere.authenticate(scope, signed_in.access_token)).allows("accounts", "read")


async def test_who_comes_back_is_let_in_again(auth, scope, signed_in, ada, cache) -> None:
    async with cache.change(scope):
        await deactivate(ada)
    with pytest.raises(TokenInvalid):
        await auth.authenticate(scope, signed_in.access_token)

    async with cache.change(scope):
        await User.update({User.active: True}).where(User.id == ada)

    assert (await auth.authenticate(scope, signed_in.access_token)).user_id == ada


async def test_a_change_that_is_rolled_back_changes_nothing(auth, scope, signed_in, ada, cache) -> None:
    with suppress(RolledBack):
        async with cache.change(scope):
            await deactivate(ada)
            raise RolledBack

    assert (await auth.authenticate(scope, signed_in.access_token)).user_id == ada


async def test_a_request_inside_a_transaction_leaves_nothing_uncommitted_in_the_cache(
    auth, scope, signed_in, ada, cache
) -> None:
    with suppress(RolledBack):
        async with DB.transaction():
            await deactivate(ada)
            with pytest.raises(TokenInvalid):
                await auth.authenticate(scope, signed_in.access_token)
            raise RolledBack

    assert (await auth.authenticate(scope, signed_in.access_token)).user_id == ada


async def test_changes_and_requests_at_once_never_leave_an_old_right_behind(
    auth, scope, signed_in, ada, cache
) -> None:
    member = await Role.select(Role.id).where(Role.name == "member").first()

    async def ask() -> None:
        for _ in range(30):
            await auth.authenticate(scope, signed_in.access_token)
            await asyncio.sleep(0)

    async def change() -> None:
        for _ in range(15):
            async with cache.change(scope):
                await take_role(ada)
            assert not (await auth.authenticate(scope, signed_in.access_token)).permissions
            async with cache.change(scope):
                await UserRole(user=ada, role=member["id"]).save()
            assert (await auth.authenticate(scope, signed_in.access_token)).permissions

    await asyncio.gather(change(), *(ask() for _ in range(5)))


async def test_a_session_of_somebody_else_in_the_token_is_refused(auth, scope, signed_in, ada, clock) -> None:
    row = await Session.select(Session.id).first()
    bob = User(email="bob@acme.example")
    await bob.save()
    forged = AccessTokens(signing_keys, clock=clock.unix).issue(scope, bob.id, row["id"], until=10**12)

    with pytest.raises(TokenInvalid):
        await auth.authenticate(scope, forged.text)


async def test_an_expired_token_is_told_apart_from_an_invalid_one(auth, scope, signed_in, clock) -> None:
    clock.advance(minutes=15)

    with pytest.raises(TokenExpired):
        await auth.authenticate(scope, signed_in.access_token)
    with pytest.raises(TokenInvalid):
        await auth.authenticate(scope, signed_in.access_token[:-5])


async def test_me_says_who_and_what_in_order_without_a_statement(
    auth, scope, signed_in, ada, counting
) -> None:
    access = await auth.authenticate(scope, signed_in.access_token)

    with counting() as statements:
        profile = auth.me(access)

    assert len(statements) == 0
    assert (profile.user.id, profile.user.email, profile.user.name) == (ada, "ada@acme.example", "Ada")
    assert profile.roles == ("member",)
    assert profile.permissions == ("*:create", "*:read", "*:update")


async def test_signing_out_ends_the_session_and_no_other(auth, elsewhere, scope, signed_in, clock) -> None:
    other = await auth.sign_in(scope, "ada@acme.example", PASSWORD)
    access = await auth.authenticate(scope, signed_in.access_token)
    await elsewhere.authenticate(scope, signed_in.access_token)

    await auth.sign_out(scope, access)

    with pytest.raises(TokenInvalid):
        await auth.authenticate(scope, signed_in.access_token)
    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, signed_in.refresh_token)
    await auth.authenticate(scope, other.access_token)
    clock.advance(seconds=0.5)
    with pytest.raises(TokenInvalid):
        await elsewhere.authenticate(scope, signed_in.access_token)


async def test_signing_out_twice_is_signing_out_once(auth, scope, signed_in, clock, counting) -> None:
    access = await auth.authenticate(scope, signed_in.access_token)
    await auth.sign_out(scope, access)
    before = await Session.select(Session.ended_at, Session.end_reason).first()
    clock.advance(seconds=10)

    with counting() as statements:
        await auth.sign_out(scope, access)

    assert await Session.select(Session.ended_at, Session.end_reason).first() == before
    assert before["end_reason"] == "signed-out"
    assert len(statements) == 3
