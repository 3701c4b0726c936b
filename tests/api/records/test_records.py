"""Records over HTTP: what roles may do, versions, pages, and what is never shown."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.conftest import World
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table

ACCOUNTS = "/api/v1/data/accounts"
READERS = {"viewer": 200, "member": 200, "manager": 200, "administrator": 200, "*": 401}
WRITERS = {**READERS, "viewer": 403}
DELETERS = {"viewer": 403, "member": 403, "manager": 204, "administrator": 204, "*": 401}
NOWHERE = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


async def make(world: World, slug: str = "acme", **values: Any) -> dict[str, Any]:
    """A record made by the tenant's administrator."""
    client = await world.user("administrator", slug)
    answer = await client.post(ACCOUNTS, json={"name": "Globex"} | values)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()["data"]
    return record


@table(
    Scenario(
        name="list",
        method="GET",
        path=ACCOUNTS,
        statuses=READERS,
        shows=("Globex",),
        hides=("Demo's own", "deleted_at"),
    ),
    Scenario(
        name="query",
        method="POST",
        path=f"{ACCOUNTS}/query",
        body={"filter": {"name": {"eq": "Globex"}}, "sort": ["-name"], "limit": 5},
        statuses=READERS,
        shows=("Globex",),
        hides=("Demo's own",),
    ),
    Scenario(
        name="read",
        method="GET",
        path=f"{ACCOUNTS}/{{account}}",
        statuses=READERS,
        shows=("Globex",),
        hides=("deleted_at",),
    ),
    Scenario(
        name="read another tenant's record",
        method="GET",
        path=f"{ACCOUNTS}/{{foreign}}",
        statuses={**dict.fromkeys(("viewer", "member", "manager", "administrator"), 404), "*": 401},
        hides=("Demo's own",),
    ),
    Scenario(
        name="create",
        method="POST",
        path=ACCOUNTS,
        body={"name": "Initech", "annual_revenue": "900000"},
        statuses={"member": 201, "manager": 201, "administrator": 201, "viewer": 403, "*": 401},
        shows=("Initech", "900000.00"),
    ),
    Scenario(
        name="update",
        method="PATCH",
        path=f"{ACCOUNTS}/{{account}}",
        body={"phone": "+31 20 123 4567"},
        statuses=WRITERS,
        shows=('"version":2',),
    ),
    Scenario(name="delete", method="DELETE", path=f"{ACCOUNTS}/{{account}}", statuses=DELETERS),
    Scenario(
        name="destroy", method="DELETE", path=f"{ACCOUNTS}/{{account}}?permanent=true", statuses=DELETERS
    ),
    Scenario(
        name="restore",
        method="POST",
        path=f"{ACCOUNTS}/{{account}}/restore",
        statuses={"viewer": 403, "member": 403, "manager": 200, "administrator": 200, "*": 401},
        shows=("Globex",),
    ),
    Scenario(
        name="an object that is not there",
        method="GET",
        path="/api/v1/data/deals",
        statuses={**dict.fromkeys(("viewer", "member", "manager", "administrator"), 404), "*": 401},
    ),
    Scenario(
        name="records on a central host",
        method="GET",
        path=ACCOUNTS,
        host="localhost",
        statuses={"*": 404},
        hides=("Globex",),
    ),
)
async def test_roles_decide(world: World, scenario: Scenario, callers: Callers) -> None:
    account = (await make(world))["id"]
    foreign = (await make(world, "demo", name="Demo's own"))["id"]
    await check(world, scenario, callers, account=account, foreign=foreign)


async def test_a_record_through_its_life(world: World) -> None:
    client = await world.user()
    made = await client.post(ACCOUNTS, json={"name": "Globex", "annual_revenue": "2500000"})
    record = made.json()["data"]
    assert made.status_code == 201
    assert made.headers["etag"] == '"1"'
    assert made.headers["location"] == f"{ACCOUNTS}/{record['id']}"
    read = await client.get(made.headers["location"])
    assert (read.json()["data"], read.headers["etag"]) == (record, '"1"')
    changed = await client.patch(
        made.headers["location"], json={"employees": 7}, headers={"If-Match": read.headers["etag"]}
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (await client.delete(made.headers["location"])).status_code == 204
    assert (await client.get(made.headers["location"])).status_code == 404
    restored = await client.post(f"{made.headers['location']}/restore")
    assert (restored.status_code, restored.json()["data"]["employees"]) == (200, 7)
    assert (await client.delete(f"{made.headers['location']}?permanent=true")).status_code == 204
    assert (await client.post(f"{made.headers['location']}/restore")).status_code == 404


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 200),
        ("*", 200),
        ('"1"', 200),
        ('"1-gzip"', 200),
        ('"2", "1"', 200),
        ('"2","x", "1"', 200),
        ('W/"2", "1"', 200),
        ('W/"1"', 412),
        ('W/"1", "2"', 412),
        ('"2"', 412),
        ('"2", "3"', 412),
        ('"0"', 412),
        ('"one"', 412),
        ('"11"', 412),
        ("1", 400),
        ('"1" "2"', 400),
        ('"1", 2', 400),
        ('*, "1"', 400),
    ],
)
async def test_if_match(world: World, header: str | None, status: int) -> None:
    client, record = await world.user(), await make(world)
    headers = {} if header is None else {"If-Match": header}
    answer = await client.patch(f"{ACCOUNTS}/{record['id']}", json={"employees": 7}, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 412:
        problem = assert_problem(answer, "version-mismatch")
        assert problem["current"] == record
        assert "version 0" not in problem["detail"]
        assert "not 0" not in problem["detail"]
    if status == 400:
        assert_problem(answer, "invalid-if-match")


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/restore")])
async def test_a_stale_version_changes_nothing(world: World, method: str, path: str) -> None:
    client, record = await world.user(), await make(world)
    answer = await client.request(method, f"{ACCOUNTS}/{record['id']}{path}", headers={"If-Match": '"9"'})
    assert answer.status_code == 412
    assert (await client.get(f"{ACCOUNTS}/{record['id']}")).json()["data"] == record


async def test_of_two_who_change_the_same_version_one_is_told(world: World) -> None:
    client, record = await world.user(), await make(world)
    answers = await asyncio.gather(
        *(
            client.patch(f"{ACCOUNTS}/{record['id']}", json={"employees": n}, headers={"If-Match": '"1"'})
            for n in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_validation_tells_everything_at_once(world: World) -> None:
    body = {"nmae": "x", "annual_revenue": "much", "employees": 1.5, "industry": "magic", "created_at": "now"}
    answer = await (await world.user()).post(ACCOUNTS, json=body)
    assert answer.status_code == 422
    errors = {one["field"]: one for one in assert_problem(answer, "validation")["errors"]}
    assert set(errors) == {"nmae", "name", "annual_revenue", "employees", "industry", "created_at"}
    assert errors["nmae"]["didYouMean"] == "name"


async def pages(client: httpx.AsyncClient, query: str) -> list[str]:
    names: list[str] = []
    cursor = ""
    while True:
        body = (await client.get(f"{ACCOUNTS}?{query}{cursor}")).json()
        names += [one["name"] for one in body["data"]]
        if body["page"]["next"] is None:
            return names
        cursor = f"&cursor={body['page']['next']}"


async def test_pages_follow_one_another(world: World) -> None:
    for n in (3, 1, 4, 1, 5):
        await make(world, name=f"n{n}", employees=n)
    client = await world.user()
    assert await pages(client, "limit=2&sort=-employees,name") == ["n5", "n4", "n3", "n1", "n1"]
    assert await pages(client, "limit=2&sort=employees&filter[employees][gte]=3") == ["n3", "n4", "n5"]


async def test_a_cursor_belongs_to_its_query_and_tenant(world: World) -> None:
    for slug in ("acme", "demo"):
        for n in range(3):
            await make(world, slug, name=f"n{n}")
    client = await world.user()
    cursor = (await client.get(f"{ACCOUNTS}?limit=1&sort=name")).json()["page"]["next"]
    other_query = await client.get(f"{ACCOUNTS}?limit=1&sort=-name&cursor={cursor}")
    assert_problem(other_query, "cursor-mismatch")
    demo = await world.user("administrator", "demo")
    elsewhere = await demo.get(f"{ACCOUNTS}?limit=1&sort=name&cursor={cursor}")
    assert (elsewhere.status_code, assert_problem(elsewhere)["code"]) == (400, "cursor-invalid")


async def test_only_the_fields_asked_for_are_there(world: World) -> None:
    record = await make(world)
    client = await world.user()
    read = (await client.get(f"{ACCOUNTS}/{record['id']}?fields=id,name")).json()["data"]
    assert read == {"id": record["id"], "version": 1, "name": "Globex"}
    listed = (await client.get(f"{ACCOUNTS}?fields=name")).json()["data"]
    assert listed == [read]


async def test_me_stands_for_the_caller(world: World) -> None:
    await make(world)
    query = "filter[or][0][owner]=$me&filter[or][1][name]=nothing"
    assert len((await (await world.user()).get(f"{ACCOUNTS}?{query}")).json()["data"]) == 1
    assert (await (await world.user("viewer")).get(f"{ACCOUNTS}?{query}")).json()["data"] == []


@pytest.mark.parametrize("path", [f"{ACCOUNTS}/{NOWHERE}", f"{ACCOUNTS}/{NOWHERE.upper()}"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_record_that_is_not_there_is_404(world: World, method: str, path: str) -> None:
    body = {"name": "x"} if method == "PATCH" else None
    answer = await (await world.user()).request(method, path, json=body)
    assert answer.status_code == 404
    assert_problem(answer, "record-not-found")


async def test_an_id_is_found_in_either_case(world: World) -> None:
    record = await make(world)
    answer = await (await world.user()).get(f"{ACCOUNTS}/{record['id'].upper()}")
    assert answer.json()["data"]["id"] == record["id"]


async def test_unknown_parameters_are_refused_on_every_route(world: World) -> None:
    record = await make(world)
    client = await world.user()
    for method, path, body in (
        ("GET", f"{ACCOUNTS}?filtr[name]=x", None),
        ("GET", f"{ACCOUNTS}/{record['id']}?expnd=owner", None),
        ("POST", f"{ACCOUNTS}?x=1", {"name": "x"}),
        ("PATCH", f"{ACCOUNTS}/{record['id']}?x=1", {"name": "x"}),
        ("DELETE", f"{ACCOUNTS}/{record['id']}?permanet=true", None),
        ("POST", f"{ACCOUNTS}/{record['id']}/restore?x=1", None),
    ):
        answer = await client.request(method, path, json=body)
        assert answer.status_code == 400, path
        assert_problem(answer, "invalid-query")
    assert (await client.get(f"{ACCOUNTS}/{record['id']}")).json()["data"] == record
