"""Deadlocks, lock timeouts and collisions of transactions, and retrying."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from piccolo_engines.errors import (
    Deadlock,
    LockTimeout,
    TransactionEnded,
    UniqueViolation,
)
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.retrying import retrying
from tests.conftest import cleared
from tests.piccolo_engines.mysql.tables import Manager, created
from tests.support.servers import ServerAddress


async def collide(engine: MySQLEngine, first: str, second: str, ready: asyncio.Barrier | None) -> None:
    async with engine.transaction():
        await Manager.update({Manager.name: first}).where(Manager.name == first)
        await Manager.select().where(Manager.name == first).lock_rows()
        if ready is not None:
            await ready.wait()
        await Manager.select().where(Manager.name == second).lock_rows()


async def test_a_deadlock_is_reported_and_can_be_retried(music: MySQLEngine) -> None:
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


async def test_a_deadlock_within_a_statement_of_several_is_reported_as_such(music: MySQLEngine) -> None:
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
        await retrying(unit, attempts=4, first_pause=1.0, longest_pause=2.0, sleep=sleep)
    bounds = [(0.5, 1.5), (1.0, 3.0), (1.0, 3.0)]
    assert [low <= pause <= high for pause, (low, high) in zip(pauses, bounds, strict=True)] == [True] * 3


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
