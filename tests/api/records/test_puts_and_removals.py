"""Records of a defined object over HTTP: put by a unique field, kept by what refers to them, and left no
trace of when the object goes.
"""

import asyncio

from central.database import CENTRAL
from tenant_schema.records.tables import RecordHistory
from tests.api.conftest import ON_SQLITE, World
from tests.api.objects.test_objects import made
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.scenarios import assert_problem

DEALS = "/api/v1/data/deals"
BY_CODE = f"{DEALS}/by/code/A%2F1"


async def test_put_makes_and_changes(world: World) -> None:
    client = await made(world)
    new = await client.put(BY_CODE, json={"name": "One"})
    record = new.json()["data"]
    assert (new.status_code, record["code"], new.headers["etag"]) == (201, "A/1", '"1"')
    assert new.headers["location"] == f"{DEALS}/{record['id']}"
    changed = await client.put(BY_CODE, json={"stage": "won"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert "location" not in changed.headers
    late = await client.put(BY_CODE, json={"stage": "open"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert assert_problem(late, "version-mismatch")["current"]["stage"] == "won"
    there = await client.put(BY_CODE, json={"name": "Two"}, headers={"If-None-Match": "*"})
    assert assert_problem(there, "already-there")["current"]["id"] == record["id"]
    nobody = await client.put(f"{DEALS}/by/code/B", json={"name": "B"}, headers={"If-Match": '"1"'})
    assert "current" not in assert_problem(nobody, "nothing-to-match")


async def test_puts_at_once_make_one_record_and_all_succeed(world: World) -> None:
    client = await made(world)
    answers = await asyncio.gather(*[client.put(BY_CODE, json={"name": str(number)}) for number in range(8)])
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len((await client.get(DEALS)).json()["data"]) == 1


async def test_what_is_in_the_way_is_told(world: World) -> None:
    client, account = await made(world), await make(world)
    deal = (await client.post(DEALS, json={"name": "One", "account": account["id"]})).json()["data"]
    for query in ("", "?permanent=true"):
        answer = await client.delete(f"{ACCOUNTS}/{account['id']}{query}")
        assert answer.status_code == 409
        (error,) = assert_problem(answer, "still-referenced")["errors"]
        assert error["field"] == "deals.account"
        assert deal["id"] in error["message"]
    assert (await client.delete(f"{DEALS}/{deal['id']}?permanent=true")).status_code == 204
    assert (await client.delete(f"{ACCOUNTS}/{account['id']}?permanent=true")).status_code == 204


@ON_SQLITE
async def test_the_histories_of_an_object_s_records_go_with_it(world: World) -> None:
    client, account = await made(world), await make(world)
    deal = (await client.post(DEALS, json={"name": "secret"})).json()["data"]
    await client.patch(f"{DEALS}/{deal['id']}", json={"name": "more secret"})
    await client.patch(f"{ACCOUNTS}/{account['id']}", json={"name": "Initech"})
    assert (await client.delete("/api/v1/objects/deals?confirm=deals")).status_code == 204

    async def kept() -> int:
        with CENTRAL.bind(world.platform.central_engine):
            async with world.platform.tenancy.use(await world.tenant("acme")):
                return int(await RecordHistory.count())

    assert await kept() == 1
