"""Tickets: for one tenant, for a minute, once."""

import asyncio
from uuid import UUID

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.errors import TicketInvalid
from tenant_schema.users.links.store import LinkPurpose, create_link
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSessions
from tenant_schema.users.sign_in.session_secrets import SessionSecrets
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.sign_in.tickets import TICKET_GOOD_FOR, Tickets
from tenant_schema.users.tables import AuditEvent, OneTimeLink, Session, SignInThrottle, User
from tests.tenant_schema.users.conftest import signing_keys
from tests.tenant_schema.users.doubles import Clock
from tests.tenant_schema.users.sealing import second_factors

pytestmark = pytest.mark.usefixtures("bound")

HERE = Arrival("192.0.2.1", "Firefox")


@pytest.fixture
def tickets(cache: VersionedCache, clock: Clock) -> Tickets:
    throttle, secrets = Throttle(now=clock.utc), SessionSecrets(signing_keys)
    factors = second_factors(throttle, clock.utc)
    sessions = BrowserSessions(secrets, cache, factors.store, now=clock.utc)
    return Tickets(secrets, sessions, throttle, factors, now=clock.utc)


async def test_a_ticket_begins_a_session_once(tickets: Tickets, scope: TenantScope, ada: UUID) -> None:
    ticket = await tickets.issue(scope, ada)
    session = await tickets.open_session(scope, ticket, HERE)
    assert session.user.id == ada
    (row,) = await Session.select()
    assert (row["user"], row["methods"], row["second_factor_at"]) == (ada, "pwd", None)
    assert "sign-in" in {one["action"] for one in await AuditEvent.select(AuditEvent.action)}
    with pytest.raises(TicketInvalid):
        await tickets.open_session(scope, ticket, HERE)
    assert await Session.count() == 1


async def test_a_session_forgets_the_failures_of_the_account(
    tickets: Tickets, scope: TenantScope, ada: UUID, clock: Clock
) -> None:
    await Throttle(now=clock.utc).reserve("ada@acme.example", "192.0.2.1")
    await tickets.open_session(scope, await tickets.issue(scope, ada), HERE)
    assert await SignInThrottle.count() == 1  # that of the client's address


async def test_of_two_concurrent_uses_one_succeeds(tickets: Tickets, scope: TenantScope, ada: UUID) -> None:
    ticket = await tickets.issue(scope, ada)
    uses = [tickets.open_session(scope, ticket, HERE) for _ in range(5)]
    outcomes = await asyncio.gather(*uses, return_exceptions=True)
    assert [type(one) for one in outcomes].count(TicketInvalid) == 4
    assert await Session.count() == 1


async def test_a_ticket_is_good_for_a_minute(
    tickets: Tickets, scope: TenantScope, ada: UUID, clock: Clock
) -> None:
    good, late = await tickets.issue(scope, ada), await tickets.issue(scope, ada)
    clock.advance(seconds=TICKET_GOOD_FOR.total_seconds() - 1)
    await tickets.open_session(scope, good, HERE)
    clock.advance(seconds=1)
    with pytest.raises(TicketInvalid):
        await tickets.open_session(scope, late, HERE)


async def test_a_ticket_of_another_tenant_is_refused_without_a_statement(
    tickets: Tickets, scope: TenantScope, ada: UUID, counting
) -> None:
    other = TenantScope(new_id(), "globex", "Globex")
    ticket = await tickets.issue(scope, ada)
    other_prefix, bare = ticket.replace("fht_", "fhl_"), ticket.removeprefix("fht_")
    for wrong in (ticket[:-1], "", "a.b.c", other_prefix, bare, ticket.replace(".", "")):
        with counting() as statements, pytest.raises(TicketInvalid):
            await tickets.open_session(scope, wrong, HERE)
        assert len(statements) == 0
    with counting() as statements, pytest.raises(TicketInvalid):
        await tickets.open_session(other, ticket, HERE)
    assert len(statements) == 0
    await tickets.open_session(scope, ticket, HERE)


async def test_a_user_who_is_deactivated_meanwhile_gets_no_session(
    tickets: Tickets, scope: TenantScope, ada: UUID
) -> None:
    ticket = await tickets.issue(scope, ada)
    await User.update({User.active: False}).where(User.id == ada)
    with pytest.raises(TicketInvalid):
        await tickets.open_session(scope, ticket, HERE)
    assert await Session.count() == 0


async def test_the_row_has_a_hash_and_expired_rows_go(
    tickets: Tickets, scope: TenantScope, ada: UUID, clock: Clock
) -> None:
    ticket = await tickets.issue(scope, ada)
    (row,) = await OneTimeLink.select()
    assert not set(ticket.split(".")[1:]) & set(map(str, row.values()))
    clock.advance(seconds=61)
    await create_link(ada, LinkPurpose.INVITATION, clock.utc())
    await tickets.issue(scope, ada)
    await tickets.issue(scope, ada)
    assert sorted(one["purpose"] for one in await OneTimeLink.select()) == ["invitation", "ticket", "ticket"]


async def test_what_a_ticket_costs(tickets: Tickets, scope: TenantScope, ada: UUID, counting) -> None:
    with counting() as issuing:
        ticket = await tickets.issue(scope, ada)
    with counting() as opening:
        await tickets.open_session(scope, ticket, HERE)
    with counting() as refusing, pytest.raises(TicketInvalid):
        await tickets.open_session(scope, ticket, HERE)
    assert [len(issuing), len(refusing)] == [2, 1]
    assert len(opening) <= 4 + 14
