"""The audit trail: what an event holds, and that no secret is among it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from tenant_schema.users.audit.write import (
    AUDIT_KEPT,
    Origin,
    Subject,
    came_from,
    first_id_at,
    prune_events,
    record_event,
)
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import AuditEvent
from tests.tenant_schema.users.doubles import RolledBack

ADA = Access(UUID(int=1), UUID(int=2), "ada@acme.example", "Ada", (), frozenset())


async def events() -> list[dict[str, object]]:
    return await AuditEvent.select().order_by(AuditEvent.id).output(load_json=True)


@pytest.mark.usefixtures("bound")
async def test_an_event_says_who_did_what_to_what_and_from_where() -> None:
    role = new_id()
    with came_from(Origin("request-1", "203.0.113.7")):
        await record_event(
            replace(ADA, api_key=UUID(int=3)),
            "role.update",
            Subject("role", role, "member"),
            {"added": ["x:read"]},
        )
    (event,) = await events()
    assert (event["actor"], event["actor_email"], event["api_key"]) == (ADA.user_id, ADA.email, UUID(int=3))
    assert (event["action"], event["subject_kind"], event["subject"]) == ("role.update", "role", role)
    assert (event["subject_name"], event["detail"]) == ("member", {"added": ["x:read"]})
    assert (event["request_id"], event["address"]) == ("request-1", "203.0.113.7")


@pytest.mark.usefixtures("bound")
async def test_nobody_and_nothing_may_be_behind_an_event() -> None:
    await record_event(None, "sign-in.fail")
    (event,) = await events()
    assert (event["actor"], event["actor_email"], event["subject"], event["detail"]) == (None, "", None, {})


@pytest.mark.usefixtures("bound")
async def test_what_goes_by_the_name_of_a_secret_is_left_out() -> None:
    detail = {
        "password": "hush",
        "user": {"newPassword": "hush", "token": "hush"},
        "keys": [{"secret": "hush"}],
    }
    await record_event(ADA, "user.update", None, detail)
    (event,) = await events()
    assert "hush" not in str(event)
    assert event["detail"]["user"] == {"newPassword": None, "token": None}


@pytest.mark.usefixtures("bound")
async def test_an_event_is_kept_only_with_what_it_tells_of() -> None:
    async def fail_in_the_end() -> None:
        async with DB.transaction():
            await record_event(ADA, "role.delete")
            raise RolledBack

    with pytest.raises(RolledBack):
        await fail_in_the_end()
    assert await events() == []


@pytest.mark.usefixtures("bound")
async def test_old_events_are_deleted_and_none_too_early() -> None:
    now = utc_now()
    for age in (AUDIT_KEPT + timedelta(seconds=1), AUDIT_KEPT - timedelta(seconds=1)):
        await AuditEvent.insert(AuditEvent(id=first_id_at(now - age), action="x"))
    await prune_events(now)
    assert await AuditEvent.count() == 1


def test_ids_made_from_a_moment_on_are_not_less_than_its_first() -> None:
    before, made = utc_now(), new_id()
    assert first_id_at(before) <= made < first_id_at(before + timedelta(minutes=1))
