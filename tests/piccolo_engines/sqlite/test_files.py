"""The file of a database: when it is created, opened, closed, deleted and damaged."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from piccolo_engines import errors
from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.files import names_in
from tests.piccolo_engines.tables import DB, Band


def test_making_an_engine_touches_nothing(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "missing" / "a.sqlite")
    assert names_in(tmp_path) == []
    assert repr(engine) == f"SQLiteEngine('{tmp_path}/missing/a.sqlite')"


@pytest.mark.parametrize("attempt", range(5))
async def test_a_new_database_can_be_opened_by_many_at_once(tmp_path: Path, attempt: int) -> None:
    engines = [SQLiteEngine(tmp_path / "a.sqlite", synchronous="OFF") for _ in range(6)]
    sql = "CREATE TABLE IF NOT EXISTS a (b)"
    await asyncio.gather(
        *(engine.run_ddl(sql) for engine in engines), *(e.run_ddl("SELECT 1") for e in engines)
    )
    assert await engines[0].run_ddl("PRAGMA journal_mode") == [{"journal_mode": "wal"}]
    await asyncio.gather(*(engine.close() for engine in engines))


STATEMENTS: dict[str, Callable[[SQLiteEngine], Awaitable[Any]]] = {
    "a read": lambda engine: engine.run_ddl("SELECT 1"),
    "a write": lambda engine: engine.run_ddl("CREATE TABLE late (a)"),
    "a transaction": lambda engine: engine.transaction().__aenter__(),
    "a batch": lambda engine: read_batch(engine),
}


async def read_batch(engine: SQLiteEngine) -> None:
    with DB.bind(engine):
        async with await Band.select().batch() as batch:
            await batch.next()


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
async def test_a_closed_engine_says_so(
    engine: SQLiteEngine, statement: Callable[..., Awaitable[Any]]
) -> None:
    await engine.close()
    with pytest.raises(errors.EngineClosed):
        await statement(engine)


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
async def test_a_missing_database_is_never_made_by_a_statement(
    tmp_path: Path, statement: Callable[..., Awaitable[Any]]
) -> None:
    engine = SQLiteEngine(tmp_path / "deleted.sqlite", create=False)
    with pytest.raises(errors.DatabaseMissing):
        await statement(engine)
    await engine.close()
    assert names_in(tmp_path) == []


async def test_a_database_deleted_under_an_engine_stays_deleted(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.touch()
    engine = SQLiteEngine(path, create=False)
    await engine.run_ddl("CREATE TABLE a (b)")
    await engine.close()
    path.unlink()
    await engine.start_connection_pool()
    with pytest.raises(errors.DatabaseMissing):
        await engine.run_ddl("INSERT INTO a VALUES (1)")
    assert names_in(tmp_path) == []
    await engine.close()


async def test_a_database_that_comes_back_is_used_again(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite", create=False)
    with pytest.raises(errors.DatabaseMissing):
        await engine.run_ddl("SELECT 1")
    (tmp_path / "a.sqlite").touch()
    assert await engine.run_ddl("SELECT 1 AS one") == [{"one": 1}]
    await engine.close()


async def test_a_closed_engine_can_be_opened_again_and_closed_twice(engine: SQLiteEngine) -> None:
    await engine.close_connection_pool()
    await engine.close()
    await engine.start_connection_pool()
    await engine.start_connection_pool()
    assert await engine.run_ddl("SELECT 1 AS one") == [{"one": 1}]


async def test_closing_leaves_one_file_and_no_connection(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite")
    await engine.run_ddl("CREATE TABLE a (b)")
    await asyncio.gather(*(engine.run_ddl("SELECT * FROM a") for _ in range(10)))
    assert len(names_in(tmp_path)) == 3
    await engine.close()
    assert names_in(tmp_path) == ["a.sqlite"]


async def test_a_damaged_connection_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_text("this is no database, " * 100)
    engine = SQLiteEngine(path)
    with pytest.raises(errors.StorageFailed):
        await engine.run_ddl("SELECT * FROM sqlite_master")
    path.unlink()
    assert await engine.run_ddl("SELECT * FROM sqlite_master") == []
    await engine.close()


async def test_a_connection_whose_file_was_damaged_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    engine = SQLiteEngine(path)
    await engine.run_ddl("CREATE TABLE a (b)")
    await engine.run_ddl(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000) "
        "INSERT INTO a SELECT printf('%.3000c', 'x') FROM c"
    )  # more than SQLite keeps in memory
    await engine.close()
    good = path.read_bytes()
    await engine.start_connection_pool()
    count = "SELECT count(*) AS n FROM a WHERE b LIKE 'x%'"
    assert await engine.run_ddl(count) == [{"n": 1000}]
    path.write_bytes(b"no database " * 100_000)
    with pytest.raises(errors.StorageFailed):
        await engine.run_ddl(count)
    path.unlink()
    path.write_bytes(good)
    assert await engine.run_ddl(count) == [{"n": 1000}]
    await engine.close()
