"""Lists, aggregates and exports over HTTP: who may, and what the answers look like."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.conftest import World
from tests.api.records.test_records import ACCOUNTS, READERS, make
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table


@table(
    Scenario(
        name="aggregate",
        method="GET",
        path=f"{ACCOUNTS}/aggregate?groupBy=industry&select=count",
        statuses=READERS,
        shows=('"data"',),
    ),
    Scenario(
        name="aggregate by JSON",
        method="POST",
        path=f"{ACCOUNTS}/aggregate",
        body={"groupBy": ["industry"], "select": ["count"]},
        statuses=READERS,
        shows=('"hasMore"',),
    ),
    Scenario(
        name="list with what may be done",
        method="GET",
        path=f"{ACCOUNTS}?include=can&fields=name",
        statuses=READERS,
        shows=('"can":[{"update":', '"version":1'),
        hides=("Demo's own",),
    ),
    Scenario(
        name="export",
        method="GET",
        path=f"{ACCOUNTS}/export.csv?fields=name",
        statuses=READERS,
        shows=("Globex",),
        hides=("Demo's own", "deleted_at"),
    ),
)
async def test_who_may(world: World, scenario: Scenario, callers: Callers) -> None:
    await make(world)
    await make(world, "demo", name="Demo's own")
    await check(world, scenario, callers)


async def test_a_list_with_everything(world: World) -> None:
    client = await world.user()
    account = await make(world, name="Globex", industry="technology", annual_revenue="10.10")
    await make(world, name="Initech", industry="finance", annual_revenue="0.20")
    contact = {"last_name": "Simpson", "account": account["id"]}
    assert (await client.post("/api/v1/data/contacts", json=contact)).status_code == 201
    query = "search=glob&expand=owner,contacts&fields=name,owner.email&count=exact&sort=owner.name"
    answer = await client.get(f"{ACCOUNTS}?{query}")
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["data"]
    assert found["name"] == "Globex"
    assert found["owner"]["email"] == "administrator@acme.example"
    assert [one["last_name"] for one in found["contacts"]["data"]] == ["Simpson"]
    assert answer.json()["count"] == {"value": 1, "capped": False}
    one = await client.get(f"{ACCOUNTS}/{account['id']}?expand=contacts.owner&fields=name")
    assert one.json()["data"]["contacts"]["data"][0]["owner"]["name"] == "Administrator"
    groups = await client.get(f"{ACCOUNTS}/aggregate?select=count,sum(annual_revenue)")
    assert groups.json() == {"data": [{"count": 2, "sum(annual_revenue)": "10.30"}], "hasMore": False}
    document: dict[str, Any] = {"groupBy": "industry", "sort": "-industry", "limit": 1}
    groups = await client.post(f"{ACCOUNTS}/aggregate", json=document)
    assert groups.json() == {"data": [{"industry": "technology", "count": 1}], "hasMore": True}


async def test_what_each_person_may_do_with_a_record(world: World) -> None:
    account = await make(world)
    for person, can in (
        ("viewer", {"update": False, "delete": False}),
        ("member", {"update": True, "delete": False}),
        ("administrator", {"update": True, "delete": True}),
    ):
        client = await world.user(person)
        listed = (await client.get(f"{ACCOUNTS}?include=can")).json()
        one = await client.get(f"{ACCOUNTS}/{account['id']}?include=can")
        assert (listed["can"], one.json()["can"]) == ([can], can), person
        plain = await client.get(f"{ACCOUNTS}/{account['id']}")
        assert "can" not in plain.json()
        assert one.headers["etag"] != plain.headers["etag"]
        again = await client.get(one.request.url, headers={"If-None-Match": one.headers["etag"]})
        assert again.status_code == 304
    client = await world.user()
    await client.delete(f"{ACCOUNTS}/{account['id']}")
    trash = (await client.get(f"{ACCOUNTS}/trash?include=can")).json()
    assert trash["can"] == [{"restore": True, "destroy": True}]


async def test_today_is_that_of_the_user_or_else_of_the_tenant(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 3, 4, 12, tzinfo=UTC)
    monkeypatch.setattr(world.platform.records.targets, "_clock", lambda: moment)
    client, contacts = await world.user(), "/api/v1/data/contacts"
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        assert (await client.post(contacts, json={"last_name": day, "birthday": day})).status_code == 201

    async def today() -> list[str]:
        found = await client.get(f"{contacts}?filter[birthday]=$today&fields=birthday")
        assert found.status_code == 200, found.text
        return [row["birthday"] for row in found.json()["data"]]

    assert await today() == ["2026-03-04"]
    settings = {"timeZone": "Pacific/Kiritimati"}
    assert (await client.patch("/api/v1/tenant-settings", json=settings)).is_success
    assert await today() == ["2026-03-05"]
    assert (await client.patch("/api/v1/me", json={"timeZone": "Pacific/Midway"})).is_success
    assert await today() == ["2026-03-04"]
    assert (await client.patch("/api/v1/me", json={"timeZone": "Pacific/Kiritimati"})).is_success
    assert await today() == ["2026-03-05"]


async def test_an_export_is_a_file(world: World) -> None:
    client = await world.user()
    for number in range(3):
        await make(world, name=f"n{number}")
    answer = await client.get(f"{ACCOUNTS}/export.csv?fields=name&sort=-name")
    assert answer.content == b"name\r\nn2\r\nn1\r\nn0\r\n"
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="accounts.csv"'
    refused = await client.get(f"{ACCOUNTS}/export.csv?filter[nmae]=x")
    assert_problem(refused, "invalid-query")


async def test_exports_of_two_tenants_at_once_stay_apart(world: World) -> None:
    """The tenant's database stays bound while its file is sent."""
    for slug in ("acme", "demo"):
        for number in range(5):
            await make(world, slug, name=f"{slug} {number}")
    clients = [await world.user(slug=slug) for slug in ("acme", "demo") * 3]
    answers = await asyncio.gather(*(one.get(f"{ACCOUNTS}/export.csv?fields=name") for one in clients))
    for answer, slug in zip(answers, ("acme", "demo") * 3, strict=True):
        lines = answer.text.split("\r\n")[1:-1]
        assert lines
        assert all(line.startswith(slug) for line in lines)
