"""Mails about how a user signs in, as they are in the outbox."""

from uuid import UUID

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.scope import TenantScope
from tenant_schema.users.mails import MAIL, Mails
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.notices import FactorRemovedNotice, NewBrowserNotice
from tenant_schema.users.tables import User
from tests.support.outboxes import READABLE, messages_of
from tests.tenant_schema.users.doubles import Clock

pytestmark = pytest.mark.usefixtures("bound")


async def test_a_removed_factor_is_mailed_in_the_user_s_language(
    scope: TenantScope, ada: UUID, clock: Clock, counting
) -> None:
    await User.update({User.language: "de"}).where(User.id == ada)
    notice = FactorRemovedNotice(Mails(READABLE), now=clock.utc)
    with counting() as statements:
        await notice(scope, ada, ["iPhone", "Key"])
    assert len(statements) == 2  # and one in the central database
    (mail,) = await messages_of(MAIL)
    assert (mail["template"], mail["to"]) == (
        "factor-removed",
        {"email": "ada@acme.example", "name": "Ada", "language": "de"},
    )
    assert mail["values"] == {"factor": "iPhone, Key", "at": clock.utc().isoformat()}


async def test_a_new_browser_is_mailed_with_its_address(scope: TenantScope, ada: UUID, clock: Clock) -> None:
    user = SessionUser(ada, "ada@acme.example", "Ada")
    arrival = Arrival(address="203.0.113.7", user_agent="A browser")
    await NewBrowserNotice(Mails(READABLE), now=clock.utc)(scope, user, arrival)
    (mail,) = await messages_of(MAIL)
    assert mail["template"] == "new-browser"
    assert mail["values"] == {"at": clock.utc().isoformat(), "address": "203.0.113.7", "browser": "A browser"}


async def test_without_a_mail_server_or_a_user_nothing_is_written(
    scope: TenantScope, ada: UUID, counting
) -> None:
    with counting() as statements:
        await FactorRemovedNotice(Mails(None))(scope, ada, ["iPhone"])
    assert len(statements) == 0
    await FactorRemovedNotice(Mails(READABLE))(scope, new_id(), ["iPhone"])
    assert await messages_of(MAIL) == []
