"""What is sent together: a transaction's beginning with its first statement, its end with the last ones."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from piccolo.query.methods.update import Update
from piccolo.querystring import QueryString

from piccolo_engines.effects import watched
from piccolo_engines.errors import ConnectionLost, TransactionEnded, UniqueViolation
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import process_list
from piccolo_engines.mysql.sessions.connection import Connection
from piccolo_engines.statements import StatementGroup
from tests.piccolo_engines.mysql.tables import Manager
from tests.support.waiting import until


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent, one text for each round trip."""
    sent: list[str] = []
    query: Callable[..., Any] = Connection.query

    async def observed(self: Connection, sql: str, *args: Any, **kwargs: Any) -> Any:
        sent.append(sql)
        return await query(self, sql, *args, **kwargs)

    monkeypatch.setattr(Connection, "query", observed)
    return sent


def insert(at: int) -> QueryString:
    return QueryString("INSERT INTO manager (id, name) VALUES ({}, {})", at, f"name {at}")


async def ids() -> list[int]:
    found: list[int] = await Manager.select(Manager.id).order_by(Manager.id).output(as_list=True)
    return found


async def test_a_change_takes_two_round_trips(music: MySQLEngine, trips: list[str]) -> None:
    await music.run_querystring(insert(1))
    trips.clear()
    async with music.transaction():
        rows = await music.run_querystring(QueryString("SELECT id, name FROM manager FOR UPDATE"))
        assert rows == [{"id": 1, "name": "name 1"}]
        await music.run_querystring(StatementGroup(insert(2), insert(3), is_last=True))
    assert len(trips) == 2
    assert await ids() == [1, 2, 3]
    trips.clear()
    async with music.transaction() as transaction:
        savepoint = await transaction.savepoint()
        await music.run_querystring(insert(4))
        await savepoint.release()
    assert len(trips) == 2
    trips.clear()
    async with music.transaction():
        pass
    assert trips == []


async def test_the_last_statements_of_an_inner_block_do_not_end_the_outer_one(music: MySQLEngine) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with music.transaction():
            async with music.transaction():
                await music.run_querystring(StatementGroup(insert(1), is_last=True))
            assert await ids() == [1]
            raise ZeroDivisionError
    assert await ids() == []


async def test_when_the_last_statements_fail_nothing_else_can_be_done(music: MySQLEngine) -> None:
    with watched() as effects:
        with pytest.raises(TransactionEnded):  # noqa: PT012 - what is raised passes through the block
            async with music.transaction():
                with pytest.raises(UniqueViolation):
                    await music.run_querystring(StatementGroup(insert(1), insert(1), is_last=True))
                await music.run_querystring(insert(2))
        with pytest.raises(UniqueViolation):
            await music.run_querystring(StatementGroup(insert(1), insert(1)))
        assert not effects.possible
        assert await ids() == []
        await music.run_querystring(StatementGroup(insert(1), insert(2)))
        assert effects.possible
    assert music.pool_use.in_use == 0


async def test_statements_that_another_connection_stops_leave_nothing(music: MySQLEngine) -> None:
    watcher = MySQLEngine(music.config)
    database = music.config["database"]

    async def sleeping() -> list[int]:
        mine = [one for one in await process_list(watcher) if one.database == database]
        return [one.id for one in mine if "SLEEP(30)" in (one.statement or "")]

    for kill in ("KILL QUERY", "KILL"):
        group = StatementGroup(insert(1), QueryString("DO SLEEP(30)"), insert(1))
        work = asyncio.create_task(music.run_querystring(group))
        (thread,) = await until(sleeping)
        await watcher.run_ddl(f"{kill} {thread}")
        with pytest.raises((ConnectionLost, UniqueViolation)):  # a killed SLEEP may return instead of failing
            await work
        await until(lambda: music.pool_use.in_use == 0)
        assert await ids() == []


async def test_a_cancelled_group_is_not_there_or_is_whole(music: MySQLEngine) -> None:
    work = asyncio.create_task(
        music.run_querystring(StatementGroup(insert(1), QueryString("DO SLEEP(5)"), insert(2)))
    )
    await until(lambda: music.pool_use.in_use == 1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await until(lambda: music.pool_use.in_use == 0)
    assert await ids() in ([], [1, 2])


async def test_a_compare_and_set_takes_one_round_trip(music: MySQLEngine, trips: list[str]) -> None:
    await music.run_querystring(insert(1))

    def rename(old: str, new: str) -> Update[Manager]:
        return Manager.update({Manager.name: new}).where(Manager.id == 1, Manager.name == old)

    trips.clear()
    with watched() as effects:
        assert await rename("name 1", "Guido").returning(Manager.id) == [{"id": 1}]
    assert effects.possible
    assert len(trips) == 1
    assert await rename("name 1", "Graydon").returning(Manager.id) == []
    async with music.transaction():
        with watched() as effects:
            assert await rename("Guido", "Graydon").returning(Manager.id) == [{"id": 1}]
        assert not effects.possible, "only the commit is for good"
        assert await rename("Guido", "Bjarne").returning(Manager.id) == []
    assert len(trips) == 5
    assert await Manager.select(Manager.name) == [{"name": "Graydon"}]


async def test_a_compare_and_set_that_fails_leaves_no_transaction(music: MySQLEngine) -> None:
    for at in (1, 2):
        await music.run_querystring(insert(at))
    same = Manager.update({Manager.id: 2}).where(Manager.id == 1).returning(Manager.id)
    with pytest.raises(UniqueViolation):
        await same
    assert await ids() == [1, 2]
    async with music.transaction() as transaction:
        session = transaction.session
        assert session is not None
        assert not session._deferred[1:], "nothing of the failed one is left"


async def test_of_compare_and_sets_at_the_same_time_one_succeeds(music: MySQLEngine) -> None:
    await music.run_querystring(insert(1))
    attempts = [
        Manager.update({Manager.name: f"new {at}"}).where(Manager.id == 1, Manager.name == "name 1")
        for at in range(8)
    ]
    changed = await asyncio.gather(*(attempt.returning(Manager.id) for attempt in attempts))
    assert sorted(map(len, changed)) == [0] * 7 + [1]
