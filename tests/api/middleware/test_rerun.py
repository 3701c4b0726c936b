"""Requests whose connection is lost: run again where nothing has happened, and 503 where it may have."""

import asyncio
import threading
from typing import Any

import httpx
import pytest
from piccolo.querystring import QueryString

from api.middleware import rerun as rerunning
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import process_list
from tests.api.conftest import ON_MARIADB, PASSWORD, World
from tests.api.scenarios import assert_problem

pytestmark = ON_MARIADB
ACCOUNTS = "/api/v1/data/accounts"


async def losing(world: World, word: str, times: int = 1) -> list[str]:
    """Kill the tenant's connections whenever a statement with this word is about to be sent; those met."""
    async with world.platform.tenancy.use(await world.tenant("acme")) as engine:
        assert isinstance(engine, MySQLEngine)
    met: list[str] = []

    def lose(sql: str) -> None:
        if word in sql and len(met) < times:
            met.append(sql)
            thread = threading.Thread(target=lambda: asyncio.run(_kill(dict(engine.config))))
            thread.start()
            thread.join()

    engine.on_statement = lose
    return met


async def _kill(config: dict[str, Any]) -> None:
    engine = MySQLEngine(config)
    async with engine.transaction():
        (mine,) = await engine.run_querystring(QueryString("SELECT CONNECTION_ID() AS id"))
        for one in await process_list(engine):
            if one.database == config["database"] and one.id != mine["id"]:
                await engine.run_ddl(f"KILL {one.id}")


async def test_a_read_whose_connection_is_lost_is_answered_all_the_same(world: World) -> None:
    client = await world.user()
    made = (await client.post(ACCOUNTS, json={"name": "Acme"})).json()["data"]
    for path in (f"{ACCOUNTS}/{made['id']}", ACCOUNTS, f"{ACCOUNTS}/aggregate?select=count"):
        met = await losing(world, 'FROM "accounts"')
        answer = await client.get(path)
        assert (answer.status_code, len(met)) == (200, 1), answer.text
    met = await losing(world, 'FROM "accounts"')
    answer = await client.post(f"{ACCOUNTS}/query", json={"filter": {"name": {"eq": "Acme"}}})
    assert (answer.status_code, len(met), len(answer.json()["data"])) == (200, 1, 1)


async def test_a_write_that_was_not_committed_is_done_once(world: World) -> None:
    client = await world.user()
    met = await losing(world, 'INSERT INTO "accounts"')  # within the transaction that keeps the response
    answer = await client.post(ACCOUNTS, json={"name": "Once"}, headers={"Idempotency-Key": "once"})
    assert (answer.status_code, len(met)) == (201, 1), answer.text
    record = answer.json()["data"]
    assert [one["id"] for one in await called(client, "Once")] == [record["id"]]

    met = await losing(world, 'FROM "accounts"')
    answer = await client.patch(f"{ACCOUNTS}/{record['id']}", json={"name": "Twice"})
    assert (answer.status_code, len(met)) == (200, 1), answer.text
    assert [one["version"] for one in await called(client, "Twice")] == [2]


async def test_a_write_of_one_statement_may_have_been_committed_and_is_not_done_again(world: World) -> None:
    """A record, its words and the commit are sent as one; nobody knows what became of them."""
    client = await world.user()
    met = await losing(world, 'INSERT INTO "accounts"', times=20)
    answer = await client.post(ACCOUNTS, json={"name": "Once"})
    assert (answer.status_code, len(met)) == (503, 1), answer.text
    assert_problem(answer, "database-unavailable")
    assert await called(client, "Once") == []


async def called(client: httpx.AsyncClient, name: str) -> list[dict[str, Any]]:
    """The accounts of this name."""
    found: list[dict[str, Any]] = (await client.get(f"{ACCOUNTS}?filter[name]={name}")).json()["data"]
    return found


async def test_what_was_committed_in_part_is_503_and_not_done_again(world: World) -> None:
    """A sign-in counts the attempt, and commits that, before it starts the session."""
    await world.user()
    met = await losing(world, 'INSERT INTO "sessions"', times=20)
    body = {"email": "member@acme.example", "password": PASSWORD}
    answer = await world.client().post("/api/v1/auth/login", json=body)
    assert answer.status_code == 503
    assert_problem(answer, "database-unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert len(met) == 1


async def test_a_database_that_stays_away_is_503_after_a_few_attempts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerunning, "_PAUSES", (0.0, 0.0))
    client = await world.user()
    met = await losing(world, 'FROM "accounts"', times=100)
    answer = await client.get(ACCOUNTS)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert len(met) == 3
