"""POST /find: the same response for everybody, and a mail for those whose address is known."""

from pathlib import Path
from typing import Any

import pytest

from api.directory.find import FIND
from api.jobs.errors import Postponed
from api.mail.delivery import Delivery
from central.database import CENTRAL
from central.jobs.tables import Job
from piccolo_engines.columns import utc_now
from tests.api.conftest import ON_SQLITE, World
from tests.api.directory.conftest import BOTH, Desk

pytestmark = ON_SQLITE


@pytest.fixture
async def desk(world_with):
    async with world_with(local=True, jobs_per_process=0) as world:
        yield Desk(world)


async def find(world: World, email: str) -> tuple[int, str]:
    response = await world.client("localhost").post("/find", json={"email": email})
    return response.status_code, response.text


def mails(world: World) -> list[str]:
    folder: Path = world.platform.settings.data_dir / "mail"
    return [path.read_text() for path in sorted(folder.glob("*"))] if folder.is_dir() else []


async def jobs(world: World) -> int:
    with CENTRAL.bind(world.platform.central_engine):
        return int(await Job.count().where(Job.kind == FIND))


async def test_the_mail_has_the_tenants_and_nothing_of_it_is_in_the_response(desk: Desk) -> None:
    await desk.add("acme")
    await desk.add("demo")
    assert await find(desk.world, "Ada@Both.example") == await find(desk.world, "nobody@both.example")
    with CENTRAL.bind(desk.world.platform.central_engine):
        rows = await Job.select(Job.arguments).where(Job.kind == FIND)
    assert len(rows) == 2
    assert "both.example" not in str(rows)
    await desk.world.run_jobs()
    (mail,) = mails(desk.world)
    assert f"To: {BOTH}" in mail
    assert all(f"{name} Corporation: http://{name.lower()}.localhost" in mail for name in ("Acme", "Demo"))
    assert await jobs(desk.world) == 0


async def test_suspended_and_deleted_tenants_are_in_no_mail(desk: Desk) -> None:
    await desk.add("acme")
    async with desk.world.operator() as operator:
        await operator.post(f"/setup/tenants/{await desk.world.tenant_id('acme')}/suspend")
    assert (await find(desk.world, BOTH))[0] == 202
    await desk.world.run_jobs()
    assert mails(desk.world) == []


async def test_without_a_mail_server_the_response_says_that_nothing_is_sent(world: World) -> None:
    assert await find(world, BOTH) == (202, '{"delivery":"none"}')
    async with world.operator() as operator:
        assert (await operator.get("/setup/jobs?kind=directory.find")).json()["data"] == []


async def test_a_mail_that_is_postponed_is_tried_again_after_pauses_that_grow(
    world_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def postpone(*_: object) -> None:
        raise Postponed("The mail server does not respond.")

    monkeypatch.setattr(Delivery, "post", postpone)
    async with world_with(local=True, jobs_per_process=0) as world:
        await Desk(world).add("acme")
        await find(world, BOTH)
        pauses = []
        for _ in range(4):
            before = utc_now()
            await world.run_jobs()
            with CENTRAL.bind(world.platform.central_engine):
                job = await Job.select().where(Job.kind == FIND).first()
            pauses.append((job["due_at"] - before).total_seconds())
        assert job["error"] == "The mail server does not respond."
    assert 1 <= pauses[0] < 2 <= pauses[1] < 4 <= pauses[2] < 8 <= pauses[3]


async def test_requests_are_limited_without_a_word(desk: Desk) -> None:
    await desk.add("acme")
    responses = {await find(desk.world, BOTH) for _ in range(8)}
    assert {status for status, _ in responses} == {202}
    assert len(responses) == 1
    assert await jobs(desk.world) == 3
    for number in range(30):
        assert (await find(desk.world, f"{number}@both.example"))[0] == 202
    assert await jobs(desk.world) <= 21
    assert (await desk.sign_in()).status_code == 200  # whose counters are others


async def test_what_is_no_address_and_other_pages_are_refused_or_ignored(desk: Desk) -> None:
    assert (await find(desk.world, "nonsense"))[0] == 202
    assert await jobs(desk.world) == 0
    client = desk.world.client("localhost", headers={"origin": "https://evil.example"})
    assert (await client.post("/find", json={"email": BOTH})).status_code == 403
    there = await desk.world.client().post("/find", json={"email": BOTH})
    assert there.status_code == 404


async def test_known_and_unknown_addresses_cost_the_same_statements(desk: Desk) -> None:
    await desk.add("acme")
    engine = desk.world.platform.central_engine
    await find(desk.world, "warm@both.example")
    sent: dict[str, list[str]] = {}
    for email in (BOTH, "nobody@both.example"):
        sent[email] = []
        engine.on_statement = sent[email].append
        await find(desk.world, email)
    engine.on_statement = None
    known, unknown = sent.values()
    assert known == unknown
    assert 0 < len(known) <= 7
