"""The audit trail."""

from uuid import uuid4

import pytest

from central.database import CENTRAL
from central.operators import audit
from central.operators.audit import Actor
from central.tables import AuditEvent
from piccolo_engines.paging import InvalidCursor

pytestmark = pytest.mark.usefixtures("central")

ANNA = Actor("anna", uuid4(), "req-1", "192.0.2.1")


async def test_an_act_is_kept_with_who_what_whom_and_from_where() -> None:
    tenant_id = uuid4()
    await audit.record(
        ANNA, "tenant.create", tenant_id=tenant_id, tenant_slug="acme", detail={"domain": "a.b"}
    )
    (event,) = (await audit.page(10)).items
    assert event.actor == ANNA
    assert (event.action, event.tenant_id, event.tenant_slug) == ("tenant.create", tenant_id, "acme")
    assert event.detail == {"domain": "a.b"}
    assert event.at.tzinfo is not None


async def test_who_is_no_operator_acts_under_a_name() -> None:
    await audit.record(Actor("command line"), "operator.create")
    (event,) = (await audit.page(10)).items
    assert event.actor == Actor("command line")
    assert event.detail == {}


async def test_no_secret_is_kept() -> None:
    await audit.record(ANNA, "tenant.create", detail={"admin": {"email": "a@b", "password": "hush"}})
    (event,) = (await audit.page(10)).items
    assert event.detail == {"admin": {"email": "a@b", "password": None}}
    assert "hush" not in str(await AuditEvent.select())


async def test_an_act_that_is_undone_is_not_kept() -> None:
    async def act_and_fail() -> None:
        async with CENTRAL.transaction():
            await audit.record(ANNA, "tenant.rename")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act_and_fail()
    assert (await audit.page(10)).items == ()


async def test_what_a_client_sends_is_cut_to_size() -> None:
    await audit.record(Actor("anna", request_id="r" * 1000, address="a" * 1000), "x")
    (event,) = (await audit.page(10)).items
    assert (len(event.actor.request_id or ""), len(event.actor.address or "")) == (128, 64)


async def test_pages_go_from_the_newest_to_the_oldest() -> None:
    for number in range(5):
        await audit.record(ANNA, f"act.{number}")
    first = await audit.page(3)
    second = await audit.page(3, first.next)
    assert [event.action for event in first.items] == ["act.4", "act.3", "act.2"]
    assert [event.action for event in second.items] == ["act.1", "act.0"]
    assert second.next is None


async def test_pages_can_be_of_one_tenant_operator_or_action() -> None:
    acme, bert = uuid4(), Actor("bert", uuid4())
    await audit.record(ANNA, "a", tenant_id=acme)
    await audit.record(bert, "b", tenant_id=acme)
    await audit.record(bert, "a")
    assert [event.action for event in (await audit.page(9, tenant_id=acme)).items] == ["b", "a"]
    assert [event.action for event in (await audit.page(9, operator_id=bert.operator_id)).items] == ["a", "b"]
    assert [event.actor.name for event in (await audit.page(9, action="a")).items] == ["bert", "anna"]
    assert (await audit.page(9, tenant_id=acme, action="c")).items == ()


async def test_a_bad_cursor_or_limit_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        await audit.page(10, "x")
    with pytest.raises(ValueError, match="1 to 200"):
        await audit.page(0)
