"""Sessions of browsers: what begins with them, what they cost, and what ends them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.errors import SessionEnded
from tenant_schema.users.sessions.store import SessionLimits, SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession, BrowserSessions
from tenant_schema.users.sign_in.session_secrets import SessionSecrets
from tenant_schema.users.sign_in_tables import KnownBrowser, SupportGrant
from tenant_schema.users.tables import AuditEvent, Session, User
from tests.tenant_schema.users.conftest import signing_keys
from tests.tenant_schema.users.doubles import Clock
from tests.tenant_schema.users.sealing import STORE
from tests.tenant_schema.users.sign_in.test_signed_in import deactivate, delete_user, end_sessions, take_role

HERE = Arrival("192.0.2.1", "Firefox", methods=("pwd", "otp"), second_factor=True)


@pytest.fixture
def told() -> list[tuple[SessionUser, Arrival]]:
    """The sign-ins from new browsers."""
    return []


@pytest.fixture
def sessions(cache: VersionedCache, clock: Clock, told: list[tuple[SessionUser, Arrival]]) -> BrowserSessions:
    async def tell(_scope: TenantScope, user: SessionUser, arrival: Arrival) -> None:
        told.append((user, arrival))

    return BrowserSessions(SessionSecrets(signing_keys), cache, STORE, on_new_browser=tell, now=clock.utc)


@pytest.fixture
def elsewhere(clock: Clock) -> BrowserSessions:
    """The same service in another process."""
    cache = VersionedCache(ACCESS, 0.5, clock.monotonic)
    return BrowserSessions(SessionSecrets(signing_keys), cache, STORE, now=clock.utc)


@pytest.fixture
def user(ada: UUID) -> SessionUser:
    return SessionUser(ada, "ada@acme.example", "Ada")


async def opened(
    sessions: BrowserSessions, scope: TenantScope, user: SessionUser, arrival: Arrival = HERE, **options
) -> BrowserSession:
    async with DB.transaction():
        return await sessions.open(scope, user, arrival, **options)


async def test_a_session_says_who_how_and_from_where(sessions, scope, user, clock) -> None:
    session = await opened(sessions, scope, user)

    access = await sessions.authenticate(scope, session.secret)
    row = await Session.select(*Session.all_columns(exclude=[Session.user])).first()
    event = await AuditEvent.select().where(AuditEvent.action == "sign-in").first()

    assert (access.user_id, access.email, access.roles) == (user.id, user.email, ("member",))
    assert (access.methods, access.has_second_factor) == (("pwd", "otp"), True)
    assert access.session_id == session.session_id
    assert session.expires_at == clock.now + timedelta(days=30)
    assert session.ends_at == clock.now + timedelta(days=90)
    assert (row["address"], row["user_agent"]) == ("192.0.2.1", "Firefox")
    assert (row["methods"], row["second_factor_at"]) == ("pwd otp", clock.now)
    assert (event["subject"], event["detail"]) == (user.id, '{"methods":["pwd","otp"]}')
    assert (await User.select(User.last_sign_in_at).first())["last_sign_in_at"] == clock.now


async def test_no_secret_is_stored_or_shown(sessions, scope, user) -> None:
    session = await opened(sessions, scope, user)

    stored = str(await Session.select()) + str(await KnownBrowser.select()) + str(await AuditEvent.select())

    for secret in (*session.secret.split("."), session.device):
        assert secret == "k1" or secret not in stored
        assert secret == "k1" or secret not in repr(session)


async def test_a_session_is_known_without_a_statement(sessions, scope, user, counting) -> None:
    session = await opened(sessions, scope, user)
    access = await sessions.authenticate(scope, session.secret)

    with counting() as statements:
        assert sessions.known_access(scope, session.secret) is access
        assert await sessions.authenticate(scope, session.secret) is access
        assert (await sessions.read(scope, session.secret)).user == user

    assert statements.sent == []


async def test_a_forged_secret_costs_no_statement(sessions, scope, user, counting) -> None:
    secret = (await opened(sessions, scope, user)).secret
    key_id, random, signature = secret.split(".")
    forged = [
        *("", "a.b.c", f"{secret}A", secret[:-1], secret * 9, f"k2.{random}.{signature}", f"{secret}\n"),
        *(f"{key_id}.{random[:-2]}AA.{signature}", f"{key_id}.{random}.{'A' * 43}", secret.upper()),
    ]
    with counting() as statements:
        for text in forged:
            assert sessions.known_access(scope, text) is None
            with pytest.raises(SessionEnded):
                await sessions.authenticate(scope, text)
    assert statements.sent == []


async def test_a_secret_is_nothing_in_another_tenant_even_in_a_copy_of_the_database(
    sessions, scope, user
) -> None:
    secret = (await opened(sessions, scope, user)).secret
    await sessions.authenticate(scope, secret)
    other = TenantScope(new_id(), scope.slug, scope.name)

    assert sessions.known_access(other, secret) is None
    with pytest.raises(SessionEnded):
        await sessions.authenticate(other, secret)


@pytest.mark.parametrize("change", [deactivate, delete_user, end_sessions])
async def test_what_ends_a_session_ends_it_at_once_here_and_within_half_a_second_elsewhere(
    sessions, elsewhere, scope, user, cache, clock, change
) -> None:
    secret = (await opened(sessions, scope, user)).secret
    for service in (sessions, elsewhere):
        await service.authenticate(scope, secret)

    async with cache.change(scope):
        await change(user.id)

    assert sessions.known_access(scope, secret) is None
    clock.advance(seconds=0.5)
    for service in (sessions, elsewhere):
        with pytest.raises(SessionEnded):
            await service.authenticate(scope, secret)
        assert service.known_access(scope, secret) is None


async def test_a_role_that_is_taken_is_gone_at_the_next_request(sessions, scope, user, cache) -> None:
    secret = (await opened(sessions, scope, user)).secret
    assert (await sessions.authenticate(scope, secret)).allows("accounts", "read")

    async with cache.change(scope):
        await take_role(user.id)

    assert not (await sessions.authenticate(scope, secret)).allows("accounts", "read")


async def test_a_session_ends_when_it_is_not_used(sessions, scope, user, clock) -> None:
    secret = (await opened(sessions, scope, user)).secret
    await sessions.authenticate(scope, secret)

    clock.advance(days=30)

    assert sessions.known_access(scope, secret) is None
    with pytest.raises(SessionEnded):
        await sessions.authenticate(scope, secret)


async def test_use_extends_a_session_until_its_absolute_end(sessions, scope, user, clock) -> None:
    session = await opened(sessions, scope, user)
    for _ in range(4):
        clock.advance(days=20)
        await sessions.authenticate(scope, session.secret)
    assert (await sessions.read(scope, session.secret)).expires_at == session.ends_at

    clock.advance(days=10)

    assert sessions.known_access(scope, session.secret) is None
    with pytest.raises(SessionEnded):
        await sessions.authenticate(scope, session.secret)


async def test_use_is_written_every_five_minutes(sessions, scope, user, cache, clock, counting) -> None:
    secret = (await opened(sessions, scope, user)).secret
    await sessions.authenticate(scope, secret)
    clock.advance(minutes=4, seconds=59)
    await cache.get(scope, "anything", _nothing)  # looks at the version
    assert sessions.known_access(scope, secret) is not None

    clock.advance(seconds=1)
    await cache.get(scope, "anything", _nothing)
    assert sessions.known_access(scope, secret) is None
    with counting() as statements:
        await sessions.authenticate(scope, secret)
        await sessions.authenticate(scope, secret)

    assert [sql.split()[0] for sql in statements.sent] == ["UPDATE"]
    assert sessions.known_access(scope, secret) is not None
    row = await Session.select(Session.last_used_at, Session.idle_expires_at).first()
    assert row == {"last_used_at": clock.now, "idle_expires_at": clock.now + timedelta(days=30)}


async def test_what_another_process_extended_goes_on_here(sessions, elsewhere, scope, user, clock) -> None:
    secret = (await opened(sessions, scope, user)).secret
    await sessions.authenticate(scope, secret)
    clock.advance(days=29)
    await elsewhere.authenticate(scope, secret)

    clock.advance(days=2)

    assert (await sessions.authenticate(scope, secret)).user_id == user.id
    assert sessions.known_access(scope, secret) is not None


async def test_other_limits_hold_for_the_whole_session(sessions, scope, user, clock) -> None:
    limits = SessionLimits(idle=timedelta(minutes=10), absolute=timedelta(minutes=30))
    secret = (await opened(sessions, scope, user, limits=limits)).secret
    for _ in range(3):
        clock.advance(minutes=9)
        await sessions.authenticate(scope, secret)

    clock.advance(minutes=3)

    with pytest.raises(SessionEnded):
        await sessions.authenticate(scope, secret)


async def test_ending_a_session_is_recorded_once(sessions, scope, user) -> None:
    secret = (await opened(sessions, scope, user)).secret

    for _ in range(2):
        await sessions.end(scope, secret)

    with pytest.raises(SessionEnded):
        await sessions.authenticate(scope, secret)
    assert (await Session.select(Session.end_reason).first())["end_reason"] == "signed-out"
    assert await AuditEvent.count().where(AuditEvent.action == "sign-out") == 1


async def test_signing_in_again_ends_the_session_that_the_browser_had(sessions, scope, user) -> None:
    first = await opened(sessions, scope, user)
    await sessions.authenticate(scope, first.secret)

    second = await opened(sessions, scope, user, replace(HERE, replaced=first.secret))

    assert second.secret != first.secret
    assert (await sessions.authenticate(scope, second.secret)).user_id == user.id
    with pytest.raises(SessionEnded):
        await sessions.authenticate(scope, first.secret)
    ended = await Session.select(Session.end_reason).where(Session.id == first.session_id).first()
    assert ended["end_reason"] == "replaced"


@pytest.mark.parametrize("replaced", ["", "k1.forged.secret"])
async def test_signing_in_elsewhere_ends_no_session(sessions, scope, user, replaced: str) -> None:
    first = await opened(sessions, scope, user)

    await opened(sessions, scope, user, replace(HERE, replaced=replaced))

    assert (await sessions.authenticate(scope, first.secret)).user_id == user.id


async def test_a_user_who_is_not_active_gets_no_session(sessions, scope, user) -> None:
    await deactivate(user.id)

    with pytest.raises(SessionEnded):
        await opened(sessions, scope, user)

    assert await Session.count() == 0


async def test_a_browser_is_new_to_a_user_once(sessions, scope, user, told, clock) -> None:
    first = await opened(sessions, scope, user)
    assert told == []  # nobody expects a message about their very first sign-in
    for _ in range(2):
        again = await opened(sessions, scope, user, replace(HERE, device=first.device))
        assert (again.device, again.is_new_browser) == (first.device, False)
    assert told == []

    other = await opened(sessions, scope, user, replace(HERE, user_agent="Safari"))

    assert other.is_new_browser
    assert other.device != first.device
    assert [(one.id, arrival.user_agent) for one, arrival in told] == [(user.id, "Safari")]
    clock.advance(days=366)
    assert (await opened(sessions, scope, user, replace(HERE, device=first.device))).is_new_browser


async def test_an_invented_device_is_not_kept(sessions, scope, user) -> None:
    session = await opened(sessions, scope, user, replace(HERE, device="x" * 5_000))

    assert len(session.device) == 43


async def test_the_number_of_known_browsers_is_limited(sessions, scope, user, clock) -> None:
    for _ in range(55):
        clock.advance(seconds=1)
        await opened(sessions, scope, user)

    assert await KnownBrowser.count() == 50


async def test_support_access_is_not_a_browser_of_the_user(sessions, scope, user, told) -> None:
    await opened(sessions, scope, user)
    grant = SupportGrant(
        id=new_id(),
        operator_id=new_id(),
        operator_name="grace",
        reason="A test",
        minutes=15,
        state="granted",
        expires_at=utc_now() + timedelta(minutes=15),
    )
    await SupportGrant.insert(grant)
    await User.update({User.kind: "support"}).where(User.id == user.id)

    session = await opened(sessions, scope, user, replace(HERE, device=""), support_grant=grant.id)

    support = (await sessions.authenticate(scope, session.secret)).support
    assert support is not None
    assert support.grant == grant.id
    assert (told, session.device, await KnownBrowser.count()) == ([], "", 1)


async def test_what_a_session_costs(sessions, elsewhere, scope, user, counting) -> None:
    with counting() as new:
        first = await opened(sessions, scope, user)
    with counting() as again:
        await opened(sessions, scope, user, replace(HERE, device=first.device))
    with counting() as cold:
        await elsewhere.authenticate(scope, first.secret)

    in_transaction = [
        [one for one in part.sent if one.split()[0] not in ("BEGIN", "COMMIT")] for part in (new, again)
    ]
    assert [len(part) for part in in_transaction] == [10, 8]
    assert len(cold) == 6


async def _nothing() -> None:
    """Loads nothing."""
