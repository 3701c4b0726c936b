"""Refreshing: a token works once, and moments later again; a late second use ends the session, and garbage
does nothing to anybody.
"""

import base64
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_schema.users.errors import TokenExpired, TokenInvalid, TokenReused
from tenant_schema.users.sessions.refresh_tokens import RefreshToken, parse_refresh_token
from tenant_schema.users.sessions.store import SessionLimits
from tenant_schema.users.sign_in.access_tokens import AccessTokens
from tenant_schema.users.sign_in.service import Authentication, SignedIn
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import Session, SessionToken, User
from tests.tenant_schema.users.conftest import PASSWORD, signing_keys
from tests.tenant_schema.users.sealing import second_factors


@pytest.fixture
async def signed_in(auth: Authentication, scope, ada) -> SignedIn:
    return await auth.sign_in(scope, "ada@acme.example", PASSWORD, "192.0.2.1", "curl")


async def test_a_refresh_gives_new_tokens_for_the_same_session(auth, scope, signed_in, clock) -> None:
    clock.advance(minutes=20)

    refreshed = await auth.refresh(scope, signed_in.refresh_token)

    before = parse_refresh_token(signed_in.refresh_token)
    after = parse_refresh_token(refreshed.refresh_token)
    assert after.session_id == before.session_id
    assert after.secret != before.secret
    assert refreshed.user == signed_in.user
    assert (await auth.authenticate(scope, refreshed.access_token)).session_id == after.session_id
    assert (await Session.select(Session.last_used_at).first())["last_used_at"] == clock.now


async def test_tokens_can_be_refreshed_one_after_the_other(auth, scope, signed_in) -> None:
    token = signed_in.refresh_token
    for _ in range(10):
        token = (await auth.refresh(scope, token)).refresh_token


async def test_a_late_second_use_ends_the_session_for_everybody(auth, scope, signed_in, clock) -> None:
    refreshed = await auth.refresh(scope, signed_in.refresh_token)
    await auth.authenticate(scope, refreshed.access_token)
    clock.advance(seconds=10.1)

    with pytest.raises(TokenReused):
        await auth.refresh(scope, signed_in.refresh_token)

    for access_token in (signed_in.access_token, refreshed.access_token):
        with pytest.raises(TokenInvalid):
            await auth.authenticate(scope, access_token)
    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, refreshed.refresh_token)
    assert (await Session.select(Session.end_reason).first())["end_reason"] == "token-reused"


@pytest.mark.parametrize("seconds", [0, 10])
async def test_within_ten_seconds_a_second_use_gets_a_pair_of_its_own(
    auth, scope, signed_in, clock, seconds
) -> None:
    first = await auth.refresh(scope, signed_in.refresh_token)
    clock.advance(seconds=seconds)

    second = await auth.refresh(scope, signed_in.refresh_token)

    assert second.refresh_token != first.refresh_token
    clock.advance(minutes=15)
    for pair in (first, second):  # the other tab's use does not count as one of this token
        await auth.authenticate(scope, (await auth.refresh(scope, pair.refresh_token)).access_token)
    assert (await Session.select(Session.ended_at).first())["ended_at"] is None


async def test_the_ten_seconds_begin_with_the_first_use(auth, scope, signed_in, clock) -> None:
    await auth.refresh(scope, signed_in.refresh_token)
    clock.advance(seconds=6)
    await auth.refresh(scope, signed_in.refresh_token)
    clock.advance(seconds=6)

    with pytest.raises(TokenReused):
        await auth.refresh(scope, signed_in.refresh_token)


async def test_a_late_second_use_of_a_much_older_token_counts_as_well(auth, scope, signed_in, clock) -> None:
    token = signed_in.refresh_token
    for _ in range(3):
        clock.advance(minutes=15)
        token = (await auth.refresh(scope, token)).refresh_token

    with pytest.raises(TokenReused):
        await auth.refresh(scope, signed_in.refresh_token)
    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, token)


async def test_other_sessions_of_the_user_go_on(auth, scope, signed_in, clock) -> None:
    other = await auth.sign_in(scope, "ada@acme.example", PASSWORD)
    await auth.refresh(scope, signed_in.refresh_token)
    clock.advance(minutes=1)
    with pytest.raises(TokenReused):
        await auth.refresh(scope, signed_in.refresh_token)

    await auth.refresh(scope, other.refresh_token)
    await auth.authenticate(scope, other.access_token)


async def test_a_session_keeps_no_token_that_nobody_can_use(auth, scope, signed_in, clock) -> None:
    token = signed_in.refresh_token
    for _ in range(5):
        clock.advance(minutes=15)
        token = (await auth.refresh(scope, token)).refresh_token

    assert await SessionToken.count() == 2  # the last one, and the one that it was exchanged for


async def test_a_session_keeps_two_hundred_tokens_at_most(auth, scope, signed_in, clock) -> None:
    tokens = [(await auth.refresh(scope, signed_in.refresh_token)).refresh_token for _ in range(199)]
    assert await SessionToken.count() == 200

    newest = (await auth.refresh(scope, tokens[-1])).refresh_token

    assert await SessionToken.count() == 200
    await auth.refresh(scope, newest)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(family=st.binary(min_size=32, max_size=32), secret=st.binary(min_size=32, max_size=32))
async def test_a_made_up_token_with_the_right_session_does_nothing_to_it(
    auth, scope, signed_in, family, secret
) -> None:
    session_id = parse_refresh_token(signed_in.refresh_token).session_id

    with pytest.raises(TokenInvalid) as refused:
        await auth.refresh(scope, RefreshToken(session_id, family, secret).text)

    assert type(refused.value) is TokenInvalid
    await auth.authenticate(scope, signed_in.access_token)
    assert (await Session.select(Session.ended_at).first())["ended_at"] is None


@pytest.mark.parametrize(
    "text", ["", "x", "fhr_", "fhr_" + "A" * 107, "\0", "\ud800", "a.b.c", "fhr_" + "A" * 106 + "="]
)
async def test_garbage_is_refused(auth, scope, signed_in, text: str) -> None:
    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, text)


async def test_an_access_token_is_no_refresh_token_and_the_other_way_round(auth, scope, signed_in) -> None:
    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, signed_in.access_token)
    with pytest.raises(TokenInvalid):
        await auth.authenticate(scope, signed_in.refresh_token)


async def test_what_the_database_keeps_is_no_token(auth, scope, signed_in) -> None:
    row = await Session.select(Session.id, Session.family_hash).first()
    kept = await SessionToken.select(SessionToken.token_hash).first()
    raw = row["id"].bytes + bytes.fromhex(row["family_hash"]) + bytes.fromhex(kept["token_hash"])

    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, "fhr_" + base64.urlsafe_b64encode(raw).decode().rstrip("="))


async def test_a_session_that_was_not_refreshed_in_time_has_expired(auth, scope, signed_in, clock) -> None:
    clock.advance(days=30)

    with pytest.raises(TokenExpired):
        await auth.refresh(scope, signed_in.refresh_token)


async def test_a_session_ends_at_its_greatest_age_however_often_it_is_refreshed(
    auth, scope, signed_in, clock
) -> None:
    token = signed_in.refresh_token
    for _ in range(4):
        clock.advance(days=22)
        refreshed = await auth.refresh(scope, token)
        token = refreshed.refresh_token
    clock.advance(days=2, seconds=-60)

    last = await auth.refresh(scope, token)

    assert last.expires_in == 60
    clock.advance(seconds=60)
    with pytest.raises(TokenExpired):
        await auth.refresh(scope, last.refresh_token)
    with pytest.raises(TokenExpired):
        await auth.authenticate(scope, last.access_token)


async def test_a_user_who_is_not_active_any_more_cannot_refresh(auth, scope, signed_in, ada) -> None:
    await User.update({User.active: False}).where(User.id == ada)

    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, signed_in.refresh_token)


async def test_a_token_that_is_refused_leaves_the_cache_as_it_is(auth, scope, signed_in, counting) -> None:
    session_id = parse_refresh_token(signed_in.refresh_token).session_id
    await auth.authenticate(scope, signed_in.access_token)
    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, RefreshToken.first(session_id).text)

    with counting() as statements:
        await auth.authenticate(scope, signed_in.access_token)

    assert len(statements) == 0


async def test_an_access_token_does_not_outlive_a_session_that_is_not_refreshed(
    cache, passwords, scope, ada, clock
) -> None:
    auth = Authentication(
        passwords=passwords,
        tokens=AccessTokens(signing_keys, clock=clock.unix),
        throttle=Throttle(now=clock.utc),
        cache=cache,
        factors=second_factors(Throttle(now=clock.utc), clock.utc),
        limits=SessionLimits(idle=timedelta(seconds=30)),
        now=clock.utc,
    )

    signed_in = await auth.sign_in(scope, "ada@acme.example", PASSWORD)

    assert signed_in.expires_in == 30
    assert (await auth.refresh(scope, signed_in.refresh_token)).expires_in == 30


async def test_what_refreshing_costs(auth, scope, signed_in, counting, clock) -> None:
    with counting() as good:
        await auth.refresh(scope, signed_in.refresh_token)
    clock.advance(minutes=1)
    with counting() as reused, pytest.raises(TokenReused):
        await auth.refresh(scope, signed_in.refresh_token)
    with counting() as over, pytest.raises(TokenInvalid):
        await auth.refresh(scope, signed_in.refresh_token)
    with counting() as garbage, pytest.raises(TokenInvalid):
        await auth.refresh(scope, "garbage")

    assert [len(part) for part in (good, reused, over, garbage)] == [7, 6, 1, 0]
