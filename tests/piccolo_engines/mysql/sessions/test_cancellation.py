"""Transactions, batches and inserts, cancelled anywhere and in every way, while the server ends connections:
what was written is whole or not there, every answer belongs to its question, and nothing is lost.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import pytest
from piccolo.columns import Integer
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.errors import DatabaseError
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.processes import process_list
from piccolo_engines.statements import StatementGroup
from tests.piccolo_engines.mysql.tables import bound
from tests.support.waiting import until


class Half(Table):
    """Two of a kind, or a mistake."""

    pair = Integer(index=True)


@pytest.fixture
async def halves(database: dict[str, object]) -> AsyncIterator[MySQLEngine]:
    engine = MySQLEngine(database, PoolSettings(max_size=5, wait_timeout=60, max_age=1))
    bound(engine, Half)
    await Half.create_table()
    yield engine
    await engine.close()


async def ask(_: MySQLEngine, number: int) -> None:
    assert await Half.raw("SELECT {} AS n", number) == [{"n": number}]


async def insert(_: MySQLEngine, number: int) -> None:
    await Half.insert(Half(pair=number), Half(pair=number))


async def atomic(engine: MySQLEngine, number: int) -> None:
    work = engine.atomic()
    work.add(Half.insert(Half(pair=number)), Half.insert(Half(pair=number)))
    if number % 3 == 0:
        work.add(Half.raw("SELECT nonsense"))
    await work.run()


async def transaction(engine: MySQLEngine, number: int) -> None:
    async with engine.transaction() as open_:
        await Half(pair=number).save()
        savepoint = await open_.savepoint()
        await Half(pair=-number).save()
        await savepoint.rollback_to()
        async with engine.transaction():
            await asyncio.gather(*(ask(engine, number + more) for more in range(3)))
        await Half(pair=number).save()


def pair(number: int) -> list[QueryString]:
    return [Half.insert(Half(pair=number)).querystrings[0] for _ in range(2)]


async def group(engine: MySQLEngine, number: int) -> None:
    mistake = [QueryString("SELECT nonsense")] if number % 3 == 0 else []
    await engine.run_querystring(StatementGroup(*pair(number), *mistake))


async def last_group(engine: MySQLEngine, number: int) -> None:
    async with engine.transaction() as open_:
        savepoint = await open_.savepoint()
        await engine.run_querystring(
            QueryString("SELECT COUNT(*) AS n FROM half WHERE pair = {} FOR UPDATE", 0)
        )
        await savepoint.release()
        mistake = [QueryString("SELECT nonsense")] if number % 3 == 0 else []
        await engine.run_querystring(StatementGroup(*pair(number), *mistake, is_last=True))


async def batch(_: MySQLEngine, number: int) -> None:
    rows = Half.raw("SELECT {} AS n FROM half AS a, half AS b LIMIT 2000", number)
    async with await rows.batch(batch_size=300) as batch:
        async for some in batch:
            assert {row["n"] for row in some} <= {number}


Work = Callable[[MySQLEngine, int], Awaitable[None]]
WORK: tuple[Work, ...] = (ask, insert, atomic, transaction, transaction, group, last_group, batch)


async def cut_short(work: Callable[[], Awaitable[Any]], way: int, seconds: float) -> None:
    """Let the work run for a while."""
    if way == 0:
        async with asyncio.timeout(seconds):
            await work()
    elif way == 1:
        with anyio.fail_after(seconds):
            await work()
    elif way == 2:
        async with anyio.create_task_group() as group:
            group.start_soon(work)
            await anyio.sleep(seconds)
            group.cancel_scope.cancel()
    elif way == 3:
        task = asyncio.ensure_future(work())
        await asyncio.sleep(seconds)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0)
        await task
    else:
        await work()


async def end_connections(engine: MySQLEngine, dice: random.Random) -> None:
    watcher = MySQLEngine(engine.config)
    while True:
        await asyncio.sleep(dice.random() / 5)
        mine = [one.id for one in await process_list(watcher) if one.database == engine.config["database"]]
        for chosen in dice.sample(mine, min(1, len(mine))):
            with contextlib.suppress(DatabaseError):
                await watcher.run_ddl(f"KILL {dice.choice(['', 'QUERY'])} {chosen}")


async def test_whatever_is_cut_short_is_whole_or_not_there(halves: MySQLEngine) -> None:
    seen = Counter[str]()

    async def client(name: int) -> None:
        dice = random.Random(name)
        for number in range(name * 1000, name * 1000 + 60):
            chosen = dice.choice(WORK)
            try:
                await cut_short(
                    lambda work=chosen, number=number: work(halves, number),  # type: ignore[misc]
                    dice.randrange(5),
                    dice.random() ** 2 / 25,
                )
                seen["done"] += 1
            except (asyncio.CancelledError, TimeoutError):
                seen["cut short"] += 1
            except DatabaseError:
                seen["failed"] += 1
            except BaseExceptionGroup as errors:
                if errors.split(DatabaseError)[1] is not None:
                    raise
                seen["failed"] += 1

    ending = asyncio.create_task(end_connections(halves, random.Random(0)))
    await asyncio.gather(*(client(name) for name in range(1, 26)))
    ending.cancel()
    assert sum(seen.values()) == 1500
    assert seen["cut short"] > 100
    assert seen["done"] > 100
    await until(lambda: halves.pool_use.in_use == 0)  # interrupted connections are being replaced
    assert (halves.pool_use.in_use, halves.pool_use.waiting) == (0, 0)
    odd = "SELECT pair FROM half GROUP BY pair HAVING COUNT(*) <> 2 OR pair < 0"
    assert await Half.raw(odd) == []
    assert await Half.count() > 50
    await asyncio.gather(*(ask(halves, number) for number in range(50)))
