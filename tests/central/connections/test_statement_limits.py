"""A statement that takes longer than it may is stopped on the server, and its connection serves on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import pytest

from central.connections.engine import BudgetedEngine
from central.connections.rules import BudgetRules
from central.connections.watchdog import Watchdog
from central.servers import Login
from central.servers.mysql import MySQLServer
from piccolo_engines.errors import StatementTimeout
from piccolo_engines.limits import without_limit
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import process_list
from tests.central.connections.test_on_servers import PASSWORD
from tests.conftest import ask, cleared
from tests.support.servers import ServerAddress
from tests.support.waiting import until

LIMIT = 0.3
ENDLESS = "SELECT SUM(a.id + b.id * c.id + d.id % 7) AS n FROM n AS a, n AS b, n AS c, n AS d"

# ruff: noqa: S608 - the statements are this module's own


@pytest.fixture
async def root(any_server: ServerAddress, prefix: str) -> AsyncIterator[MySQLEngine]:
    async with cleared(any_server, prefix) as root:
        yield root


@pytest.fixture
async def server(any_server: ServerAddress, root: MySQLEngine) -> AsyncIterator[MySQLServer]:
    admin = Login(any_server.user, lambda: any_server.password)
    server = MySQLServer(
        any_server.host, any_server.port, admin, budget=BudgetRules(limit=1), statement_seconds=LIMIT
    )
    yield server
    await server.close()


@pytest.fixture
async def engine(server: MySQLServer, prefix: str) -> AsyncIterator[BudgetedEngine]:
    """A tenant's, with a table of a thousand rows and one of a single row."""
    name = f"{prefix}acme"
    await server.create_database(name)
    await server.create_user(f"{name}_user", PASSWORD, name)
    engine = server.engine_for(name, Login(f"{name}_user", lambda: PASSWORD))
    with without_limit():
        await engine.run_ddl("CREATE TABLE n (id INT PRIMARY KEY)")
        await engine.run_ddl(f"INSERT INTO n VALUES {', '.join(f'({number})' for number in range(1000))}")
        await engine.run_ddl("CREATE TABLE one (id INT PRIMARY KEY, n BIGINT)")
        await engine.run_ddl("INSERT INTO one VALUES (1, 0)")
    yield engine
    await engine.close()


async def running(root: MySQLEngine, prefix: str) -> int:
    """How many statements the server runs for the tenant."""
    found = [one for one in await process_list(root) if one.user.startswith(prefix)]
    return sum(one.command != "Sleep" for one in found)


async def none_runs(root: MySQLEngine, prefix: str) -> bool:
    """The list shows a statement that was stopped for a moment longer than its client waits for it."""
    return not await running(root, prefix)


async def test_a_query_that_takes_too_long_is_stopped_and_its_connection_is_used_again(
    engine: BudgetedEngine,
    server: MySQLServer,
    root: MySQLEngine,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the server itself: what is stopped from here, where a busy server is late, loses its connection."""
    monkeypatch.setattr(Watchdog, "_stop_slow", lambda _: None)
    opened = server.connections.opened
    with pytest.raises(StatementTimeout):
        await ask(engine, ENDLESS)
    await until(partial(none_runs, root, prefix))
    assert await ask(engine, "SELECT 1 AS one") == [{"one": 1}]
    assert server.connections.opened == opened


async def test_a_change_that_takes_too_long_is_stopped_and_changes_nothing(
    engine: BudgetedEngine, root: MySQLEngine, prefix: str
) -> None:
    """MySQL limits queries only: there it is stopped from here."""
    with pytest.raises(StatementTimeout):
        await ask(engine, f"UPDATE one SET n = 1 + ({ENDLESS})")
    await until(partial(none_runs, root, prefix))
    assert await ask(engine, "SELECT n AS n FROM one") == [{"n": 0}]


async def test_a_transaction_is_whole_or_rolled_back_when_a_statement_of_it_was_stopped(
    engine: BudgetedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def two_changes() -> None:
        async with engine.transaction():
            await ask(engine, "UPDATE one SET n = 5")
            await ask(engine, f"UPDATE one SET n = 1 + ({ENDLESS})")

    with pytest.raises(StatementTimeout):
        await two_changes()
    monkeypatch.setattr(Watchdog, "_stop_slow", lambda _: None)  # the server itself stops a query
    async with engine.transaction():
        await ask(engine, "UPDATE one SET n = n + 1")
        with suppress(StatementTimeout):
            await ask(engine, ENDLESS)
        await ask(engine, "UPDATE one SET n = n + 1")
    assert await ask(engine, "SELECT n AS n FROM one") == [{"n": 2}]


async def test_what_has_no_limit_takes_as_long_as_it_takes_and_the_next_is_limited_again(
    engine: BudgetedEngine,
) -> None:
    slow = f"UPDATE one SET n = 1 + SLEEP({4 * LIMIT})"
    with without_limit():
        await ask(engine, slow)
    assert await ask(engine, "SELECT n AS n FROM one") == [{"n": 1}]
    with pytest.raises(StatementTimeout):
        await ask(engine, ENDLESS)


async def test_a_statement_whose_task_is_cancelled_ends_on_the_server(
    engine: BudgetedEngine, server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    with without_limit():
        asking = asyncio.create_task(ask(engine, ENDLESS))
    await until(partial(running, root, prefix))
    asking.cancel()
    await until(partial(none_runs, root, prefix))
    assert await ask(engine, "SELECT 1 AS one") == [{"one": 1}]
    assert asking.cancelled()
