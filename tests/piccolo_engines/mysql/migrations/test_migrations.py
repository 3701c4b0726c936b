"""Migrations run forwards and backwards, journaled; how they survive being killed is in ``test_project``."""

import contextlib
import sys
import types
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.columns import ForeignKey, Integer, Serial, Text, Varchar
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.migrations.journal import JOURNAL
from piccolo_engines.mysql.sessions.session import Session
from tests.piccolo_engines.mysql.tables import bound


class Old(Table):
    name = Varchar(length=10)
    size = Integer()
    code = Varchar(length=10)


class Log(Table):
    text = Varchar(length=50)


@pytest.fixture
async def project(engine: MySQLEngine, monkeypatch: pytest.MonkeyPatch) -> MySQLEngine:
    """A project whose default engine is this one, with two tables to migrate."""
    conf = types.ModuleType("piccolo_conf")
    conf.DB = engine  # type: ignore[attr-defined]  # a module made on the spot
    monkeypatch.setitem(sys.modules, "piccolo_conf", conf)
    bound(engine, Migration, Old, Log)
    for table in (Migration, Old, Log):
        await table.create_table()
    await Old(name="a", size=1, code="c").save()
    return engine


def migration(*, fails: bool = False) -> MigrationManager:
    manager = MigrationManager(migration_id="2030-01-01T00:00:00", app_name="app", description="everything")
    params: dict[str, Any] = {
        "default": "", "null": False, "primary_key": False, "unique": False, "index": False,
        "index_method": IndexMethod.btree, "choices": None, "db_column_name": None, "secret": False,
    }  # fmt: skip
    manager.add_table("New", tablename="new")
    manager.add_column(
        "New", "new", "id", column_class=Serial, params={**params, "primary_key": True, "unique": True}
    )
    manager.add_column(
        "New", "new", "title", column_class=Varchar, params={**params, "length": 30, "index": True}
    )
    manager.add_column(
        "New", "new", "old", column_class=ForeignKey,
        params={**params, "default": None, "null": True, "references": Old, "on_delete": OnDelete.cascade,
                "on_update": OnUpdate.cascade, "target_column": None},
    )  # fmt: skip
    manager.add_column("Old", "old", "extra", column_class=Text, params={**params, "index": True})
    manager.rename_column("Old", "old", "name", "label")
    manager.alter_column(
        "Old", "old", "size", params={"null": True}, old_params={"null": False}, column_class=Integer,
        old_column_class=Integer,
    )  # fmt: skip
    manager.alter_column(
        "Old", "old", "code", params={"length": 20, "unique": True},
        old_params={"length": 10, "unique": False},
        column_class=Varchar, old_column_class=Varchar,
    )  # fmt: skip
    manager.add_constraint(
        "Old", "old", "pair", Unique, {"columns": ["code", "size"], "nulls_distinct": True}
    )

    async def note() -> None:
        await Log(text="forwards").save()

    async def note_backwards() -> None:
        await Log(text="backwards").save()

    manager.add_raw(note)
    manager.add_raw_backwards(note_backwards)
    return manager


async def run(*, backwards: bool = False) -> None:
    """What Piccolo's commands do with one migration."""
    if await Migration.exists().where(Migration.name == migration().migration_id) is not backwards:
        return
    await migration().run(backwards=backwards)
    if backwards:
        await Migration.delete().where(Migration.name == migration().migration_id)
    else:
        await Migration.insert().add(Migration(name=migration().migration_id, app_name="app"))


async def schema(engine: MySQLEngine) -> dict[str, str]:
    tables = {}
    for name in ("new", "old", "log"):
        with contextlib.suppress(Exception):
            (row,) = await Old.raw(f"SHOW CREATE TABLE {name}")
            tables[name] = "\n".join(
                sorted(
                    row["Create Table"]
                    .replace(",", "")
                    .replace("CHARACTER SET utf8mb4 ", "")
                    .split("\n")[:-1]
                )
            )
    return tables


async def forget_everything(engine: MySQLEngine) -> None:
    await engine.run_ddl("DROP TABLE IF EXISTS new")
    for table in (Old, Log, Migration):
        await table.alter().drop_table(if_exists=True, cascade=True)
    await engine.run_ddl(f"DROP TABLE IF EXISTS {JOURNAL}")
    for table in (Migration, Old, Log):
        await table.create_table()
    await Old(name="a", size=1, code="c").save()


@contextlib.contextmanager
def written_down(monkeypatch: pytest.MonkeyPatch, *, sent: list[str]) -> Iterator[None]:
    """Write down all statements that are not questions."""
    send = Session.send

    async def observed(self: Session, sql: str) -> Any:
        if not sql.startswith(("SELECT", "SHOW", "SET")):
            sent.append(sql)
        return await send(self, sql)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "send", observed)
        yield


def changes(sent: list[str]) -> Counter[str]:
    """The DDL of the migration itself."""
    return Counter(
        sql for sql in sent
        if sql.startswith(("CREATE", "ALTER", "DROP", "RENAME")) and JOURNAL not in sql
    )  # fmt: skip


async def test_forwards_and_backwards(project: MySQLEngine) -> None:
    before = await schema(project)
    await run()
    after = await schema(project)
    assert set(after) == {"new", "old", "log"}
    assert after != before
    await run(backwards=True)
    assert await schema(project) == before
    await run()
    assert await schema(project) == after
    assert await Log.select(Log.text).output(as_list=True) == ["forwards", "backwards", "forwards"]


async def test_the_journal_is_empty_when_the_migration_is_recorded(project: MySQLEngine) -> None:
    await run()
    assert await Old.raw(f"SELECT * FROM {JOURNAL}") == []  # noqa: S608 - a fixed name


async def test_what_was_undone_by_hand_is_done_again(project: MySQLEngine) -> None:
    await migration().run()
    await forget_everything(project)
    await migration().run()
    assert "new" in await schema(project)


async def test_a_finished_migration_that_was_not_recorded_is_left_alone(
    project: MySQLEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migration().run()
    sent: list[str] = []
    with written_down(monkeypatch, sent=sent):
        await run()
    assert changes(sent) == Counter()
    assert await Log.count() == 1
