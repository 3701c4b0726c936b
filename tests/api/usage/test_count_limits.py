"""Rows, users, objects and storage beyond a plan: refused on every way, and nothing else is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.operations.command_line_access import COMMAND_LINE
from central.database import CENTRAL
from central.plans.errors import LimitReached
from central.usage.metering import Measured, write_measured
from piccolo_conf import DB
from tenant_schema.scope import TenantScope
from tests.api.conftest import ON_MARIADB, ON_SQLITE, Warm, World, process_beside
from tests.api.test_statement_counts import counted
from tests.api.usage.test_plans import give, put

ACCOUNTS = "/api/v1/data/accounts"


def limit_of(response: httpx.Response) -> tuple[int, str, str, int, int]:
    problem = response.json()
    limit = problem["limit"]
    return response.status_code, problem["code"], limit["name"], limit["most"], limit["used"]


async def limited(world: World, **limits: Any) -> None:
    assert (await put(world, "small", limits)).status_code == 200
    assert (await give(world, "small")).status_code == 200


async def test_records_beyond_the_plan_are_refused_on_every_way(world: World) -> None:
    await limited(world, rows=2)
    async with await world.user() as client:
        first = (await client.post(ACCOUNTS, json={"name": "One"})).json()["data"]
        second = (await client.post(ACCOUNTS, json={"name": "Two"})).json()["data"]
        refused = await client.post(ACCOUNTS, json={"name": "Three"})
        assert limit_of(refused) == (403, "limit-reached", "rows", 2, 2)
        assert refused.json()["limit"]["until"] is None
        bulk = {"records": [{"name": "Three"}]}
        csv = {"file": ("a.csv", b"name\nThree\n", "text/csv")}
        ways = [
            await client.post(f"{ACCOUNTS}/bulk", json={"op": "create"} | bulk),
            await client.post(f"{ACCOUNTS}/import", files=csv),
            await client.post("/api/v1/sample-data"),
        ]
        assert [(one.status_code, one.json()["code"]) for one in ways] == [(403, "limit-reached")] * 3
        assert (await client.delete(f"{ACCOUNTS}/{first['id']}")).status_code == 204
        assert (await client.post(ACCOUNTS, json={"name": "Three"})).status_code == 201
        restored = await client.post(f"{ACCOUNTS}/{first['id']}/restore")
        assert limit_of(restored)[:3] == (403, "limit-reached", "rows")
        changed = await client.patch(f"{ACCOUNTS}/{second['id']}", json={"name": "Deux"})
        assert changed.status_code == 200
        listed = (await client.get(ACCOUNTS)).json()["data"]
        assert sorted(one["name"] for one in listed) == ["Deux", "Three"]


async def test_a_plan_below_what_there_is_loses_nothing(world: World) -> None:
    async with await world.user() as client:
        made = [(await client.post(ACCOUNTS, json={"name": str(n)})).json()["data"] for n in range(5)]
        await limited(world, rows=1, users=1, objects=1)
        assert len((await client.get(ACCOUNTS)).json()["data"]) == 5
        assert limit_of(await client.post(ACCOUNTS, json={"name": "6"}))[2:] == ("rows", 1, 5)
        assert (await client.patch(f"{ACCOUNTS}/{made[0]['id']}", json={"name": "0!"})).status_code == 200
        assert (await client.get("/api/v1/users")).status_code == 200
        user = await client.post("/api/v1/users", json={"email": "new@acme.example"})
        assert limit_of(user)[1:4] == ("limit-reached", "users", 1)
        body = {"name": "boats", "label": "Boat", "pluralLabel": "Boats"}
        made_object = await client.post("/api/v1/objects", json=body)
        assert limit_of(made_object)[1:4] == ("limit-reached", "objects", 1)
        await give(world, None)
        assert (await client.post(ACCOUNTS, json={"name": "6"})).status_code == 201


async def test_a_user_who_was_deactivated_makes_room_and_needs_it_again(world: World) -> None:
    await limited(world, users=4)  # as many as there are
    async with await world.user() as client:
        users = (await client.get("/api/v1/users")).json()["data"]
        viewer = next(one["id"] for one in users if one["email"].startswith("viewer"))
        assert (await client.post("/api/v1/users", json={"email": "new@acme.example"})).status_code == 403
        assert (await client.post(f"/api/v1/users/{viewer}/deactivate")).status_code == 200
        assert (await client.post("/api/v1/users", json={"email": "new@acme.example"})).status_code == 201
        back = await client.post(f"/api/v1/users/{viewer}/reactivate")
        assert limit_of(back)[1:] == ("limit-reached", "users", 4, 4)


async def test_a_database_as_large_as_it_may_be_is_read_and_emptied_only(world: World) -> None:
    async with await world.user() as client:
        record = (await client.post(ACCOUNTS, json={"name": "One"})).json()["data"]
        await limited(world, storageBytes=1_000)
        tenant = await world.tenant("acme")
        with CENTRAL.bind(world.platform.central_engine):
            await write_measured(tenant.id, "acme", Measured(1, 2_000, 4, 3))
            assert (await client.get(ACCOUNTS)).status_code == 200
            await world.platform.usage.exchange()
        refused = await client.post(ACCOUNTS, json={"name": "Two"})
        assert limit_of(refused) == (403, "limit-reached", "storageBytes", 1_000, 2_000)
        assert (await client.patch(f"{ACCOUNTS}/{record['id']}", json={"name": "!"})).status_code == 403
        assert (await client.get(f"{ACCOUNTS}/{record['id']}")).status_code == 200
        assert (await client.delete(f"{ACCOUNTS}/{record['id']}")).status_code == 204


async def test_many_at_once_in_one_process_do_not_exceed_the_rows(world: World) -> None:
    await limited(world, rows=10)
    async with await world.user() as client:
        made = await asyncio.gather(*(client.post(ACCOUNTS, json={"name": str(n)}) for n in range(40)))
        assert [one.status_code for one in made].count(201) == 10
        assert (await client.get(f"{ACCOUNTS}?limit=50")).json()["data"].__len__() == 10


@asynccontextmanager
async def transaction(world: World) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """A transaction in acme's database, as that of a long import; yields what creates a record in it."""
    tenant = await world.tenant("acme")
    scope = TenantScope(tenant.id, tenant.slug, tenant.name)
    async with await world.user() as client:
        me = UUID((await client.get("/api/v1/me")).json()["id"])
    access = replace(COMMAND_LINE, user_id=me)

    async def create(name: str) -> None:
        await world.platform.records.create(scope, access, "accounts", {"name": name})

    async with world.platform.tenancy.use(tenant), DB.transaction():
        yield create


async def test_records_of_a_transaction_count_from_the_first_to_its_rollback(world: World) -> None:
    await limited(world, rows=2)
    async with await world.user() as client:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
            async with transaction(world) as create:
                await create("One")
                await create("Two")
                refused = await client.post(ACCOUNTS, json={"name": "Three"})
                assert limit_of(refused) == (403, "limit-reached", "rows", 2, 2)
                raise ZeroDivisionError
        made = [await client.post(ACCOUNTS, json={"name": str(n)}) for n in range(3)]
        assert [one.status_code for one in made] == [201, 201, 403]


async def test_a_dry_run_and_an_import_that_is_undone_leave_no_count(world: World) -> None:
    await limited(world, rows=3)
    lines = b"name\nOne\nTwo\nThree\n"
    async with await world.user() as client:
        for query, content, status in (
            ("?dryRun=true", lines, 200),
            ("", lines + b'""\n' + b"x" * 1_000 + b"\n", 422),
            ("", lines, 200),
        ):
            csv = {"file": ("a.csv", content, "text/csv")}
            found = await client.post(f"{ACCOUNTS}/import{query}", files=csv)
            assert found.status_code == status, found.text
        assert limit_of(await client.post(ACCOUNTS, json={"name": "Four"}))[3:] == (3, 3)


@ON_MARIADB
async def test_what_was_committed_since_a_transaction_began_counts_in_it(world: World) -> None:
    """MySQL and MariaDB show a transaction the rows as they were at its first statement."""
    await limited(world, rows=3)
    async with await world.user() as client, transaction(world) as create:
        await create("One")
        assert (await client.post(ACCOUNTS, json={"name": "Two"})).status_code == 201
        assert (await client.post(ACCOUNTS, json={"name": "Three"})).status_code == 201
        await asyncio.sleep(1.1)  # rows are counted again before any are refused
        with pytest.raises(LimitReached) as refused:
            await create("Four")
        assert refused.value.used == 3


@ON_SQLITE
async def test_rows_that_another_process_added_count_after_an_exchange(world: World, warm: Warm) -> None:
    await limited(world, rows=4)
    token = await world.sign_in()
    async with (
        process_beside(world, warm) as beside,
        world.client(token=token) as here,
        beside.client(token=token) as there,
    ):
        assert (await here.post(ACCOUNTS, json={"name": "1"})).status_code == 201
        assert (await there.post(ACCOUNTS, json={"name": "2"})).status_code == 201
        for one in (world, beside, world, beside):
            with CENTRAL.bind(one.platform.central_engine):
                await one.platform.usage.exchange()
        found = [await here.post(ACCOUNTS, json={"name": str(n)}) for n in range(3, 7)]
        assert [one.status_code for one in found].count(201) == 2


@pytest.mark.parametrize("limits", [{}, {"rows": 1_000, "storageBytes": 10**12}])
@ON_SQLITE
async def test_a_warm_create_costs_one_statement_with_and_without_a_plan(
    world: World, limits: dict[str, int]
) -> None:
    await limited(world, **limits)
    async with await world.user() as client:
        await client.post(ACCOUNTS, json={"name": "1"})
        async with counted(world) as statements:
            await client.post(ACCOUNTS, json={"name": "2"})
    assert statements["tenant"] == 1
