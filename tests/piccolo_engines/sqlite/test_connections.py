"""How connections are opened: durable, with foreign keys, and on no file that nobody asked for."""

import os
import sqlite3
import stat
from pathlib import Path
from typing import get_args

import pytest

from piccolo_engines.errors import DatabaseMissing
from piccolo_engines.sqlite.connections import ConnectionFactory, Synchronous


def factory(path: Path, *, create: bool = True, synchronous: Synchronous = "FULL") -> ConnectionFactory:
    return ConnectionFactory(path, busy_timeout=1.5, synchronous=synchronous, create=create, statements=10)


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_writer_has_the_pragmas_it_should_have(tmp_path: Path) -> None:
    connection = factory(tmp_path / "a.sqlite").writer()
    assert pragma(connection, "journal_mode") == "wal"
    assert pragma(connection, "foreign_keys") == 1
    assert pragma(connection, "synchronous") == 2
    assert pragma(connection, "busy_timeout") == 1500
    assert pragma(connection, "query_only") == 0
    connection.close()


@pytest.mark.parametrize(("number", "level"), list(enumerate(get_args(Synchronous))))
def test_how_durable_a_commit_is_can_be_chosen(tmp_path: Path, number: int, level: Synchronous) -> None:
    connection = factory(tmp_path / "a.sqlite", synchronous=level).writer()
    assert pragma(connection, "synchronous") == number
    connection.close()


def test_a_reader_cannot_write_even_if_it_comes_first(tmp_path: Path) -> None:
    connection = factory(tmp_path / "a.sqlite").reader()
    assert pragma(connection, "journal_mode") == "wal"
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("CREATE TABLE a (b)")
    connection.close()


def test_a_missing_file_is_not_made_unless_wanted(tmp_path: Path) -> None:
    path = tmp_path / "gone.sqlite"
    for open_connection in (factory(path, create=False).writer, factory(path, create=False).reader):
        with pytest.raises(DatabaseMissing):
            open_connection()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        factory(tmp_path, create=False).writer()


@pytest.mark.parametrize(
    "name", ["a b.sqlite", "100%.sqlite", "what?.sqlite", "a#b.sqlite", "é.sqlite", "a&mode=memory"]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    connection = factory(tmp_path / name).writer()
    connection.execute("CREATE TABLE a (b)")
    assert (tmp_path / name).stat().st_size > 0
    connection.close()


def test_a_connection_that_could_not_be_set_up_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_text("this is no database, " * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        factory(path).writer()


def test_a_created_file_and_those_beside_it_are_private_whatever_the_umask(
    tmp_path: Path,
) -> None:
    before = os.umask(0)
    try:
        connection = factory(tmp_path / "a.sqlite").writer()
        connection.execute("CREATE TABLE t (a)")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        connection.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("a.sqlite", "a.sqlite-wal", "a.sqlite-shm"), 0o600)


def test_a_file_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.touch(0o640)
    factory(path).writer().close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
