"""What a session sends over and over is prepared on the server, and means and gives the same as before."""

import asyncio
import contextlib
import datetime as dt
import random
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from piccolo.columns import Integer, Text, Varchar
from piccolo.table import Table

from piccolo_engines.errors import SchemaMismatch, UniqueViolation
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.sessions.prepared import binary
from tests.piccolo_engines.mysql.results.test_types import CASES, UNORDERED, table_with
from tests.piccolo_engines.mysql.tables import created
from tests.support.servers import KINDS, ServerAddress, ServerMissing, started
from tests.support.waiting import until

ENOUGH = 8
"""So many uses that a statement is prepared in between, and used after that."""


class Person(Table):
    name = Varchar(length=50, unique=True)
    age = Integer()


class Letter(Table):
    number = Integer()
    text = Text()


@pytest.fixture
async def engine(database: dict[str, object]) -> AsyncIterator[MySQLEngine]:
    """One connection, so that all is sent by one session."""
    engine = MySQLEngine(database, PoolSettings(max_size=1))
    yield engine
    await engine.close()


async def counted(table: type[Table], *names: str) -> list[int]:
    """The session's own counts, such as of ``Com_stmt_prepare``."""
    rows = await table.raw("SHOW SESSION STATUS LIKE 'Com_stmt_%'")
    counts = {row["Variable_name"]: int(row["Value"]) for row in rows}
    return [counts[f"Com_stmt_{name}"] for name in names]


async def test_reads_and_inserts_are_prepared_once(engine: MySQLEngine) -> None:
    async with created(engine, Person):
        for number in range(ENOUGH):
            await Person(name=f"p{number}", age=number).save()
            found = await Person.select(Person.age).where(Person.name == f"p{number}")
            assert found == [{"age": number}]
        prepared, executed = await counted(Person, "prepare", "execute")
        assert prepared == 2
        assert executed > 2
        assert await Person.count() == ENOUGH


@pytest.mark.parametrize("name", CASES)
async def test_values_are_the_same_each_time(engine: MySQLEngine, name: str) -> None:
    make, values = CASES[name]
    table: Any = table_with(make(null=True))
    async with created(engine, table):
        for _ in range(ENOUGH):
            for value in (*values, None):
                (made,) = await table.insert(table(value=value))
                (row,) = await table.select().where(table.id == made["id"])
                assert row == {"id": made["id"], "value": value}
                assert type(row["value"]) is type(value)
        if name.startswith(UNORDERED):
            return
        for value in values:
            answers = [
                await table.select(table.id).where(table.value == value).order_by(table.id)
                for _ in range(ENOUGH)
            ]
            assert len(answers[0]) == ENOUGH
            assert answers == answers[:1] * ENOUGH


async def test_errors_are_the_same_each_time(engine: MySQLEngine) -> None:
    async with created(engine, Person):
        for number in range(ENOUGH):
            await Person(name=f"p{number}", age=number).save()
            with pytest.raises(UniqueViolation) as caught:
                await Person(name="p0", age=number).save()
            assert caught.value.columns == ("name",)
        assert await Person.select(Person.age).where(Person.name == "p1") == [{"age": 1}]


async def test_a_table_may_change_in_between(engine: MySQLEngine) -> None:
    async def read() -> Any:
        return await Person.select(Person.age).where(Person.name == "a")

    async with created(engine, Person):
        await Person(name="a", age=5).save()
        assert [await read() for _ in range(ENOUGH)] == [[{"age": 5}]] * ENOUGH
        await engine.run_ddl('ALTER TABLE person ADD COLUMN "first" INT FIRST, MODIFY "age" VARCHAR(20)')
        assert await read() == [{"age": "5"}]
        await engine.run_ddl('ALTER TABLE person DROP COLUMN "first", RENAME COLUMN "age" TO "years"')
        with pytest.raises(SchemaMismatch):
            await read()
        await engine.run_ddl('ALTER TABLE person CHANGE "years" "age" INT')
        assert await read() == [{"age": 5}]
        await Person.alter().drop_table()
        with pytest.raises(SchemaMismatch):
            await read()
        await Person.create_table()
        assert [await read() for _ in range(ENOUGH)] == [[]] * ENOUGH


async def test_no_more_are_kept_than_is_allowed(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1), most_prepared=3)
    async with created(engine, Person):
        for limit in range(1, 8):
            for _ in range(ENOUGH):
                assert await Person.select().limit(limit) == []
        prepared, closed = await counted(Person, "prepare", "close")
        assert (prepared, closed) == (7, 4)
    await engine.close()


async def test_it_can_be_turned_off(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1), most_prepared=0)
    async with created(engine, Person):
        for _ in range(ENOUGH):
            assert await Person.select() == []
        assert await counted(Person, "prepare") == [0]
    await engine.close()


@pytest.fixture(scope="module", params=KINDS)
def full_server(request: pytest.FixtureRequest) -> Iterator[ServerAddress]:
    """One that has no room for prepared statements, because others have taken it all."""
    try:
        with started(request.param, "--max-prepared-stmt-count=0") as address:
            yield address
    except ServerMissing as missing:
        pytest.skip(f"NOT TESTED ON {request.param.upper()} of our own: {missing}")


async def test_a_server_without_room_for_more_gets_text(full_server: ServerAddress) -> None:
    server = MySQLEngine(full_server.config)
    await server.run_ddl("CREATE DATABASE prepared")
    engine = MySQLEngine({**full_server.config, "database": "prepared"}, PoolSettings(max_size=1))
    async with created(engine, Person):
        for number in range(ENOUGH):
            await Person(name=f"p{number}", age=number).save()
            assert len(await Person.select().where(Person.age <= number)) == number + 1
        assert await counted(Person, "execute") == [0]
    await engine.close()
    await server.run_ddl("DROP DATABASE prepared")


async def test_cancelled_questions_never_leave_their_answer_to_others(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=4, wait_timeout=30))
    dice = random.Random(11)
    cancelled = answered = 0

    async def ask(number: int) -> None:
        assert await Letter.select(Letter.text).where(Letter.number == number) == [
            {"text": str(number) * 2000}
        ]

    async def client(_: int) -> None:
        nonlocal cancelled, answered
        for _ in range(60):
            task = asyncio.create_task(ask(dice.randrange(10)))
            if dice.random() < 0.3:
                await asyncio.sleep(dice.random() / 500)
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
                answered += 1
            cancelled += task.cancelled()

    async with created(engine, Letter):
        await Letter.insert(*(Letter(number=number, text=str(number) * 2000) for number in range(10)))
        await asyncio.gather(*map(client, range(20)))
        assert cancelled + answered == 1200
        assert cancelled > 100
        await until(lambda: engine.pool_use.in_use == 0)  # interrupted connections are being replaced
        assert (engine.pool_use.in_use, engine.pool_use.waiting) == (0, 0)
        await asyncio.gather(*map(ask, range(10)))
    await engine.close()


def test_what_is_sent_in_binary() -> None:
    noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    values = [1, True, None, "é", 1.5, noon, noon.date(), uuid.UUID(int=1), dt.timedelta(seconds=1)]
    assert binary(values) == [
        *(1, True, None, "é", 1.5, "2026-01-01 10:00:00", "2026-01-01", b"\0" * 15 + b"\1", 1_000_000)
    ]


@pytest.mark.parametrize(
    "value", [1 << 63, -(1 << 63) - 1, float("inf"), "\ud800", "x" * 100_000, b"", [1], {}, dt.time(1)]
)
def test_what_has_to_be_sent_as_text(value: object) -> None:
    assert binary([1, value]) is None
