"""Clients hang up at any moment: no answer goes to the wrong question, and no connection is lost."""

import asyncio
import random
from collections import Counter as Tally
from contextlib import suppress
from pathlib import Path

import pytest
from piccolo.querystring import QueryString

from piccolo_engines.errors import UniqueViolation
from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.files import names_in
from tests.piccolo_engines.tables import DB, Counter, Manager

ENDLESS_READ = """
    SELECT max(n) AS m FROM
    (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000000000) SELECT n FROM c)
"""
LEDGER = "CREATE TABLE ledger (account INTEGER PRIMARY KEY, amount INTEGER NOT NULL)"
CHANGE = "UPDATE ledger SET amount = amount + {} WHERE account = {}"


async def ask(engine: SQLiteEngine, question: int) -> None:
    """A read whose answer tells its question, and how long the rows are."""
    pair = f"[{question}, {question + 1}]"
    rows = await engine.run_querystring(
        QueryString("SELECT {} AS a, value AS b FROM json_each({})", question, pair)
    )
    assert rows == [{"a": question, "b": question}, {"a": question, "b": question + 1}]


async def transfer(engine: SQLiteEngine, dice: random.Random) -> None:
    """Money moves from one account to another, in steps between which anything may happen."""
    source, target = dice.sample(range(10), 2)
    async with engine.transaction():
        await engine.run_querystring(QueryString(CHANGE, -1, source))
        if dice.random() < 0.3:
            await asyncio.sleep(dice.random() / 1000)
        await engine.run_querystring(QueryString(CHANGE, 1, target))
        if dice.random() < 0.1:
            raise ZeroDivisionError


async def check_balance(engine: SQLiteEngine) -> None:
    assert await engine.run_ddl("SELECT sum(amount) AS total, count(*) AS n FROM ledger") == [
        {"total": 1000, "n": 10}
    ]


async def act(engine: SQLiteEngine, seed: int) -> None:
    dice = random.Random(seed)
    kind = dice.random()
    if kind < 0.6:
        await ask(engine, seed * 10)
    elif kind < 0.8:
        await transfer(engine, dice)
    else:
        await check_balance(engine)


async def test_thousands_of_random_cancellations_mix_nothing_up_and_lose_nothing(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", synchronous="OFF", readers=3)
    await engine.run_ddl(LEDGER)
    await engine.run_ddl("INSERT INTO ledger SELECT value, 100 FROM json_each('[0,1,2,3,4,5,6,7,8,9]')")
    outcomes: Tally[str] = Tally()
    dice = random.Random(20260101)

    async def visit(seed: int) -> None:
        task = asyncio.create_task(act(engine, seed))
        if dice.random() < 0.7:
            await asyncio.sleep(dice.choice([0, 0, dice.random() / 2000, dice.random() / 200]))
            task.cancel()
            if dice.random() < 0.2:
                await asyncio.sleep(0)
                task.cancel()
        try:
            await task
            outcomes["answered"] += 1
        except asyncio.CancelledError:
            outcomes["cancelled"] += 1
        except ZeroDivisionError:
            outcomes["failed"] += 1

    async def visitor(first: int) -> None:
        for seed in range(first, 6000, 40):
            await visit(seed)

    await asyncio.gather(*(visitor(first) for first in range(40)))
    assert outcomes["cancelled"] > 1000
    assert outcomes["answered"] > 1000  # those at least that nobody cancels
    await check_balance(engine)
    async with engine.transaction():
        await check_balance(engine)
    await asyncio.gather(*(ask(engine, question) for question in range(20)))
    await engine.close()
    assert names_in(tmp_path) == ["a.sqlite"]


async def test_a_cancelled_read_is_interrupted_and_nothing_of_it_goes_on(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", readers=1)
    task = asyncio.create_task(engine.run_ddl(ENDLESS_READ))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await engine.run_ddl("SELECT 1 AS one") == [{"one": 1}]  # by the only reader
    await engine.close()


@pytest.mark.parametrize("delay", [number / 5000 for number in range(10)])
async def test_a_read_stops_however_early_it_is_cancelled(tmp_path: Path, delay: float) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", readers=1)
    for _ in range(5):
        task = asyncio.create_task(engine.run_ddl(ENDLESS_READ))  # which opens a connection first
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await engine.close()
        await engine.start_connection_pool()


async def test_a_cancelled_write_is_undone(bound: SQLiteEngine) -> None:
    task = asyncio.create_task(
        bound.run_ddl(f"INSERT INTO counter (number) SELECT m FROM ({ENDLESS_READ})")  # noqa: S608  # a constant
    )
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await Counter.count() == 0
    await Counter.insert(Counter(number=1))
    assert await Counter.count() == 1


async def test_one_who_gives_up_waiting_for_the_writer_does_not_hold_it_up(bound: SQLiteEngine) -> None:
    done = []

    async def write(number: int) -> None:
        async with DB.transaction():
            await Counter.insert(Counter(number=number))
            done.append(number)

    async with DB.transaction():
        context_free = bound.current_transaction.set(None)  # the tasks are not to join
        tasks = [asyncio.create_task(write(number)) for number in range(10)]
        bound.current_transaction.reset(context_free)
        await asyncio.sleep(0.01)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == [1, 3, 5, 7, 9]
    assert await Counter.count() == 5


async def test_a_statement_cancelled_while_it_waits_is_given_up_at_once_and_never_done(
    bound: SQLiteEngine,
) -> None:
    async with DB.transaction():
        context_free = bound.current_transaction.set(None)  # the task is not to join
        task = asyncio.create_task(Manager.insert(Manager(name="a")).run())
        bound.current_transaction.reset(context_free)
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
    assert await Manager.count() == 0


async def test_cancelling_again_and_again_while_a_statement_stops_changes_nothing(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", readers=1)
    task = asyncio.create_task(engine.run_ddl(ENDLESS_READ))
    await asyncio.sleep(0.02)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert task.cancelled()
    assert await engine.run_ddl("SELECT 1 AS one") == [{"one": 1}]
    await engine.close()


@pytest.mark.parametrize("delay", [number / 10000 for number in range(0, 40, 2)])
async def test_a_block_cancelled_at_any_moment_is_done_wholly_or_not_at_all(
    bound: SQLiteEngine, delay: float
) -> None:
    async def block() -> None:
        async with DB.transaction():
            await Manager.insert(Manager(name="a"))
            await Manager.insert(Manager(name="b"))

    task = asyncio.create_task(block())
    await asyncio.sleep(delay)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    settled = await Manager.count()
    assert settled in {0, 2}
    await asyncio.sleep(0.01)
    assert await Manager.count() == settled


async def test_timeouts_work_as_elsewhere(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await engine.run_ddl(ENDLESS_READ)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(engine.run_ddl(ENDLESS_READ), 0.05)
    await engine.close()


async def test_a_statement_that_failed_while_its_task_was_cancelled_is_forgotten(bound: SQLiteEngine) -> None:
    await Manager.insert(Manager(name="a"))
    for delay in range(20):
        task = asyncio.create_task(Manager.insert(Manager(name="a")).run())
        await asyncio.sleep(delay / 10000)
        task.cancel()
        with suppress(asyncio.CancelledError, UniqueViolation):
            await task
    assert await Manager.count() == 1
