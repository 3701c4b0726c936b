"""Support access: who asks, who decides, and when it ends."""

from datetime import timedelta
from uuid import UUID

import pytest

from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.problems import InvalidInput
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.errors import (
    KeyNotEnough,
    NotThere,
    PermissionDenied,
    SupportEnded,
    SupportNotEnough,
    SupportRefused,
    WrongSupportState,
)
from tenant_schema.users.mails import Mails
from tenant_schema.users.rights.permissions import Access, SupportAccess
from tenant_schema.users.sessions.access import AccessReader
from tenant_schema.users.sign_in_tables import SignInSettings
from tenant_schema.users.support.records import SupportOperator, SupportRecord
from tenant_schema.users.support.service import Support
from tenant_schema.users.support.store import user_of_operator
from tenant_schema.users.tables import AuditEvent, Session, User
from tests.tenant_schema.users.doubles import Clock
from tests.tenant_schema.users.sealing import STORE

GRACE = SupportOperator(new_id(), "grace")
WHY = "Ticket 4711"


def user_with(*permissions: str, api_key: UUID | None = None, support: SupportAccess | None = None) -> Access:
    one = new_id()
    names = ("a@acme.example", "A", ())
    return Access(one, one, *names, frozenset(permissions), api_key=api_key, support=support)


ADMIN = user_with("users:manage")


@pytest.fixture
def support(bound: SQLiteEngine, cache: VersionedCache, clock: Clock) -> Support:
    return Support(cache, Mails(None), now=clock.utc)


@pytest.fixture
async def asked(support: Support, scope: TenantScope) -> SupportRecord:
    return await support.ask(scope, GRACE, f" {WHY} ", 30)


async def allow(what: str) -> None:
    await SignInSettings.insert(SignInSettings(support_access=what))


async def session_of(grant: SupportRecord) -> UUID:
    """A session that was begun with the grant."""
    user_id, _, _ = await user_of_operator(grant.operator)
    assert grant.decided_at is not None
    assert grant.expires_at is not None
    session = Session(
        id=new_id(),
        user=user_id,
        family_hash="",
        last_used_at=grant.decided_at,
        idle_expires_at=grant.expires_at,
        expires_at=grant.expires_at,
        support_grant=grant.id,
    )
    await Session.insert(session)
    return session.id


async def test_a_tenant_is_asked_unless_it_says_otherwise(support, scope, asked, clock) -> None:
    assert (asked.state, asked.reason, asked.operator) == ("asked", WHY, GRACE)
    assert await support.active(scope) == ()
    granted = await support.grant(scope, ADMIN, asked.id)
    assert (granted.state, granted.decided_by) == ("granted", ADMIN.user_id)
    assert granted.expires_at == clock.now + timedelta(minutes=30)
    assert [one.operator_name for one in await support.active(scope)] == ["grace"]


async def test_a_tenant_that_never_allows_it_keeps_no_request(support, scope) -> None:
    await allow("never")
    with pytest.raises(SupportRefused):
        await support.ask(scope, GRACE, WHY, 30)
    assert (await support.of_tenant(10)).items == ()


async def test_a_tenant_that_always_allows_it_decides_nothing(support, scope, clock) -> None:
    await allow("always")
    granted = await support.ask(scope, GRACE, WHY, 5)
    assert (granted.state, granted.decided_by) == ("granted", None)
    assert granted.expires_at == clock.now + timedelta(minutes=5)


@pytest.mark.parametrize(("reason", "minutes"), [("  x ", 30), ("x" * 501, 30), (WHY, 0), (WHY, 121)])
async def test_reason_and_minutes_have_bounds(support, scope, reason: str, minutes: int) -> None:
    with pytest.raises(InvalidInput):
        await support.ask(scope, GRACE, reason, minutes)


@pytest.mark.parametrize(
    ("access", "error"),
    [
        (user_with("*:*", "roles:manage", "objects:manage"), PermissionDenied),
        (user_with("users:manage", api_key=new_id()), KeyNotEnough),
    ],
)
async def test_who_may_not_grant(support, scope, asked, access: Access, error: type[Exception]) -> None:
    with pytest.raises(error):
        await support.grant(scope, access, asked.id)
    assert (await support.find(asked.id)).state == "asked"


@pytest.mark.parametrize("act", [Support.grant, Support.refuse, Support.end])
async def test_support_decides_nothing_about_itself(support, scope, asked, clock, act) -> None:
    later = clock.now + timedelta(hours=1)
    insider = user_with("users:manage", support=SupportAccess(asked.id, GRACE.id, "grace", clock.now, later))
    with pytest.raises(SupportNotEnough):
        await act(support, scope, insider, asked.id)
    assert (await support.find(asked.id)).state == "asked"


async def test_a_decision_is_made_once(support, scope, asked) -> None:
    await support.refuse(scope, ADMIN, asked.id)
    for act in (support.grant, support.refuse, support.end):
        with pytest.raises(WrongSupportState, match="is refused"):
            await act(scope, ADMIN, asked.id)
    with pytest.raises(NotThere):
        await support.grant(scope, ADMIN, new_id())


async def test_nobody_grants_a_request_of_yesterday(support, scope, asked, clock) -> None:
    clock.advance(hours=24, seconds=-1)
    assert (await support.find(asked.id)).state == "asked"
    clock.advance(seconds=1)
    assert (await support.find(asked.id)).state == "ended"
    with pytest.raises(WrongSupportState):
        await support.grant(scope, ADMIN, asked.id)


async def test_another_request_of_the_operator_replaces_one_without_a_decision(support, scope, asked) -> None:
    other = await support.ask(scope, SupportOperator(new_id(), "joan"), WHY, 30)
    again = await support.ask(scope, GRACE, WHY, 10)
    states = {one.id: one.state for one in (await support.of_tenant(10)).items}
    assert states == {again.id: "asked", other.id: "asked", asked.id: "ended"}


async def test_a_session_has_the_administrator_s_rights_until_the_second_when_they_end(
    support, scope, asked, cache, clock
) -> None:
    granted = await support.grant(scope, ADMIN, asked.id)
    session = await session_of(granted)
    access = await AccessReader(cache, STORE).of_session(scope, session)
    assert access.roles == ("administrator",)
    assert {"*:*", "users:manage", "objects:manage", "audit:read"} <= access.permissions
    assert (access.name, access.support.grant) == ("grace (support)", granted.id)
    clock.advance(minutes=30, microseconds=-1)
    support.require_in_force(access)
    assert len(await support.active(scope)) == 1
    clock.advance(microseconds=1)
    with pytest.raises(SupportEnded):
        support.require_in_force(access)
    assert await support.active(scope) == ()
    assert (await support.find(granted.id)).state == "ended"


async def test_a_session_ends_with_its_grant_and_in_another_process_soon(
    support, scope, asked, cache, clock
) -> None:
    granted = await support.grant(scope, ADMIN, asked.id)
    session = await session_of(granted)
    elsewhere = AccessReader(VersionedCache(ACCESS, 0.5, clock.monotonic), STORE)
    here = AccessReader(cache, STORE)
    assert await here.of_session(scope, session) is not None
    assert await elsewhere.of_session(scope, session) is not None
    await support.end(scope, ADMIN, granted.id)
    assert await here.of_session(scope, session) is None
    clock.advance(seconds=0.5)
    assert await elsewhere.of_session(scope, session) is None
    row = await Session.select(Session.ended_at, Session.end_reason).where(Session.id == session).first()
    assert row["end_reason"] == "support-ended"


async def test_a_support_user_without_a_grant_has_no_access(support, scope, asked, cache) -> None:
    granted = await support.grant(scope, ADMIN, asked.id)
    session = await session_of(granted)
    await Session.update({Session.support_grant: None}).where(Session.id == session)
    assert await AccessReader(cache, STORE).of_session(scope, session) is None


async def test_a_person_s_session_does_not_become_support(support, scope, asked, cache, ada) -> None:
    granted = await support.grant(scope, ADMIN, asked.id)
    session = await session_of(granted)
    await Session.update({Session.user: ada}).where(Session.id == session)
    assert await AccessReader(cache, STORE).of_session(scope, session) is None


async def test_who_is_in_costs_no_statement_when_it_is_known(support, scope, asked, counting) -> None:
    await support.grant(scope, ADMIN, asked.id)
    with counting() as cold:
        await support.active(scope)
    with counting() as warm:
        await support.active(scope)
    assert [len(cold), len(warm)] == [2, 0]  # the version of the cache, and the grants


async def test_events_have_the_operator_s_name(support, scope, asked, clock) -> None:
    await support.grant(scope, ADMIN, asked.id)
    await support.end(scope, ADMIN, asked.id)
    events = await AuditEvent.select(AuditEvent.action, AuditEvent.subject_name).order_by(AuditEvent.id)
    assert [(one["action"], one["subject_name"]) for one in events] == [
        ("support.ask", "grace"),
        ("support.grant", "grace"),
        ("support.end", "grace"),
    ]


async def test_an_operator_is_one_user_whose_name_follows(bound) -> None:
    first, email, name = await user_of_operator(GRACE)
    again = await user_of_operator(SupportOperator(GRACE.id, "grace hopper"))
    assert again == (first, email, "grace hopper (support)")
    assert (email, name) == (f"support+{GRACE.id}@freehold.invalid", "grace (support)")
    assert await User.count().where(User.kind == "support") == 1
