"""Transactions commit, roll back, nest, and never let a statement escape by mistake."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from piccolo.engine.exceptions import TransactionError
from piccolo.querystring import QueryString

from piccolo_engines.errors import (
    ConnectionLost,
    UniqueViolation,
)
from piccolo_engines.mysql import IsolationLevel, MySQLEngine
from piccolo_engines.outcomes import apart, call_at_end
from piccolo_engines.statements import StatementGroup
from tests.piccolo_engines.mysql.tables import Manager


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
    await music.run_querystring(StatementGroup(insert("it's %s; {}", 1), insert("b", 2)))
    music.on_statement = None
    assert (len(told), await names()) == (2, ["it's %s; {}", "b"])
    for statements in ((insert("c", 3), insert("d", 1)), (insert("d", 1), insert("c", 3))):
        with pytest.raises(UniqueViolation):
            await music.run_querystring(StatementGroup(*statements))
        assert await names() == ["it's %s; {}", "b"]
    long = "x" * 3_000_000
    await music.run_querystring(
        StatementGroup(insert("e", 5), QueryString("DO LENGTH({}) + LENGTH({})", long, long))
    )
    with pytest.raises(UniqueViolation):
        await music.run_querystring(
            StatementGroup(
                insert("f", 6), QueryString("DO LENGTH({}) + LENGTH({})", long, long), insert("g", 1)
            )
        )
    assert await names() == ["it's %s; {}", "b", "e"]
    assert music.pool_use.in_use == 0


async def test_statements_together_within_a_transaction(music: MySQLEngine) -> None:
    async with music.transaction():
        await music.run_querystring(insert("a", 1))
        with pytest.raises(UniqueViolation):
            await music.run_querystring(StatementGroup(insert("b", 2), insert("c", 1)))
        await music.run_querystring(StatementGroup(insert("d", 4), insert("e", 5)))
    assert await names() == ["a", "d", "e"]
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            await music.run_querystring(StatementGroup(insert("f", 6), insert("g", 7)))
            raise ZeroDivisionError
    assert await names() == ["a", "d", "e"]


async def test_a_deadlock_of_statements_together_is_reported_as_one(music: MySQLEngine) -> None:
    await music.run_querystring(StatementGroup(insert("a", 1), insert("b", 2)))

    def change(at: int) -> QueryString:
        return QueryString("UPDATE manager SET name = CONCAT(name, '!') WHERE id = {}", at)

    met = asyncio.Barrier(2)

    async def both(first: int, second: int) -> None:
        async with music.transaction():
            await music.run_querystring(change(first))
            await met.wait()
            await music.run_querystring(StatementGroup(change(second), insert("c")))

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


async def test_a_connection_lost_inside_is_reported_once_and_for_all(music: MySQLEngine) -> None:
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


async def test_what_became_of_a_transaction_is_reported_at_its_end(music: MySQLEngine) -> None:
    ended: list[bool | None] = []
    assert not call_at_end(music, ended.append)
    async with music.transaction():
        await Manager(name="a").save()
        assert call_at_end(music, ended.append)
        with apart(music):
            assert await names() == []
            assert not call_at_end(music, ended.append)
    assert ended == [True]
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            await Manager(name="b").save()
            call_at_end(music, ended.append)
            raise ZeroDivisionError
    assert ended == [True, False]
    async with music.transaction():
        call_at_end(music, ended.append)
        await music.run_querystring(StatementGroup(insert("c"), is_last=True))
    assert ended == [True, False, True]
    async with music.transaction() as transaction:
        call_at_end(music, ended.append)
        await transaction.rollback()
    assert ended == [True, False, True, False]


async def test_a_lost_connection_leaves_open_what_became_of_a_transaction(music: MySQLEngine) -> None:
    ended: list[bool | None] = []
    with pytest.raises(ConnectionLost):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction() as transaction:
            await Manager(name="a").save()
            call_at_end(music, ended.append)
            with apart(music):
                await music.run_querystring(QueryString(f"KILL {transaction.session.thread_id}"))
            await Manager(name="b").save()
    assert ended == [None]


async def test_what_a_savepoint_undoes_is_reported_at_once(music: MySQLEngine) -> None:
    before, after = list[bool | None](), list[bool | None]()
    async with music.transaction() as transaction:
        call_at_end(music, before.append)
        savepoint = await transaction.savepoint()
        call_at_end(music, after.append)
        await savepoint.rollback_to()
        assert (before, after) == ([], [False])
    assert (before, after) == ([True], [False])
