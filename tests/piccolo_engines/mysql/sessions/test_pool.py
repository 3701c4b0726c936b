"""The pool: its cap, its patience, dead connections, and what cancelled tasks leave behind."""

import asyncio
import contextlib
import random
import socket
from functools import partial
from typing import Any

import pytest
from asyncmy.errors import InternalError

from piccolo_engines.errors import ConnectionLost, EngineClosed, PoolTimeout
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.processes import process_list
from tests.piccolo_engines.mysql.sessions.number import Number
from tests.piccolo_engines.mysql.tables import bound
from tests.support.waiting import until


async def connections(engine: MySQLEngine, database: object) -> int:
    """How many connections the server counts on a database."""
    return sum(one.database == database for one in await process_list(MySQLEngine(engine.config)))


async def at_most(number: int, engine: MySQLEngine, database: object) -> bool:
    """Whether there are no more connections than that: one that has ended is listed a moment longer."""
    return await connections(engine, database) <= number


async def test_never_more_connections_than_allowed(database: dict[str, object], address: Any) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=3, wait_timeout=60))
    watcher = MySQLEngine(address.config)
    bound(engine, Number)
    tasks = [asyncio.create_task(Number.raw("SELECT SLEEP(0.02)").run()) for _ in range(30)]  # type: ignore[func-returns-value]
    highest = 0
    while not all(task.done() for task in tasks):
        highest = max(highest, await connections(watcher, database["database"]))
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    assert highest == 3
    assert engine.pool_use.opened == 3
    await engine.close()


async def test_waiting_is_bounded(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1, wait_timeout=0.05))
    bound(engine, Number)
    session = await engine.lease()
    with pytest.raises(PoolTimeout) as timeout:
        await Number.raw("SELECT 1")
    assert timeout.value.seconds == 0.05
    assert engine.pool_use.timeouts == 1
    engine.give_back(session)
    assert await Number.raw("SELECT 1 AS one") == [{"one": 1}]
    await engine.close()


async def test_dead_connections_are_replaced_unseen(engine: MySQLEngine) -> None:
    bound(engine, Number)
    sessions = [await engine.lease() for _ in range(3)]
    for session in sessions:
        engine.give_back(session)
    for session in sessions:
        await engine.run_querystring(Number.raw(f"KILL {session.thread_id}").querystring, in_pool=False)
    for _ in range(6):
        assert await Number.raw("SELECT 1 AS one") == [{"one": 1}]
    assert engine.pool_use.in_use == 0


async def test_a_connection_that_the_server_ended_is_not_ended_once_more(
    engine: MySQLEngine, database: dict[str, object]
) -> None:
    """Its number may be another connection's by then: a server counts anew when it starts."""
    bound(engine, Number)
    session = await engine.lease()
    sleeping = asyncio.create_task(session.send("SELECT SLEEP(600)"))
    await until(partial(is_running, engine, session.thread_id))
    await engine.run_querystring(Number.raw(f"KILL {session.thread_id}").querystring, in_pool=False)
    with pytest.raises(ConnectionLost):
        await sleeping
    engine.give_back(session)
    assert (session.usable, session.hung_up) == (False, True)
    assert (engine.pool_use.in_use, engine.pool_use.opened) == (0, 1)


async def is_running(engine: MySQLEngine, thread_id: int) -> bool:
    """Whether a connection runs a statement."""
    listed = await process_list(MySQLEngine(engine.config))
    return any(one.id == thread_id and one.statement for one in listed)


async def test_an_answer_that_cannot_be_read_spoils_the_connection(engine: MySQLEngine) -> None:
    class Garbled:
        """A driver's connection whose next answer is out of order."""

        _stream_broken, _result = False, None

        async def query(self, sql: str) -> None:
            raise InternalError("Packet sequence number wrong - got 3 expected 1")

    session = await engine.lease()
    connection, session._connection = session._connection, Garbled()
    with pytest.raises(ConnectionLost):
        await session.send("SELECT 1")
    session._connection = connection
    assert (session.usable, session.hung_up) == (False, False)
    engine.give_back(session)


async def test_a_machine_that_is_gone_without_a_word_is_noticed(engine: MySQLEngine) -> None:
    session = await engine.lease()
    connected = session._connection._transport.get_extra_info("socket")
    assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
    engine.give_back(session)


async def test_idle_connections_are_closed(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=3, max_idle=0.05))
    bound(engine, Number)
    await asyncio.gather(*(Number.raw("SELECT SLEEP(0.02)").run() for _ in range(3)))
    assert engine.pool_use.opened == 3
    await until(lambda: (engine.pool_use.idle, engine.pool_use.in_use) == (0, 0))
    await engine.close()


async def test_a_transaction_that_was_left_open_is_nobody_elses(engine: MySQLEngine) -> None:
    bound(engine, Number)
    await Number.create_table()
    await engine.run_ddl("START TRANSACTION")  # past the engine's own transactions
    assert engine.pool_use.idle == 0
    async with engine.transaction():
        await Number(value=1).save()
    assert await Number.count() == 1


async def test_what_died_while_it_was_handed_over_is_replaced(engine: MySQLEngine) -> None:
    """Also for those who send nothing that could be sent again, as a transaction's beginning."""
    engine = MySQLEngine(engine.config, PoolSettings(max_size=1))
    session = await engine.lease()
    waiting = asyncio.create_task(engine.lease())
    await asyncio.sleep(0)
    engine.give_back(session)
    session.kill()  # as the server might, before the other task runs
    handed = await waiting
    assert handed is not session
    assert (await handed.send("SELECT 1")).rows == ((1,),)
    engine.give_back(handed)
    assert engine.pool_use.in_use == 0
    await engine.close()


async def test_a_pool_can_be_closed_and_replaced_from_another_loop(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1))
    bound(engine, Number)
    await Number.raw("SELECT 1")
    pool = engine.pool
    assert pool is not None

    async def elsewhere() -> object:
        assert await Number.raw("SELECT 1 AS one") == [{"one": 1}]
        assert engine.pool is pool  # it is not this loop's: the query had a connection of its own
        await engine.start_connection_pool()
        assert await Number.raw("SELECT 1 AS one") == [{"one": 1}]
        return engine.pool

    other = await asyncio.to_thread(asyncio.run, elsewhere())
    assert other is not pool
    await until(lambda: pool.use.idle == 0)
    with pytest.raises(EngineClosed):
        await pool.acquire()


async def test_starting_and_closing_twice_is_warned_of(database: dict[str, object]) -> None:
    engine = MySQLEngine(database)
    await engine.start_connection_pool()
    pool = engine.pool
    with pytest.warns(Warning, match="already exists"):
        await engine.start_connection_pool()
    assert engine.pool is pool
    await engine.close_connection_pool()
    with pytest.warns(Warning, match="No pool is running"):
        await engine.close_connection_pool()


async def test_a_pool_is_started_with_the_arguments_that_piccolo_s_other_engine_takes(
    database: dict[str, object],
) -> None:
    engine = MySQLEngine(database)
    bound(engine, Number)
    with pytest.warns(Warning, match="typo"):
        await engine.start_connnection_pool(
            min_size=1,
            max_size=3,
            max_inactive_connection_lifetime=7.0,
            init_command="SET @mark = 5",
        )
    assert engine.pool_settings == PoolSettings(max_size=3, max_idle=7.0)
    assert (await Number.raw("SELECT @mark AS mark"))[0]["mark"] == 5
    with pytest.warns(Warning, match="typo"):
        await engine.close_connnection_pool()
    assert engine.pool is None
    with pytest.raises(ValueError, match="at least one connection"):
        await engine.start_connection_pool(max_size=0)


async def test_closing_lets_work_end_and_refuses_new(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1))
    bound(engine, Number)
    pool_is_open = await engine.lease()
    pool = engine.pool
    assert pool is not None
    waiting = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    await engine.close()
    with pytest.raises(EngineClosed):
        await waiting
    with pytest.raises(EngineClosed):
        await pool.acquire()
    engine.give_back(pool_is_open)
    assert pool.use.in_use == 0


async def test_a_read_may_not_last_forever(database: dict[str, object]) -> None:
    engine = MySQLEngine({**database, "read_timeout": 1}, PoolSettings(max_size=1))
    bound(engine, Number)
    with pytest.raises(ConnectionLost):
        await Number.raw("SELECT SLEEP(600)")
    assert await Number.raw("SELECT 1 AS one") == [{"one": 1}]
    await engine.close()


async def ask(number: int, dice: random.Random) -> None:
    """Ask for a number, in one of several ways, and check that the answer is to this question."""
    if dice.random() < 0.3:
        async with Number._meta.db.transaction():
            rows = await Number.raw("SELECT {} AS value, SLEEP({})", number, dice.random() / 500)
            again = await Number.raw("SELECT {} AS value", number + 1)
        assert again == [{"value": number + 1}]
    else:
        rows = await Number.raw("SELECT {} AS value, REPEAT('x', {})", number, dice.randrange(40_000))
    assert rows[0]["value"] == number


async def test_cancelled_questions_never_leave_their_answer_to_others(database: dict[str, object]) -> None:
    """Thousands of questions, half of them cancelled at random points, every answer checked."""
    engine = MySQLEngine(database, PoolSettings(max_size=8, wait_timeout=120))
    bound(engine, Number)
    dice = random.Random(7)
    cancelled = answered = 0

    async def client(name: int) -> None:
        nonlocal cancelled, answered
        for turn in range(60):
            task = asyncio.create_task(ask(name * 1000 + turn, dice))
            if dice.random() < 0.5:
                await asyncio.sleep(dice.random() / 200)
                task.cancel()
            try:
                await task
                answered += 1
            except asyncio.CancelledError:
                cancelled += 1

    await asyncio.gather(*(client(name) for name in range(40)))
    assert cancelled + answered == 2400
    assert cancelled > 300
    await until(lambda: engine.pool_use.in_use == 0)  # interrupted connections are being replaced
    use = engine.pool_use
    assert (use.in_use, use.waiting) == (0, 0)
    assert 0 < use.idle <= 8
    await asyncio.gather(*(ask(number, random.Random(number)) for number in range(50)))
    await until(partial(at_most, 8 + 1, engine, database["database"]))
    await engine.close()


async def test_a_cancelled_query_ends_on_the_server(database: dict[str, object], address: Any) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1))
    bound(engine, Number)
    task = asyncio.create_task(Number.raw("SELECT BENCHMARK(100000000000, SHA2('x', 512))").run())  # type: ignore[func-returns-value]
    watcher = MySQLEngine(address.config)

    async def begun() -> bool:
        return any(
            one.statement for one in await process_list(watcher) if one.database == database["database"]
        )

    await until(begun)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert await Number.raw("SELECT 1 AS one") == [{"one": 1}]
    await until(partial(at_most, 1, watcher, database["database"]))
    await engine.close()


async def test_a_waiter_that_is_cancelled_takes_nothing_away(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1, wait_timeout=5))
    session = await engine.lease()
    waiting = asyncio.create_task(engine.lease())
    await asyncio.sleep(0)
    engine.give_back(session)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        engine.give_back(await waiting)
    engine.give_back(await engine.lease())
    assert engine.pool_use.in_use == 0
    await engine.close()


@pytest.mark.parametrize("settings", [{"max_size": 0}, {"wait_timeout": -1}])
def test_bounds_make_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="least one|not negative"):  # noqa: RUF043 - a pattern
        PoolSettings(**settings)
