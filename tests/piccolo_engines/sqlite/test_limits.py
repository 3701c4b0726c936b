"""Statements that take too long are interrupted; connections that nobody uses are closed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from piccolo_engines.errors import StatementTimeout
from piccolo_engines.limits import without_limit
from piccolo_engines.sqlite import SQLiteEngine
from tests.conftest import ask
from tests.support.waiting import until

COUNTING = "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {}) SELECT n FROM c)"
# ruff: noqa: S608 - the statements are this module's own
ENDLESS = "SELECT max(n) AS m FROM " + COUNTING.format(10**12)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    engine = SQLiteEngine(tmp_path / "limited.sqlite", statement_seconds=0.5, idle=0.5)
    await engine.run_ddl("CREATE TABLE one (n INTEGER)")
    await engine.run_ddl("INSERT INTO one VALUES (0)")
    yield engine
    await engine.close()


def handles(engine: SQLiteEngine) -> int:
    """How many files of the database this process has open."""
    names = [entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return sum(str(name).startswith(str(engine.path)) for name in names)


async def test_a_read_that_takes_too_long_is_interrupted_and_others_are_served(engine: SQLiteEngine) -> None:
    slow = [asyncio.create_task(ask(engine, ENDLESS)) for _ in range(12)]
    outcomes = await asyncio.gather(*slow, return_exceptions=True)
    assert [type(one) for one in outcomes] == [StatementTimeout] * 12
    assert await ask(engine, "SELECT n FROM one") == [{"n": 0}]


async def test_a_change_that_takes_too_long_is_interrupted_and_changes_nothing(engine: SQLiteEngine) -> None:
    with pytest.raises(StatementTimeout):
        await ask(engine, f"UPDATE one SET n = ({ENDLESS})")

    async def two_changes() -> None:
        async with engine.transaction():
            await ask(engine, "UPDATE one SET n = 5")
            await ask(engine, f"UPDATE one SET n = ({ENDLESS})")

    with pytest.raises(StatementTimeout):
        await two_changes()
    assert await ask(engine, "SELECT n FROM one") == [{"n": 0}]


async def test_what_has_no_limit_takes_as_long_as_it_takes(engine: SQLiteEngine) -> None:
    count = 8_000_000
    with without_limit():
        assert await ask(engine, f"SELECT max(n) AS m FROM {COUNTING.format(count)}") == [{"m": count}]


async def test_connections_are_opened_when_needed_and_closed_when_unused(engine: SQLiteEngine) -> None:
    reads = [ask(engine, f"SELECT max(n) AS m FROM {COUNTING.format(1000)}") for _ in range(20)]
    assert await asyncio.gather(*reads) == [[{"m": 1000}]] * 20
    assert handles(engine) > 0
    await until(lambda: not handles(engine))  # a thread closes them
    assert await ask(engine, "SELECT n FROM one") == [{"n": 0}]
    await ask(engine, "UPDATE one SET n = 1")
    assert await ask(engine, "SELECT n FROM one") == [{"n": 1}]


async def test_a_transaction_keeps_its_connection_however_long_it_does_nothing(engine: SQLiteEngine) -> None:
    async with engine.transaction():
        await ask(engine, "UPDATE one SET n = 2")
        await asyncio.sleep(2)
        await ask(engine, "UPDATE one SET n = n + 1")
    assert await ask(engine, "SELECT n FROM one") == [{"n": 3}]


async def test_closing_while_unused_connections_are_closed_leaves_nothing_open(tmp_path: Path) -> None:
    for number in range(20):
        engine = SQLiteEngine(tmp_path / f"{number}.sqlite", idle=0.0)
        await asyncio.gather(*(ask(engine, "SELECT 1 AS one") for _ in range(8)))
        await asyncio.sleep(0.03 * (number % 10))
        await engine.close()
        assert handles(engine) == 0
