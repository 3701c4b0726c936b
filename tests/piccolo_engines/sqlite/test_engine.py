"""The engine as its users meet it: many tasks, several event loops, closing, and files that are not there."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from piccolo.querystring import QueryString

from piccolo_engines import errors
from piccolo_engines.sqlite import SQLiteEngine, TransactionType
from tests.piccolo_engines.tables import DB, Band, Counter, Manager

COUNTING = (
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {}) SELECT max(n) AS m FROM c"
)


SLOW_READ = f"SELECT * FROM ({COUNTING.format(5_000_000)})"  # noqa: S608  # a constant


ENDLESS_READ = f"SELECT * FROM ({COUNTING.format(10**12)})"  # noqa: S608  # a constant


async def test_reads_go_to_readers_and_the_rest_to_the_writer(engine: SQLiteEngine) -> None:
    assert await engine.run_ddl("PRAGMA query_only") == [{"query_only": 0}]
    sql = "SELECT * FROM pragma_query_only"
    assert await engine.run_ddl(sql) == [{"query_only": 1}]
    async with engine.transaction():
        assert await engine.run_ddl(sql) == [{"query_only": 0}]


async def test_foreign_keys_are_enforced(bound: SQLiteEngine) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        await Band.insert(Band(name="Pythonistas", manager="01890000-0000-7000-8000-000000000000"))


async def test_what_was_written_is_read_at_once_from_every_reader(bound: SQLiteEngine) -> None:
    await Counter.insert(Counter(number=0))
    for number in range(1, 100):
        await Counter.update({Counter.number: number}, force=True)
        seen = await asyncio.gather(*(Counter.select(Counter.number).first() for _ in range(6)))
        assert seen == [{"number": number}] * 6


async def test_fifty_tasks_that_count_in_transactions_lose_nothing(bound: SQLiteEngine) -> None:
    counter = Counter(number=0)
    await counter.save()

    async def count() -> None:
        async with DB.transaction():
            row = await Counter.objects().get(Counter.id == counter.id)
            assert row is not None
            await asyncio.sleep(0)
            row.number += 1
            await row.save()

    await asyncio.gather(*(count() for _ in range(50)))
    assert await Counter.select(Counter.number).first() == {"number": 50}


async def test_writers_get_their_turn_in_the_order_in_which_they_came(bound: SQLiteEngine) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with DB.transaction():
            order.append(number)
            await Counter.insert(Counter(number=number))

    tasks = []
    for number in range(30):
        tasks.append(asyncio.create_task(write(number)))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == list(range(30))


async def test_a_reader_goes_on_while_a_transaction_is_open(bound: SQLiteEngine) -> None:
    await Counter.insert(Counter(number=1))
    inside, leave = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with DB.transaction():
            await Counter.update({Counter.number: 2}, force=True)
            inside.set()
            await leave.wait()

    task = asyncio.create_task(write())
    await inside.wait()
    assert await Counter.select(Counter.number).first() == {"number": 1}
    leave.set()
    await task
    assert await Counter.select(Counter.number).first() == {"number": 2}


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_event_loop_goes_on_while_a_statement_runs(engine: SQLiteEngine) -> None:
    endless = asyncio.create_task(engine.run_ddl(ENDLESS_READ))
    for _ in range(100):
        await asyncio.sleep(0.001)
    assert not endless.done()
    await cancelled(endless)


async def test_readers_work_beside_each_other_and_the_next_one_waits(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", readers=1, wait_timeout=0.05)
    busy = asyncio.create_task(engine.run_ddl(ENDLESS_READ))
    await asyncio.sleep(0)
    with pytest.raises(errors.PoolTimeout) as caught:
        await engine.run_ddl("SELECT 1 AS one")
    assert caught.value.seconds == 0.05
    await cancelled(busy)
    assert await engine.run_ddl("SELECT 1 AS one") == [{"one": 1}]
    await engine.close()


async def test_a_writer_that_waits_too_long_gets_a_lock_timeout_and_the_next_one_its_turn(
    tmp_path: Path,
) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", wait_timeout=0.05)
    async with engine.transaction():

        async def another() -> None:
            async with engine.transaction(allow_nested=False):
                pass  # pragma: no cover - never reached

        engine_token = engine.current_transaction.set(None)  # as if in a task of its own
        with pytest.raises(errors.LockTimeout):
            await another()
        engine.current_transaction.reset(engine_token)
    async with engine.transaction():
        await engine.run_ddl("CREATE TABLE a (b)")
    await engine.close()


async def test_a_lock_of_another_process_is_waited_for_and_then_a_lock_timeout(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    engine = SQLiteEngine(path, busy_timeout=0.1)
    await engine.run_ddl("CREATE TABLE a (b)")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(errors.LockTimeout) as caught:
        await engine.run_ddl("INSERT INTO a VALUES (1)")
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    patient = SQLiteEngine(path, busy_timeout=60)
    waiting = asyncio.create_task(patient.run_ddl("INSERT INTO a VALUES (1)"))
    await asyncio.sleep(0.01)
    other.execute("COMMIT")
    await waiting
    other.close()
    await patient.close()
    await engine.close()


async def test_two_engines_on_one_file_take_turns(tmp_path: Path) -> None:
    engines = [SQLiteEngine(tmp_path / "a.sqlite", synchronous="OFF") for _ in range(3)]
    await engines[0].run_ddl("CREATE TABLE a (b INTEGER)")
    await engines[0].run_ddl("INSERT INTO a VALUES (0)")

    async def count(engine: SQLiteEngine) -> None:
        for _ in range(10):
            async with engine.transaction():
                rows = await engine.run_ddl("SELECT b FROM a")
                await engine.run_ddl(f"UPDATE a SET b = {rows[0]['b'] + 1}")  # noqa: S608  # an integer

    await asyncio.gather(*(count(engine) for engine in engines))
    assert await engines[1].run_ddl("SELECT b FROM a") == [{"b": 30}]
    await asyncio.gather(*(engine.close() for engine in engines))


async def test_closing_lets_running_statements_end_fails_waiting_ones_and_rolls_back(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", readers=1)
    await engine.run_ddl("CREATE TABLE a (b)")
    inside, is_closed = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with engine.transaction():
            await engine.run_ddl("INSERT INTO a VALUES (1)")
            inside.set()
            await is_closed.wait()

    writing = asyncio.create_task(write())
    await inside.wait()
    waiting_writer = asyncio.create_task(engine.run_ddl("INSERT INTO a VALUES (2)"))
    running = asyncio.create_task(engine.run_ddl(SLOW_READ))
    await asyncio.sleep(0.01)
    waiting_reader = asyncio.create_task(engine.run_ddl("SELECT 1"))
    await asyncio.sleep(0.01)
    await asyncio.gather(engine.close(), engine.close())
    is_closed.set()
    assert await running == [{"m": 5_000_000}]
    for task in (waiting_reader, waiting_writer, writing):
        with pytest.raises(errors.EngineClosed):
            await task
    await engine.start_connection_pool()
    assert await engine.run_ddl("SELECT * FROM a") == []
    await engine.close()


def test_one_engine_serves_event_loops_one_after_the_other(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite")

    async def many() -> None:
        await asyncio.gather(*(engine.run_ddl("INSERT INTO a VALUES (1)") for _ in range(20)))

    asyncio.run(engine.run_ddl("CREATE TABLE a (b)"))  # type: ignore[arg-type]  # a coroutine it is
    for _ in range(3):
        asyncio.run(many())
    assert asyncio.run(engine.run_ddl("SELECT count(*) AS n FROM a")) == [{"n": 60}]
    asyncio.run(engine.close())


def test_an_event_loop_that_ends_in_the_middle_leaves_the_writer_free(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite")

    async def leave_in_the_middle() -> None:
        await engine.run_ddl("CREATE TABLE a (b)")

        async def write() -> None:
            async with engine.transaction():
                await engine.run_ddl("INSERT INTO a VALUES (1)")
                await asyncio.sleep(60)

        task = asyncio.create_task(write())
        await asyncio.sleep(0.02)
        assert not task.done()

    asyncio.run(leave_in_the_middle())
    assert asyncio.run(engine.run_ddl("SELECT * FROM a")) == []
    asyncio.run(engine.run_ddl("INSERT INTO a VALUES (2)"))
    asyncio.run(engine.close())


async def test_run_sync_inside_a_running_loop_uses_the_same_connections(bound: SQLiteEngine) -> None:
    await Manager.insert(Manager(name="Guido"))
    assert await asyncio.to_thread(Manager.count().run_sync) == 1


async def test_two_event_loops_can_use_one_engine_at_once(engine: SQLiteEngine) -> None:
    def elsewhere() -> None:
        async def count() -> None:
            with DB.bind(engine):
                for _ in range(20):
                    async with DB.transaction():
                        await Counter.insert(Counter(number=1))

        asyncio.run(count())

    await asyncio.gather(*(asyncio.to_thread(elsewhere) for _ in range(3)))
    with DB.bind(engine):
        assert await Counter.count() == 60


async def test_a_statement_can_be_counted(engine: SQLiteEngine) -> None:
    statements: list[str] = []
    engine.on_statement = statements.append
    await engine.run_ddl("CREATE TABLE a (b INTEGER)")
    async with engine.transaction() as transaction:
        await engine.run_querystring(QueryString("INSERT INTO a VALUES ({})", 1))
        await (await transaction.savepoint()).release()
    await engine.run_querystring(QueryString("SELECT * FROM a WHERE b = {}", 1))
    with DB.bind(engine):
        async with await Band.select(Band.name).batch() as batch:
            await batch.next()
    assert statements == [
        "CREATE TABLE a (b INTEGER)",
        "INSERT INTO a VALUES (?)",
        "SELECT * FROM a WHERE b = ?",
        'SELECT ALL "band"."name" AS "name" FROM "band"',
    ]


async def test_queries_and_answers_are_printed_on_request(
    engine: SQLiteEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.log_queries = engine.log_responses = True
    await engine.run_querystring(QueryString("SELECT {} AS answer", 42))
    printed = capsys.readouterr().out
    assert "SELECT 42 AS answer" in printed
    assert "{'answer': 42}" in printed


async def test_a_transaction_left_open_by_a_raw_statement_is_not_left_to_the_next(
    engine: SQLiteEngine,
) -> None:
    await engine.run_ddl("BEGIN")
    await engine.run_ddl("CREATE TABLE a (b)")
    async with engine.transaction(TransactionType.exclusive):
        await engine.run_ddl("INSERT INTO a VALUES (1)")


async def test_a_value_that_cannot_be_converted_leaves_no_old_snapshot_behind(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", readers=1)
    await engine.run_ddl("CREATE TABLE a (b UUID)")
    await engine.run_ddl("INSERT INTO a VALUES ('nonsense'), (NULL)")
    with pytest.raises(ValueError, match="badly formed") as caught:
        await engine.run_ddl("SELECT b FROM a")
    await engine.run_ddl("DELETE FROM a")
    assert await engine.run_ddl("SELECT b FROM a") == []
    assert caught.value.__traceback__ is not None  # which keeps the cursor
    await engine.close()


async def test_a_changed_table_is_seen_by_statements_that_were_prepared_before(engine: SQLiteEngine) -> None:
    await engine.run_ddl("CREATE TABLE a (b INTEGER)")
    await engine.run_ddl("INSERT INTO a VALUES (1)")
    assert await engine.run_ddl("SELECT * FROM a") == [{"b": 1}]
    await engine.run_ddl("ALTER TABLE a ADD COLUMN c BOOLEAN DEFAULT 1")
    assert await engine.run_ddl("SELECT * FROM a") == [{"b": 1, "c": True}]
    await engine.run_ddl("ALTER TABLE a RENAME COLUMN b TO d")
    assert await engine.run_ddl("SELECT * FROM a") == [{"d": 1, "c": True}]
