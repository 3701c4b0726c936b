"""Transactions commit, roll back, nest, and never let a statement escape by mistake."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from piccolo.engine.exceptions import TransactionError
from piccolo.querystring import QueryString

from piccolo_engines.errors import (
    ConnectionLost,
    Deadlock,
    LockTimeout,
    TransactionEnded,
    UniqueViolation,
)
from piccolo_engines.mysql import IsolationLevel, MySQLEngine, PoolSettings
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.retrying import retrying
from piccolo_engines.statements import Together
from tests.conftest import cleared
from tests.piccolo_engines.mysql.tables import MUSIC, Manager, created
from tests.support.servers import ServerAddress


@pytest.fixture
async def music(engine: MySQLEngine) -> AsyncIterator[MySQLEngine]:
    async with created(engine, *MUSIC):
        yield engine


async def test_committed_at_the_end(music: MySQLEngine) -> None:
    async with music.transaction():
        assert music.transaction_exists()
        await Manager(name="a").save()
    assert not music.transaction_exists()
    assert await Manager.count() == 1


async def test_rolled_back_by_an_error(music: MySQLEngine) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            await Manager(name="a").save()
            raise ZeroDivisionError
    assert await Manager.count() == 0
    assert music.pool_use.in_use == 0


def insert(name: str, at: int | None = None) -> QueryString:
    return QueryString("INSERT INTO manager (id, name) VALUES ({}, {})", at, name)


async def names() -> list[str]:
    return [row["name"] for row in await Manager.select(Manager.name).order_by(Manager.id)]


async def test_statements_together_are_one(music: MySQLEngine) -> None:
    """In one trip, and none of them is done when one of them cannot be."""
    told: list[str] = []
    music.on_statement = told.append
    await music.run_querystring(Together(insert("it's %s; {}", 1), insert("b", 2)))
    music.on_statement = None
    assert (len(told), await names()) == (2, ["it's %s; {}", "b"])
    for statements in ((insert("c", 3), insert("d", 1)), (insert("d", 1), insert("c", 3))):
        with pytest.raises(UniqueViolation):
            await music.run_querystring(Together(*statements))
        assert await names() == ["it's %s; {}", "b"]
    long = "x" * 3_000_000
    await music.run_querystring(
        Together(insert("e", 5), QueryString("DO LENGTH({}) + LENGTH({})", long, long))
    )
    with pytest.raises(UniqueViolation):
        await music.run_querystring(
            Together(insert("f", 6), QueryString("DO LENGTH({}) + LENGTH({})", long, long), insert("g", 1))
        )
    assert await names() == ["it's %s; {}", "b", "e"]
    assert music.pool_use.in_use == 0


async def test_statements_together_within_a_transaction(music: MySQLEngine) -> None:
    async with music.transaction():
        await music.run_querystring(insert("a", 1))
        with pytest.raises(UniqueViolation):
            await music.run_querystring(Together(insert("b", 2), insert("c", 1)))
        await music.run_querystring(Together(insert("d", 4), insert("e", 5)))
    assert await names() == ["a", "d", "e"]
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            await music.run_querystring(Together(insert("f", 6), insert("g", 7)))
            raise ZeroDivisionError
    assert await names() == ["a", "d", "e"]


async def test_a_deadlock_of_statements_together_is_told_as_one(music: MySQLEngine) -> None:
    await music.run_querystring(Together(insert("a", 1), insert("b", 2)))

    def change(at: int) -> QueryString:
        return QueryString("UPDATE manager SET name = CONCAT(name, '!') WHERE id = {}", at)

    met = asyncio.Barrier(2)

    async def both(first: int, second: int) -> None:
        async with music.transaction():
            await music.run_querystring(change(first))
            await met.wait()
            await music.run_querystring(Together(change(second), insert("c")))

    found = await asyncio.gather(both(1, 2), both(2, 1), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Deadlock", "NoneType"]
    assert await names() == ["a!", "b!", "c"]


async def test_nested_blocks_join(music: MySQLEngine) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction() as outer:
            async with music.transaction() as inner:
                assert inner is outer
                await Manager(name="a").save()
            raise ZeroDivisionError
    assert await Manager.count() == 0
    async with music.transaction():
        with pytest.raises(TransactionError):
            music.transaction(allow_nested=False)


async def test_savepoints(music: MySQLEngine) -> None:
    async with music.transaction() as transaction:
        await Manager(name="a").save()
        savepoint = await transaction.savepoint()
        await Manager(name="b").save()
        await savepoint.rollback_to()
        named = await transaction.savepoint("my-point")
        await Manager(name="c").save()
        await transaction.rollback_to("my-point")
        await named.release()
        with pytest.raises(ValueError, match="Savepoint names"):
            await transaction.savepoint('x"; DROP')
    assert await Manager.select(Manager.name).output(as_list=True) == ["a"]


async def test_isolation_levels(music: MySQLEngine) -> None:
    async with music.transaction(isolation_level=IsolationLevel.read_committed):
        assert await Manager.count() == 0
        await asyncio.create_task(outside(music, "b"))
        assert await Manager.count() == 1
    async with music.transaction(isolation_level=IsolationLevel.repeatable_read):
        assert await Manager.count() == 1
        await asyncio.create_task(outside(music, "c"))
        assert await Manager.count() == 1


async def outside(engine: MySQLEngine, name: str) -> None:
    """Save something in no transaction."""
    engine.current_transaction.set(None)
    await Manager(name=name).save()


async def test_tasks_inside_take_turns_and_later_go_on_outside(music: MySQLEngine) -> None:
    ended = asyncio.Event()

    async def later() -> None:
        await ended.wait()
        await Manager(name="later").save()

    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            await asyncio.gather(*(Manager(name=f"n{number}").save().run() for number in range(20)))
            assert await Manager.count() == 20
            task = asyncio.create_task(later())
            raise ZeroDivisionError
    ended.set()
    await task
    assert await Manager.select(Manager.name).output(as_list=True) == ["later"]


async def test_committing_and_rolling_back_by_hand(music: MySQLEngine) -> None:
    async with music.transaction() as transaction:
        await Manager(name="a").save()
        await transaction.rollback()
    async with music.transaction() as transaction:
        await Manager(name="b").save()
        await transaction.commit()
    assert await Manager.select(Manager.name).output(as_list=True) == ["b"]


async def test_atomic(music: MySQLEngine) -> None:
    atomic = music.atomic()
    atomic.add(Manager.insert(Manager(name="a")), Manager.raw("nonsense"))
    with pytest.raises(Exception, match="does not accept"):
        await atomic.run()
    assert await Manager.count() == 0
    atomic.add(Manager.insert(Manager(name="a")), Manager.objects().create(name="b"))
    await atomic.run()
    assert await Manager.count() == 2


async def test_a_table_made_inside_goes_when_it_is_rolled_back(music: MySQLEngine) -> None:
    await music.run_ddl("CREATE TABLE other (id INT)")
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            await Manager.alter().drop_table(cascade=True)
            await Manager.create_table()
            await Manager.create_table(if_not_exists=True)
            raise ZeroDivisionError
    assert not await Manager.table_exists()


async def collide(engine: MySQLEngine, first: str, second: str, ready: asyncio.Barrier | None) -> None:
    async with engine.transaction():
        await Manager.update({Manager.name: first}).where(Manager.name == first)
        await Manager.select().where(Manager.name == first).lock_rows()
        if ready is not None:
            await ready.wait()
        await Manager.select().where(Manager.name == second).lock_rows()


async def test_a_deadlock_is_told_and_can_be_retried(music: MySQLEngine) -> None:
    await Manager.insert(Manager(name="a"), Manager(name="b"))
    attempts = 0
    ready = asyncio.Barrier(2)

    async def unit(first: str, second: str) -> None:
        nonlocal attempts
        attempts += 1
        await collide(music, first, second, ready if attempts <= 2 else None)

    await asyncio.gather(retrying(lambda: unit("a", "b")), retrying(lambda: unit("b", "a")))
    assert attempts == 3
    assert music.pool_use.in_use == 0


async def test_a_deadlock_within_a_statement_of_several_is_told_as_such(music: MySQLEngine) -> None:
    await Manager.insert(Manager(name="a"), Manager(name="b"))
    ready = asyncio.Barrier(2)

    async def unit(first: str, second: str) -> None:
        async with music.transaction():
            await Manager.select().where(Manager.name == first).lock_rows()
            await ready.wait()
            await Manager.update({Manager.name: "c"}).where(Manager.name == second).returning(Manager.name)

    results = await asyncio.gather(unit("a", "b"), unit("b", "a"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Deadlock", "NoneType"]


async def test_after_a_deadlock_nothing_runs_on_its_own(music: MySQLEngine) -> None:
    await Manager.insert(Manager(name="a"), Manager(name="b"))
    ready = asyncio.Barrier(2)

    async def stubborn(first: str, second: str) -> str:
        try:
            async with music.transaction():
                try:
                    await Manager.select().where(Manager.name == first).lock_rows()
                    await ready.wait()
                    await Manager.select().where(Manager.name == second).lock_rows()
                except Deadlock:
                    await Manager(name="escaped").save()
        except TransactionEnded:
            return "ended"
        return "committed"

    results = await asyncio.gather(stubborn("a", "b"), stubborn("b", "a"))
    assert sorted(results) == ["committed", "ended"]
    assert not await Manager.exists().where(Manager.name == "escaped")


async def test_a_lock_that_is_not_to_be_had(music: MySQLEngine) -> None:
    await Manager(name="a").save()

    async def second() -> None:
        music.current_transaction.set(None)
        async with music.transaction():
            await Manager.select().lock_rows(nowait=True)

    async with music.transaction():
        await Manager.select().lock_rows()
        with pytest.raises(LockTimeout):
            await asyncio.create_task(second())


async def test_a_connection_lost_inside_is_told_once_and_for_all(music: MySQLEngine) -> None:
    with pytest.raises(ConnectionLost):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            (row,) = await Manager.raw("SELECT CONNECTION_ID() AS id")
            await asyncio.create_task(end_connection(music, row["id"]))
            await Manager(name="lost").save()
    assert await Manager.count() == 0
    assert music.pool_use.in_use == 0


async def end_connection(engine: MySQLEngine, thread: int) -> None:
    engine.current_transaction.set(None)
    await engine.run_ddl(f"KILL {thread}")


async def test_left_in_another_context_it_gives_its_connection_back(music: MySQLEngine) -> None:
    """As a fixture, or a dependency of a web framework, may be."""

    async def provided() -> AsyncIterator[None]:
        async with music.transaction():
            yield

    generator = provided()
    await asyncio.create_task(generator.__anext__())  # type: ignore[arg-type]
    with pytest.raises(StopAsyncIteration):
        await asyncio.create_task(generator.__anext__())  # type: ignore[arg-type]
    assert music.pool_use.in_use == 0


@pytest.mark.parametrize("undone", ["statement", "transaction"])
async def test_a_lock_timeout_that_undid_the_transaction_ends_it(
    music: MySQLEngine, monkeypatch: pytest.MonkeyPatch, undone: str
) -> None:
    """Which of them it undoes is a setting of the server (``innodb_rollback_on_timeout``)."""
    await Manager(name="a").save()
    send = Session.send

    async def server_that_undoes_all(self: Session, sql: str) -> Any:
        try:
            return await send(self, sql)
        except LockTimeout:
            await self._connection.query("ROLLBACK")
            self._connection.server_status |= 1  # an error does not tell
            raise

    if undone == "transaction":
        monkeypatch.setattr(Session, "send", server_that_undoes_all)
    holds, done = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(hold(music, holds, done))
    await holds.wait()
    with contextlib.suppress(TransactionEnded):
        async with music.transaction():
            await Manager(name="b").save()
            with pytest.raises(LockTimeout):
                await Manager.select().lock_rows(nowait=True)
            await Manager(name="c").save()
    done.set()
    await holding
    names = await Manager.select(Manager.name).order_by(Manager.name).output(as_list=True)
    assert names == (["a", "b", "c"] if undone == "statement" else ["a"])


async def hold(engine: MySQLEngine, holds: asyncio.Event, done: asyncio.Event) -> None:
    async with engine.transaction():
        await Manager.select().where(Manager.name == "a").lock_rows()
        holds.set()
        await done.wait()


async def test_retrying_is_bounded() -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def unit() -> None:
        raise Deadlock

    with pytest.raises(Deadlock):
        await retrying(unit, attempts=3, first_pause=1.0, sleep=sleep)
    assert [0.5 <= pauses[0] <= 1.5, 1.0 <= pauses[1] <= 3.0, len(pauses)] == [True, True, 2]


CHANGES: list[Callable[[], Awaitable[object]]] = [
    lambda: Manager.update({Manager.name: "b"}).where(Manager.name == "changed").run(),
    lambda: Manager.update({Manager.name: "b"}).where(Manager.id == 1).returning(Manager.name).run(),
    lambda: Manager.delete().where(Manager.id == 1).run(),
    lambda: Manager.select().where(Manager.id == 1).lock_rows().run(),
    lambda: Manager.insert(Manager({"id": 1, "name": "b"})).run(),
]


@pytest.mark.parametrize("change", CHANGES, ids=["update", "returning", "delete", "lock", "insert"])
async def test_what_changed_since_it_was_read_is_a_collision_where_the_server_sees_to_it(
    mariadb: ServerAddress, prefix: str, change: Callable[[], Awaitable[object]]
) -> None:
    """As MariaDB does from 11.6 on unless it is told otherwise."""
    snapshots = {"database": f"{prefix}music", "init_command": "SET SESSION innodb_snapshot_isolation = ON"}
    async with cleared(mariadb, prefix) as root:
        await root.run_ddl(f'CREATE DATABASE "{prefix}music"')
        engine = MySQLEngine({**mariadb.config, **snapshots}, PoolSettings(max_size=2))
        async with created(engine, Manager):
            await Manager(name="a").save()
            attempts = 0

            async def unit() -> None:
                nonlocal attempts
                attempts += 1
                async with engine.transaction():
                    await Manager(name=f"attempt {attempts}").save()
                    await Manager.select()
                    if attempts == 1:
                        await asyncio.create_task(elsewhere(engine))
                    await change()

            async def elsewhere(engine: MySQLEngine) -> None:
                engine.current_transaction.set(None)
                await Manager.update({Manager.name: "changed"}).where(Manager.id == 1)

            with contextlib.suppress(UniqueViolation):  # what the insert is at its second attempt
                await retrying(unit)
            assert attempts == 2
            assert not await Manager.exists().where(Manager.name == "attempt 1")
        await engine.close()
