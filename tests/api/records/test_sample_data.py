"""Sample data: who may create it, what it is, and that it goes without a trace."""

import asyncio
from typing import Any

import httpx
import pytest

from central.tenancy.tenancy import Tenancy
from tenant_schema.records.tables import RecordHistory
from tenant_schema.standard.sample_records import SAMPLE_RECORDS
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import CALLERS, assert_problem, caller

SAMPLE, DATA = "/api/v1/sample-data", "/api/v1/data"
ALL = len(SAMPLE_RECORDS)
OBJECTS = ("accounts", "contacts", "opportunities")


async def listed(client: httpx.AsyncClient, name: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = (await client.get(f"{DATA}/{name}?limit=200")).json()["data"]
    return data


async def histories(world: World) -> int:
    tenancy: Tenancy = world.platform.tenancy
    async with tenancy.use(await world.tenant("acme")):
        return int(await RecordHistory.count())


@pytest.mark.parametrize("who", CALLERS)
async def test_who_may(world: World, who: str) -> None:
    client = await caller(world, who, "acme.localhost")
    expected = {"administrator": 200, "viewer": 403, "member": 403, "manager": 403}.get(who, 401)
    for method, success in (("GET", 200), ("POST", 201), ("DELETE", 200)):
        response = await client.request(method, SAMPLE)
        assert response.status_code == (success if expected == 200 else expected), response.text


async def test_sample_records_come_and_go_without_a_trace(world: World) -> None:
    client = await world.user()
    before = [await listed(client, name) for name in OBJECTS]
    state = (await client.get(SAMPLE)).json()
    assert state == {"records": dict.fromkeys(OBJECTS, 0), "changed": 0, "available": ALL}
    assert (await client.post(SAMPLE)).json() == {"created": ALL}
    assert (await client.post(SAMPLE)).json() == {"created": 0}
    state = (await client.get(SAMPLE)).json()
    assert (sum(state["records"].values()), state["changed"], state["available"]) == (ALL, 0, 0)
    opportunity = (await listed(client, "opportunities"))[0]
    assert opportunity["account"] in {one["id"] for one in await listed(client, "accounts")}
    me = (await client.get("/api/v1/auth/me")).json()["user"]["id"]
    assert {one["owner"] for one in await listed(client, "accounts")} == {me}
    found = await client.get(f"{DATA}/accounts?search=northwind")
    assert [one["name"] for one in found.json()["data"]] == ["Northwind Logistics"]
    assert (await client.delete(SAMPLE)).json() == {"removed": ALL, "kept": 0}
    assert [await listed(client, name) for name in OBJECTS] == before
    for name in OBJECTS:
        assert (await client.get(f"{DATA}/{name}/trash")).json()["data"] == []
    assert await histories(world) == 0


async def test_what_was_changed_is_kept_unless_it_is_asked_for(world: World) -> None:
    client = await world.user()
    await client.post(SAMPLE)
    first, second, *_ = await listed(client, "contacts")
    assert (await client.patch(f"{DATA}/contacts/{first['id']}", json={"title": "Owner"})).is_success
    assert (await client.delete(f"{DATA}/contacts/{second['id']}")).is_success
    assert (await client.get(SAMPLE)).json()["changed"] == 2
    assert (await client.delete(SAMPLE)).json() == {"removed": ALL - 2, "kept": 2}
    assert [one["id"] for one in await listed(client, "contacts")] == [first["id"]]
    assert (await client.delete(f"{SAMPLE}?changed=true")).json()["removed"] == 2
    assert await listed(client, "contacts") == []


@ON_SQLITE
@pytest.mark.parametrize("on_delete", ["cascade", "restrict", "set_null"])
async def test_records_of_the_tenant_stay(world: World, on_delete: str) -> None:
    client = await world.user()
    await client.post(SAMPLE)
    lookup = {"name": "account", "label": "Account", "type": "lookup", "target": "accounts"}
    fields = [
        {"name": "name", "label": "Name", "type": "text"},
        {**lookup, "onDelete": on_delete},
    ]
    made = {"name": "projects", "label": "Project", "pluralLabel": "Projects", "fields": fields}
    assert (await client.post("/api/v1/objects", json=made)).is_success
    account = (await listed(client, "accounts"))[0]["id"]
    project = (await client.post(f"{DATA}/projects", json={"name": "Move", "account": account})).json()
    gone = (await client.delete(f"{SAMPLE}?changed=true")).json()
    kept = 0 if on_delete == "set_null" else 1
    assert gone == {"removed": ALL - kept, "kept": kept}
    (still,) = await listed(client, "projects")
    assert still["id"] == project["data"]["id"]
    assert still["account"] == (None if on_delete == "set_null" else account)


@ON_SQLITE
async def test_fields_of_the_tenant_that_do_not_admit_it(world: World) -> None:
    client = await world.user()
    field = {"name": "code", "label": "Code", "type": "text", "required": True}
    assert (await client.post("/api/v1/objects/contacts/fields", json=field)).is_success
    refused = await client.post(SAMPLE)
    assert refused.status_code == 422
    assert [one["field"] for one in assert_problem(refused)["errors"]] == ["code"]
    assert await listed(client, "accounts") == [], "all or none"


async def test_requests_at_the_same_time(world: World) -> None:
    client = await world.user()
    created = await asyncio.gather(*(client.post(SAMPLE) for _ in range(3)))
    assert [one.status_code for one in created] == [201] * 3
    assert sorted(one.json()["created"] for one in created) == [0, 0, ALL]
    removed = await asyncio.gather(*(client.delete(SAMPLE) for _ in range(3)))
    assert [one.status_code for one in removed] == [200] * 3
    assert sum(one.json()["removed"] for one in removed) == ALL
    assert await histories(world) == 0


@ON_SQLITE
async def test_two_tenants_have_different_ids(world: World) -> None:
    ids = []
    for slug in ("acme", "demo"):
        client = await world.user("administrator", slug)
        await client.post(SAMPLE)
        ids.append({one["id"] for one in await listed(client, "accounts")})
    assert not ids[0] & ids[1]
