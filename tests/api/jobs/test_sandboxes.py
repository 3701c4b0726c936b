"""Sandboxes: nothing is sent outside for a tenant that the registry calls one."""

from central.database import CENTRAL
from central.tables import Tenant
from tests.api.conftest import World
from tests.api.jobs.test_outbox_delivery import Office
from tests.api.lifecycle.test_copies import MANY, fill_outbox

__all__: list[str] = []


async def test_of_ten_thousand_due_messages_of_a_sandbox_none_is_sent(world: World) -> None:
    office = Office(world)
    await fill_outbox(world, "acme")
    with CENTRAL.bind(world.platform.central_engine):
        await Tenant.update({Tenant.is_sandbox: True}).where(Tenant.slug == "acme")
    await office.run()
    assert office.sent == []
    assert [row["failed_at"] for row in await office.messages() if row["failed_at"] is None] == []
    assert len(await office.messages()) == MANY


async def test_nothing_is_sent_outside_for_a_sandbox(world: World) -> None:
    office = Office(world)
    office.inside = ("note",)
    for number in range(60):
        await office.put(f"mail {number}")
    await office.put("inside", kind="note")
    with CENTRAL.bind(world.platform.central_engine):
        await Tenant.update({Tenant.is_sandbox: True}).where(Tenant.slug == "acme")
    await office.put("of another tenant", slug="demo")
    for _ in range(3):
        await office.run()
    assert {payload["text"] for _, _, payload in office.sent} == {"inside", "of another tenant"}
    assert len(office.sent) == 2
    left = await office.messages()
    assert len(left) == 60
    assert all(row["failed_at"] and "sandbox" in row["error"] for row in left)


async def test_a_tenant_that_becomes_a_sandbox_while_its_messages_are_sent(world: World) -> None:
    office = Office(world)

    async def turn() -> None:
        await Tenant.update({Tenant.is_sandbox: True}).where(Tenant.slug == "acme")

    office.while_sending = turn
    for number in range(5):
        await office.put(f"mail {number}")
    await office.run()
    assert [payload["text"] for _, _, payload in office.sent] == ["mail 0"]
