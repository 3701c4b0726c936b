"""The same mistake is the same error on MariaDB, on MySQL and on SQLite: kind, facts and words."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from piccolo.columns import ForeignKey, Integer, Varchar
from piccolo.columns.base import OnDelete
from piccolo.engine.base import Engine
from piccolo.querystring import QueryString
from piccolo.table import Table, create_db_tables

from piccolo_engines.errors import DatabaseError
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.mysql.tables import bound


class Label(Table):
    name = Varchar(length=10, unique=True)


class Album(Table):
    label = ForeignKey(Label, null=False, on_delete=OnDelete.restrict)
    title = Varchar(length=10)
    year = Integer()


async def raw(sql: str) -> None:
    await Label._meta.db.run_querystring(QueryString(sql))


MISTAKES: dict[str, Callable[[], Awaitable[Any]]] = {
    "taken": lambda: Label.insert(Label(name="a")),
    "taken together": lambda: Album.insert(Album(label=1, title="t", year=1)),
    "no such target": lambda: Album.insert(Album(label=99, title="u", year=1)),
    "still referred to": lambda: raw("DELETE FROM label"),
    "missing": lambda: raw("INSERT INTO album (label, title, year) VALUES (NULL, 'v', 1)"),
    "no such table": lambda: raw("SELECT * FROM gone"),
    "no such column": lambda: raw("SELECT gone FROM label"),
    "not SQL": lambda: raw("SELEC 1"),
}


SAID_BY_SQLITE = ("missing", "table")
"""MySQL names the column alone."""


async def errors(engine: Engine[Any]) -> dict[str, tuple[str, dict[str, object]]]:
    bound(engine, Label, Album)  # type: ignore[arg-type]  # any engine will do
    await create_db_tables(Label, Album)
    await engine.run_ddl("CREATE UNIQUE INDEX album_once ON album (title, year)")
    await Label.insert(Label(name="a"))
    await Album.insert(Album(label=1, title="t", year=1))
    found = {}
    for name, mistake in MISTAKES.items():
        with pytest.raises(DatabaseError) as caught:
            await mistake()
        facts = {fact: value for fact, value in vars(caught.value).items() if (name, fact) != SAID_BY_SQLITE}
        found[name] = _kind(type(caught.value)), facts
    return found


def _kind(error: type[DatabaseError]) -> str:
    """SQLite's errors are of these kinds, and the driver's as well."""
    return next(one.__name__ for one in error.__mro__ if one.__module__ == "piccolo_engines.errors")


async def test_the_same_mistake_is_the_same_error(engine: MySQLEngine, tmp_path: Path) -> None:
    sqlite = SQLiteEngine(tmp_path / "same.sqlite")
    try:
        assert await errors(engine) == await errors(sqlite)
    finally:
        await sqlite.close_connection_pool()
