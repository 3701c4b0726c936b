"""Counts of several lists, and a search over all objects: by role, by tenant, on both databases."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import World
from tests.api.people import made_role, made_user
from tests.api.records.test_records import ACCOUNTS, READERS, make
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table
from tests.api.test_statement_counts import counted

COUNTS, SEARCH = "/api/v1/counts", "/api/v1/search"


@table(
    Scenario(
        name="counts",
        method="POST",
        path=COUNTS,
        body={"counts": [{"object": "accounts"}, {"object": "nonsense"}]},
        statuses=READERS,
        shows=('{"value":1,"capped":false}', '"error":'),
    ),
    Scenario(
        name="search",
        method="GET",
        path=f"{SEARCH}?q=glob",
        statuses=READERS,
        shows=('"object":"accounts"', '"label":"Globex"'),
        hides=("Globus",),
    ),
)
async def test_who_may(world: World, scenario: Scenario, callers: Callers) -> None:
    if "neighbour" in callers and scenario.statuses.get("neighbour", 401) < 400:
        pytest.fail("nobody reads another tenant")
    await make(world)
    await make(world, "demo", name="Globus")
    await check(world, scenario, callers)


async def test_each_list_has_its_own_result(world: World) -> None:
    client = await world.user()
    for name in ("Globex", "Initech"):
        await make(world, name=name, industry="technology")
    view = {"object": "accounts", "label": "Globs", "columns": ["name"], "filter": {"name": "Globex"}}
    saved = (await client.post("/api/v1/views", json=view)).json()["id"]
    asked: list[dict[str, Any]] = [
        {"object": "accounts", "filter": {"industry": "technology"}},
        {"object": "accounts", "view": saved},
        {"object": "accounts", "view": saved, "filter": {"industry": "finance"}},
        {"object": "accounts", "search": "init", "filter": {"created_at": "$today"}, "timeZone": "UTC"},
        {"object": "accounts", "filter": {"nmae": "x"}},
        {"object": "acounts"},
        {"object": "contacts", "view": saved},
        {"object": "accounts", "view": str(uuid4())},
    ]
    response = await client.post(COUNTS, json={"counts": asked})
    assert response.status_code == 200, response.text
    results = response.json()["counts"]
    assert [one.get("value") for one in results] == [2, 1, 0, 1, None, None, None, None]
    assert [one["error"]["code"] for one in results[4:]] == [
        *("invalid-query", "object-not-found"),
        *("view-not-found", "view-not-found"),
    ]
    assert results[4]["error"]["errors"][0]["didYouMean"] == "name"
    async with counted(world) as counts:
        await client.post(COUNTS, json={"counts": asked[:1] * 20})
    assert counts == {"tenant": 20, "central": 0}
    for counts_asked in ([], asked[:1] * 21):
        assert_problem(await client.post(COUNTS, json={"counts": counts_asked}))


async def test_a_search_finds_what_lists_find_and_no_more(world: World) -> None:
    client = await world.user()
    first = await make(world, name="Ada Ltd", industry="technology")
    await make(world, name="Globex")
    contact = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@globex.example",
        "account": first["id"],
    }
    made = (await client.post("/api/v1/data/contacts", json=contact)).json()["data"]
    gone = (await client.post("/api/v1/data/contacts", json={"last_name": "Adams"})).json()["data"]
    await client.delete(f"/api/v1/data/contacts/{gone['id']}")
    found = (await client.get(f"{SEARCH}?q=ada")).json()
    assert {(hit["object"], hit["id"]) for hit in found["data"]} == {
        ("accounts", first["id"]),
        ("contacts", made["id"]),
    }
    assert found["data"][0] == {"object": "accounts", "id": first["id"], "label": "Ada Ltd"}
    (hit,) = (await client.get(f"{SEARCH}?q=globex&objects=contacts")).json()["data"]
    assert hit["detail"] == "ada@globex.example"
    assert len((await client.get(f"{SEARCH}?q=ada&limit=1")).json()["data"]) == 1
    assert (await client.get(f"{SEARCH}?q=%2B")).json()["data"] == []


async def test_a_search_shows_no_hidden_fields_and_records(world: World) -> None:
    for name, phone in (("Acme", "0301234567"), ("Bolt", "0307654321")):
        await make(world, name=name, phone=phone, website=f"https://{name.lower()}.example")
    hidden = {"object": "accounts", "field": "name", "read": False}
    rule = {"object": "accounts", "action": "read", "filter": {"website": {"contains": "acme"}}}
    await made_role(world, "partly", "accounts:read", fields=[hidden], rules=[rule])
    partly = await made_user(world, "part", "partly")
    for text in ("acme", "bolt"):
        found = (await partly.get(f"{SEARCH}?q={text}")).json()["data"]
        assert all(hit["label"] is None for hit in found)
        assert "Bolt" not in str(found)
        listed = (await partly.get(f"{ACCOUNTS}?search={text}")).json()
        assert [hit["id"] for hit in found] == [row["id"] for row in listed.get("data", ())]
    assert_problem(await partly.get(f"{SEARCH}?q=a&objects=contacts"), "permission-denied")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=", "q"),
        (f"q={'x' * 201}", "q"),
        ("q=a&limit=51", "limit"),
        ("q=a&objects=", "objects"),
        ("q=1+2+3+4+5+6+7+8+9+a+b", "q"),
    ],
)
async def test_faults_of_a_search(world: World, query: str, field: str) -> None:
    refused = await (await world.user()).get(f"{SEARCH}?{query}")
    assert [one["field"] for one in assert_problem(refused)["errors"]] == [field]


async def test_objects_that_are_named_must_be_there(world: World) -> None:
    refused = await (await world.user()).get(f"{SEARCH}?q=a&objects=acounts")
    assert_problem(refused, "object-not-found")
