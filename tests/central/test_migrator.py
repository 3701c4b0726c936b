"""Migrating databases: what Piccolo's own commands would do, quietly, many at a time."""

import asyncio
import gc
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from piccolo.columns.reference import LAZY_COLUMN_REFERENCES
from piccolo.conf.apps import AppConfig
from piccolo.table import TABLE_REGISTRY

from central.migrations.migrator import MigrationFailed, Migrator
from central.migrations.names import MigrationName
from central.migrations.plans import MigrationInvalid
from central.migrations.recorded import MigrationsUnknown
from piccolo_engines.routed import RoutedEngine
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.sample_schema.notes.piccolo_app import APP_CONFIG as NOTES
from tests.central.sample_schema.people.piccolo_app import APP_CONFIG as PEOPLE

ROOT = Path(__file__).parents[2]
A_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IDS = [
    ("people", "2026-11-23T18:19:59:126071"),
    ("people", "2026-11-23T18:20:01:412816"),
    ("people", "2026-11-23T18:20:03:831040"),
    ("notes", "2026-11-23T18:19:59:865711"),
    ("notes", "2026-11-23T18:20:03:070066"),
]
ALL = [MigrationName(app, id_) for app, id_ in IDS]


@pytest.fixture
def migrator() -> Migrator:
    migrator = Migrator([NOTES, PEOPLE], RoutedEngine("sample"))
    migrator.preload()
    return migrator


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Callable[[str], SQLiteEngine]]:
    engines: list[SQLiteEngine] = []

    def open_database(name: str) -> SQLiteEngine:
        engines.append(SQLiteEngine(tmp_path / f"{name}.sqlite"))
        return engines[-1]

    yield open_database
    for engine in engines:
        await engine.close()


def columns(path: Path, table: str) -> list[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    connection.close()
    return [row[0] for row in rows]


def schema(path: Path) -> list[tuple[str, str]]:
    """With the ids taken out: Piccolo writes a default that is a function as the value it gives just then."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()
    connection.close()
    return [(name, A_UUID.sub("...", sql)) for name, sql in rows]


def app(folder: Path, **migrations: str) -> AppConfig:
    folder.mkdir()
    for name, body in migrations.items():
        head = f'from piccolo.apps.migrations.auto.migration_manager import MigrationManager\nID = "{name}"\n'
        (folder / f"{name}.py").write_text(head + body)
    return AppConfig(app_name="odd", migrations_folder_path=str(folder))


async def test_every_kind_of_migration_runs_in_the_order_of_dependencies(migrator, database, tmp_path):
    assert await migrator.migrate(database("acme")) == ALL
    assert columns(tmp_path / "acme.sqlite", "person") == [
        *("created_at", "updated_at", "id", "name", "email", "team", "nickname", "manager")
    ]
    assert "stars" not in columns(tmp_path / "acme.sqlite", "note")


async def test_a_second_run_does_nothing(migrator, database):
    engine = database("acme")
    await migrator.migrate(engine)
    statements: list[str] = []
    engine.on_statement = statements.append
    assert await migrator.migrate(engine) == []
    assert len(statements) == 2  # is there a table of migrations, and which are in it


async def test_what_is_pending_is_known_before_and_after(migrator, database):
    engine = database("acme")
    assert await migrator.pending(engine) == ALL
    await migrator.migrate(engine)
    assert await migrator.pending(engine) == []


async def test_progress_is_reported_migration_by_migration(migrator, database):
    told = []
    await migrator.migrate(database("acme"), progress=told.append)
    assert told == ALL


async def test_the_result_is_what_piccolos_own_command_makes(migrator, database, tmp_path):
    await migrator.migrate(database("ours"))
    (tmp_path / "piccolo_conf.py").write_text(
        "from piccolo.conf.apps import AppRegistry\n"
        "from piccolo.engine.sqlite import SQLiteEngine\n"
        f"DB = SQLiteEngine({str(tmp_path / 'theirs.sqlite')!r})\n"
        "NAMES = ('people', 'notes')\n"
        "APPS = [f'tests.central.sample_schema.{name}.piccolo_app' for name in NAMES]\n"
        "APP_REGISTRY = AppRegistry(apps=APPS)\n"
    )
    theirs = [sys.executable, "-m", "piccolo.main", "migrations", "forwards", "all"]
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    piccolo = partial(subprocess.run, theirs, cwd=tmp_path, env=environ, check=True, capture_output=True)
    await asyncio.to_thread(piccolo)
    assert schema(tmp_path / "ours.sqlite") == schema(tmp_path / "theirs.sqlite")


async def test_nothing_is_printed_and_no_path_grows(migrator, database, capsys):
    path, modules = list(sys.path), set(sys.modules)
    await migrator.migrate(database("acme"))
    assert capsys.readouterr() == ("", "")
    assert sys.path == path
    assert not {name for name in set(sys.modules) - modules if "migrations" in name}


async def test_a_run_leaves_nothing_in_piccolos_global_lists(migrator, database):
    await migrator.migrate(database("first"))
    before = len(TABLE_REGISTRY), len(LAZY_COLUMN_REFERENCES.foreign_key_columns)
    gc.collect()
    objects = len(gc.get_objects())
    for number in range(5):
        await migrator.migrate(database(f"tenant{number}"))
    gc.collect()
    assert (len(TABLE_REGISTRY), len(LAZY_COLUMN_REFERENCES.foreign_key_columns)) == before
    assert len(gc.get_objects()) - objects < 1500, (
        "five open engines need some objects, not five sets of tables"
    )


def test_making_a_migrator_leaves_nothing_of_the_migrations_in_the_registry():
    before = list(TABLE_REGISTRY)
    Migrator([NOTES], RoutedEngine("sample")).preload()
    assert [table for table in TABLE_REGISTRY if table not in before and table.__name__ != "Migration"] == []


async def test_twenty_databases_are_migrated_at_once_and_are_all_the_same(migrator, database, tmp_path):
    names = [f"tenant{number}" for number in range(20)]
    runs = await asyncio.gather(*(migrator.migrate(database(name)) for name in names))
    assert runs == [ALL] * 20
    assert len({tuple(schema(tmp_path / f"{name}.sqlite")) for name in names}) == 1


async def test_two_runs_on_one_database_share_the_work_and_do_nothing_twice(migrator, database, tmp_path):
    first, second = database("acme"), SQLiteEngine(tmp_path / "acme.sqlite")
    runs = await asyncio.gather(migrator.migrate(first), migrator.migrate(second))
    await second.close()
    assert sorted((name.app, name.id) for run in runs for name in run) == sorted(IDS)


async def test_a_failing_migration_is_named_and_leaves_nothing_of_itself(database, tmp_path):
    body = (
        "async def forwards():\n"
        "    manager = MigrationManager(migration_id=ID, app_name='odd')\n"
        "    manager.add_table('Kept', tablename='kept')\n"
        "    manager.add_table('Migration', tablename='migration')\n"
        "    return manager\n"
    )
    migrator = Migrator([app(tmp_path / "odd", m1=body)], RoutedEngine("sample"))
    with pytest.raises(MigrationFailed, match=r"The migration m1 of the app 'odd' failed\.") as caught:
        await migrator.migrate(database("acme"))
    assert (caught.value.app, caught.value.migration) == ("odd", "m1")
    assert columns(tmp_path / "acme.sqlite", "kept") == []
    assert await migrator.pending(database("acme")) == [MigrationName("odd", "m1")]


async def test_functions_of_a_migration_run_each_time_plain_or_async(database, tmp_path):
    body = (
        "from pathlib import Path\n"
        "def note(word):\n"
        f"    with Path({str(tmp_path / 'calls')!r}).open('a') as calls:\n"
        "        calls.write(word + ' ')\n"
        "async def forwards():\n"
        "    manager = MigrationManager(migration_id=ID, app_name='odd')\n"
        "    async def later():\n"
        "        note('async')\n"
        "    manager.add_raw(lambda: note('plain'))\n"
        "    manager.add_raw(later)\n"
        "    return manager\n"
    )
    migrator = Migrator([app(tmp_path / "odd", m1=body)], RoutedEngine("sample"))
    await migrator.migrate(database("first"))
    await migrator.migrate(database("second"))
    assert (tmp_path / "calls").read_text().split() == ["plain", "async"] * 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError\n", "cannot be imported"),
        ("async def forwards():\n    return None\n", "does not return a MigrationManager"),
        ("import asyncio\nasync def forwards():\n    await asyncio.sleep(1)\n", "without a database"),
    ],
)
def test_an_unusable_migration_is_found_at_start_up(body, reason, tmp_path):
    migrator = Migrator([app(tmp_path / "odd", m1=body)], RoutedEngine("sample"))
    with pytest.raises(MigrationInvalid, match=reason) as caught:
        migrator.preload()
    assert (caught.value.app, caught.value.migration) == ("odd", "m1")


async def test_a_faked_migration_is_only_recorded(database, tmp_path):
    body = (
        "async def forwards():\n"
        "    manager = MigrationManager(migration_id=ID, app_name='odd', fake=True)\n"
        "    manager.add_table('Never', tablename='never')\n"
        "    return manager\n"
    )
    migrator = Migrator([app(tmp_path / "odd", m1=body)], RoutedEngine("sample"))
    await migrator.migrate(database("acme"))
    assert columns(tmp_path / "acme.sqlite", "never") == []
    assert await migrator.pending(database("acme")) == []


NOTHING = "async def forwards():\n    return MigrationManager(migration_id=ID, app_name='odd')\n"


async def test_a_database_of_another_version_is_refused_before_anything_is_run(database, tmp_path):
    theirs = Migrator([app(tmp_path / "theirs", m1=NOTHING, m2=NOTHING)], RoutedEngine("sample"))
    ours = Migrator([app(tmp_path / "ours", n1=NOTHING)], RoutedEngine("sample"))
    engine = database("acme")
    await theirs.migrate(engine)
    for refused in (ours.pending, ours.migrate):
        with pytest.raises(MigrationsUnknown, match=r"migration m1 of the app 'odd' and 1 more") as caught:
            await refused(engine)
        assert caught.value.unknown == (MigrationName("odd", "m1"), MigrationName("odd", "m2"))
        assert caught.value.pending == (MigrationName("odd", "n1"),)
    assert await theirs.pending(engine) == []


async def test_a_newer_database_that_lacks_nothing_is_served(database, tmp_path):
    """While the processes of a service are replaced one after the other."""
    newer = Migrator([app(tmp_path / "newer", m1=NOTHING, m2=NOTHING)], RoutedEngine("sample"))
    older = Migrator([app(tmp_path / "older", m1=NOTHING)], RoutedEngine("sample"))
    await newer.migrate(database("acme"))
    assert await older.pending(database("acme")) == await older.migrate(database("acme")) == []


async def test_what_other_apps_have_run_is_no_matter(migrator, database, tmp_path):
    other = Migrator([app(tmp_path / "odd", m1=NOTHING)], RoutedEngine("sample"))
    await migrator.migrate(database("acme"))
    assert await other.migrate(database("acme")) == [MigrationName("odd", "m1")]


async def test_a_migration_of_a_class_of_its_own_keeps_what_the_class_overrides(database, tmp_path):
    body = (
        "class Plural(MigrationManager):\n"
        "    async def _run_query(self, query):\n"
        "        query.table._meta.tablename += 's'\n"
        "        await super()._run_query(query)\n"
        "async def forwards():\n"
        "    manager = Plural(migration_id=ID, app_name='odd')\n"
        "    manager.add_table('Word', tablename='word')\n"
        "    return manager\n"
    )
    migrator = Migrator([app(tmp_path / "odd", m1=body)], RoutedEngine("sample"))
    await migrator.migrate(database("acme"))
    assert (columns(tmp_path / "acme.sqlite", "words"), columns(tmp_path / "acme.sqlite", "word")) == (
        ["id"],
        [],
    )


async def test_an_empty_database_is_created_as_migrations_would(
    migrator: Migrator, database: Callable[[str], SQLiteEngine]
) -> None:
    migrated, created = database("migrated"), database("created")
    await migrator.migrate(migrated)
    await migrator.create(created)
    assert schema(created.path) == schema(migrated.path)
    assert await migrator.pending(created) == []
