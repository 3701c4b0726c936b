"""An archive of an earlier version: its migrations, then the rows, then the migrations since."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from piccolo.columns import UUID, Varchar
from piccolo.conf.apps import AppConfig
from piccolo.table import Table

import piccolo_conf
from central.migrations.migrator import Migrator
from central.migrations.names import MigrationName
from piccolo_conf import DB
from tenant_schema.archives.contents import tables as contents
from tenant_schema.archives.contents.errors import ContentsUnknown
from tenant_schema.archives.format.lines import Column, Manifest, Migrations
from tests.tenant_schema.archives.databases import (
    ARCHIVES,
    UNLOCK,
    Databases,
    archived,
    closed,
    digest_of,
    in_pieces,
    opened,
    sealing,
)
from tests.tenant_schema.objects.changes.worlds import tenant_on
from tests.tenant_schema.objects.databases import APP_CONFIGS

_FIRST = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, Varchar

ID = "2026-01-01T00:00:00:000001"

async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="notes", description="")
    manager.add_table("Note", tablename="notes")
    for name, kind, params in (
        ("id", UUID, {"primary_key": True}),
        ("old", Varchar, {"length": 50, "default": "", "null": False}),
    ):
        manager.add_column(
            table_class_name="Note", tablename="notes", column_name=name, db_column_name=name,
            column_class_name=kind.__name__, column_class=kind, params=params,
        )
    return manager
"""
_SECOND = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Varchar

ID = "2026-01-02T00:00:00:000001"

async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="notes", description="")
    manager.add_column(
        table_class_name="Note", tablename="notes", column_name="title", db_column_name="title",
        column_class_name="Varchar", column_class=Varchar,
        params={"length": 50, "default": "untitled", "null": False},
    )
    return manager
"""
_THIRD = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, Varchar
from piccolo.table import Table

ID = "2026-01-03T00:00:00:000001"

class Note(Table, tablename="notes"):
    id = UUID(primary_key=True)
    old = Varchar()
    title = Varchar()

async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="notes", description="")

    async def copy():
        for row in await Note.select(Note.id, Note.old):
            await Note.update({Note.title: row["old"]}).where(Note.id == row["id"])

    manager.add_raw(copy)
    return manager
"""
NAMES = tuple(f"2026-01-0{day}T00:00:00:000001" for day in (1, 2, 3))
ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"


class Note(Table, tablename="notes", db=DB):
    """As it is in this version."""

    id = UUID(primary_key=True)
    old = Varchar(length=50)
    title = Varchar(length=50)


@pytest.fixture
def migrator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Migrator:
    """The tenants' migrations, and those of an extension whose later ones change its rows."""
    folder = tmp_path / "piccolo_migrations"
    folder.mkdir()
    for number, text in enumerate((_FIRST, _SECOND, _THIRD)):
        (folder / f"notes_{number}.py").write_text(text)
    app = AppConfig(app_name="notes", migrations_folder_path=str(folder), table_classes=[Note])
    real = contents.import_module

    def imported(name: str) -> Any:
        return SimpleNamespace(APP_CONFIG=app) if name == "notes" else real(name)

    monkeypatch.setattr(piccolo_conf, "TENANT_APPS", [*piccolo_conf.TENANT_APPS, "notes"])
    monkeypatch.setattr(contents, "import_module", imported)
    contents.schema_tables.cache_clear()
    return Migrator([*APP_CONFIGS, app], DB)


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    contents.schema_tables.cache_clear()


async def load(data: bytes, migrator: Migrator, engine: Any, steps: list[str]) -> None:
    async def migrate_to(manifest: Manifest | None) -> None:
        if manifest is None:
            steps.append(f"rest, {await Note.count()} notes")
            await migrator.migrate(engine)
            return
        names = {MigrationName(one.app, name) for one in manifest.migrations for name in one.names}
        steps.append(f"{len([one for one in names if one.app == 'notes'])} of notes")
        await migrator.create(engine, only=names)

    await ARCHIVES.load(
        in_pieces(data),
        UNLOCK,
        migrate_to=migrate_to,
        open_secret=sealing("acme")[0],
        seal_secret=sealing("acme")[1],
        as_other_tenant=False,
    )


async def earlier(databases: Databases, names: tuple[str, ...]) -> bytes:
    """What a version with these migrations of the extension would have written."""
    async with tenant_on(await databases.begun("sqlite", is_seeded=True)):
        contents_before = contents.PASSING
        contents.PASSING = {**contents_before, "notes": "not there yet"}  # type: ignore[misc]  # for a moment
        try:
            manifest, tables = opened(await archived())
        finally:
            contents.PASSING = contents_before  # type: ignore[misc]  # as it was
    tables["notes"] = ([Column("id", "uuid"), Column("old", "text")], [[ID, "From long ago"]])
    applied = (*manifest.migrations, Migrations(app="notes", names=names))
    changed = Manifest(
        product="0.0.9",
        taken_at=manifest.taken_at,
        tenant=manifest.tenant,
        engine=manifest.engine,
        migrations=applied,
    )
    return closed(changed, tables)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb", "mysql"])
async def test_later_migrations_find_the_rows(databases: Databases, migrator: Migrator, kind: str) -> None:
    data, steps = await earlier(databases, NAMES[:1]), list[str]()
    async with tenant_on(await databases.begun(kind)) as tenant:
        await load(data, migrator, tenant.engine, steps)
        assert steps == ["1 of notes", "rest, 1 notes"]
        (row,) = await Note.select()
        assert (str(row["id"]), row["old"], row["title"]) == (ID, "From long ago", "From long ago")
        assert await migrator.pending(tenant.engine) == []
        assert await digest_of()


async def test_what_this_version_no_longer_has_is_named(databases: Databases, migrator: Migrator) -> None:
    manifest, tables = opened(await earlier(databases, NAMES[:1]))
    columns, rows = tables["notes"]
    columns[1] = Column("older", "text")
    async with tenant_on(await databases.begun("sqlite")) as tenant:
        with pytest.raises(Exception, match="cannot be stored"):
            await load(closed(manifest, tables), migrator, tenant.engine, [])
    columns[1] = Column("old", "hologram")
    async with tenant_on(await databases.begun("sqlite")) as tenant:
        with pytest.raises(ContentsUnknown, match="'old'"):
            await load(closed(manifest, tables), migrator, tenant.engine, [])
    assert rows
