"""Whether what was done may have changed something for good, however the server leaves us."""

# ruff: noqa: S608 - the values in these statements are the tests' own

import asyncio
import threading

import pytest
from piccolo.querystring import QueryString

from piccolo_engines.effects import watched
from piccolo_engines.errors import ConnectionLost, Deadlock, UniqueViolation
from piccolo_engines.mysql import MySQLEngine
from tests.conftest import cleared
from tests.support.servers import ServerAddress


@pytest.fixture
async def engine(any_server: ServerAddress, prefix: str):
    async with cleared(any_server, prefix) as root:
        await root.run_ddl(f'CREATE DATABASE "{prefix}x"')
        engine = MySQLEngine(any_server.config | {"database": f"{prefix}x"})
        await engine.run_ddl("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
        await engine.run_querystring(QueryString("INSERT INTO t VALUES (1, 0), (2, 0)"))
        yield engine
        await engine.close()


async def sent(engine: MySQLEngine, sql: str) -> list[dict[str, object]]:
    return await engine.run_querystring(QueryString(sql))


async def killed(engine: MySQLEngine) -> None:
    """The connection of the transaction that is open, by another one."""
    (row,) = await sent(engine, "SELECT CONNECTION_ID() AS id")
    other = MySQLEngine(engine.config)
    await other.run_ddl(f"KILL {row['id']}")


async def test_reading_changes_nothing(engine: MySQLEngine) -> None:
    with watched() as effects:
        await sent(engine, "SELECT * FROM t")
        async with engine.transaction(read_only=False):
            await sent(engine, "SELECT * FROM t FOR UPDATE")
            assert not effects.possible


@pytest.mark.parametrize("sql", ["INSERT INTO t VALUES (3, 0)", "UPDATE t SET n = 1", "DELETE FROM t"])
async def test_writing_counts_at_once_without_a_transaction_and_with_one_at_its_commit(
    engine: MySQLEngine, sql: str
) -> None:
    with watched() as effects:
        async with engine.transaction():
            await sent(engine, sql)
            assert not effects.possible
        assert effects.possible
    with watched() as effects:
        await sent(engine, "UPDATE t SET n = 7")
        assert effects.possible


async def test_a_table_is_changed_for_good_within_a_transaction_too(engine: MySQLEngine) -> None:
    with watched() as effects:
        async with engine.transaction():
            await engine.run_ddl("CREATE TABLE u (id INT)")
            assert effects.possible


async def test_a_connection_lost_before_the_commit_has_changed_nothing(engine: MySQLEngine) -> None:
    async def lose() -> None:
        async with engine.transaction():
            await sent(engine, "UPDATE t SET n = 1")
            await killed(engine)
            await sent(engine, "UPDATE t SET n = 2")

    with watched() as effects, pytest.raises(ConnectionLost):
        await lose()
    assert not effects.possible
    assert await sent(engine, "SELECT SUM(n) AS n FROM t") == [{"n": 0}]


async def test_of_a_connection_lost_at_the_commit_nobody_knows(engine: MySQLEngine) -> None:
    async def lose() -> None:
        async with engine.transaction():
            await sent(engine, "UPDATE t SET n = 1")
            (row,) = await sent(engine, "SELECT CONNECTION_ID() AS id")
            kill = MySQLEngine(engine.config).run_ddl(f"KILL {row['id']}")
            thread = threading.Thread(target=lambda: asyncio.run(kill))
            thread.start()
            thread.join()  # this loop does not see that the server has hung up before it sends the commit

    with watched() as effects, pytest.raises(ConnectionLost):
        await lose()
    assert effects.possible


async def test_what_a_deadlock_took_back_has_not_happened(engine: MySQLEngine) -> None:
    both = asyncio.Barrier(2)

    async def unit(first: int, second: int) -> bool:
        with watched() as effects:
            try:
                async with engine.transaction():
                    await sent(engine, f"UPDATE t SET n = 1 WHERE id = {first}")
                    await both.wait()
                    await sent(engine, f"UPDATE t SET n = 1 WHERE id = {second}")
            except Deadlock:
                assert not effects.possible
                return False
            assert effects.possible
            return True

    assert sorted(await asyncio.gather(unit(1, 2), unit(2, 1))) == [False, True]


async def test_what_was_refused_has_not_happened(engine: MySQLEngine) -> None:
    with watched() as effects, pytest.raises(UniqueViolation):
        await sent(engine, "INSERT INTO t VALUES (1, 0)")
    assert not effects.possible
