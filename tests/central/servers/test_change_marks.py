"""The mark of a SQLite database is another one after each commit, and the same as long as nobody writes."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central.servers.sqlite import SQLiteServer
from piccolo_engines.sqlite import SQLiteEngine


@pytest.fixture
async def server(tmp_path: Path) -> SQLiteServer:
    server = SQLiteServer(tmp_path, engine=lambda path: SQLiteEngine(path))
    await server.create_database("tenant_acme")
    return server


@pytest.fixture
def connection(server: SQLiteServer, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "tenant_acme.sqlite")) as found:
        found.execute("PRAGMA journal_mode = WAL")
        found.execute("CREATE TABLE t (n INTEGER)")
        found.commit()
        yield found


def settle(folder: Path) -> None:
    """As if the files had not been written to for a minute."""
    for path in folder.glob("tenant_acme.sqlite*"):
        at = path.stat().st_mtime_ns - 60 * 10**9
        os.utime(path, ns=(at, at))


async def test_each_commit_changes_the_mark(
    server: SQLiteServer, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    marks = set()
    for number in range(3):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        connection.commit()
        settle(tmp_path)
        marks.add(await server.change_mark("tenant_acme"))
    assert len(marks) == 3
    assert None not in marks


async def test_reading_does_not_change_it(
    server: SQLiteServer, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    connection.close()
    settle(tmp_path)
    before = await server.change_mark("tenant_acme")
    with closing(sqlite3.connect(tmp_path / "tenant_acme.sqlite")) as reader:
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
        assert await server.change_mark("tenant_acme") == before
    assert await server.change_mark("tenant_acme") == before
    assert before is not None


async def test_what_was_just_written_has_no_mark(
    server: SQLiteServer, connection: sqlite3.Connection
) -> None:
    connection.execute("INSERT INTO t VALUES (1)")
    connection.commit()
    assert await server.change_mark("tenant_acme") is None
    assert await server.change_mark("tenant_missing") is None
