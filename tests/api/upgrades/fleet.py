"""Fifty tenants on SQLite, and a version that has one migration more than their databases."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from piccolo.conf.apps import AppConfig

import api.composition
import api.tenant_level
from api.composition import compose
from central.database import CENTRAL
from central.jobs.runner import JobRunner
from central.settings.settings import Settings
from piccolo_engines.columns import new_id
from tests.api.conftest import CHEAP, World

MIGRATION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Text

from piccolo_conf import DB

ID = "2999-01-01T00:00:00:000000"
{marks}

{function}
async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="made_up", description="")
    {line}
    return manager
"""
ADDS_A_TABLE = 'manager.add_table("Note", "made_up_notes")'
CALLS = "manager.add_raw(change)"
RENAMES_IN_ONE = '''
async def change():
    """Where there is a mark, what the API reads is renamed: its requests fail from then on."""
    if await DB.run_ddl("SELECT name FROM sqlite_master WHERE name = 'marked'"):
        await DB.run_ddl("ALTER TABLE users RENAME TO former_users")
'''
FAILS_IN_ONE = '''
async def change():
    """Rows are changed, and where there is a mark that fails afterwards."""
    await DB.run_ddl("UPDATE users SET name = 'Changed'")
    if await DB.run_ddl("SELECT name FROM sqlite_master WHERE name = 'marked'"):
        await DB.run_ddl("INSERT INTO nowhere VALUES (1)")
'''
WAITS_FOR_A_FILE = '''
async def change():
    """Waits until there is no file of this name any more; dies in a process that is to die."""
    import asyncio, os, signal
    from pathlib import Path

    await DB.run_ddl("UPDATE users SET name = 'Changed'")
    if "DIES_WHILE_UPGRADING" in os.environ:
        os.kill(os.getpid(), signal.SIGKILL)
    while Path(__file__).with_name("wait").exists():
        Path(__file__).with_name("waits").touch()
        await asyncio.sleep(0.01)
'''


def slug_of(number: int) -> str:
    return f"t-{number}"


def database_of(folder: Path, slug: str) -> Path:
    return folder / "tenants" / f"tenant_{slug}.sqlite"


def add_tenants(folder: Path, count: int) -> None:
    """Copies of acme, each with its own name and identity."""
    with closing(sqlite3.connect(folder / "central.sqlite")) as central:
        central.row_factory = sqlite3.Row
        tenant = dict(central.execute("SELECT * FROM tenant WHERE slug = 'acme'").fetchone())
        domain = dict(central.execute("SELECT * FROM domain WHERE domain = 'acme.localhost'").fetchone())
        for number in range(count):
            slug, id_ = slug_of(number), str(new_id())
            new = tenant | {"id": id_, "slug": slug, "held_slug": slug, "db_name": f"tenant_{slug}"}
            named = domain | {"id": str(new_id()), "tenant": id_, "domain": f"{slug}.localhost"}
            for table, row in (("tenant", new), ("domain", named)):
                marks = ", ".join("?" * len(row))
                central.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", [*row.values()])  # noqa: S608 # own names
            path = database_of(folder, slug)
            shutil.copy(database_of(folder, "acme"), path)
            execute(path, f"UPDATE tenant_identity SET tenant = '{id_}'")  # noqa: S608 # own id
        central.commit()


def execute(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(statement).fetchall()
        connection.commit()
    return found


@dataclass
class Fleet:
    """A world of the newer version."""

    world: World
    folder: Path

    async def begin(self, **body: Any) -> str:
        given = {"waves": ["100%"], "soakSeconds": 0} | body
        response = await self.world.operator().post("/setup/upgrades", json=given)
        assert response.status_code == 202, response.text
        return str(response.json()["job"])

    async def read(self, job: str) -> dict[str, Any]:
        response = await self.world.operator().get(f"/setup/upgrades/{job}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def act(self, job: str, action: str) -> dict[str, Any]:
        response = await self.world.operator().post(f"/setup/upgrades/{job}/{action}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def run(self, job: str) -> dict[str, Any]:
        """Execute the job until it ends, stops or is paused."""
        runner = self.runner()
        while (found := await self.read(job))["state"] == "running":
            await runner.drain()
            await asyncio.sleep(0.02)
        await runner.stop()
        return found

    def runner(self) -> JobRunner:
        platform = self.world.platform
        return JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=2)


@asynccontextmanager
async def fleet_of(
    settings: Settings, app: Any, monkeypatch: pytest.MonkeyPatch, migrations: Path, **parts: str
) -> AsyncIterator[Fleet]:
    """Serve with a version that has this migration in addition.

    :param parts: of :data:`MIGRATION`.
    """
    (migrations / "made_up.py").write_text(MIGRATION.format(**{"marks": "", "function": "", **parts}))
    apps = apps_with(migrations)
    for module in (api.composition, api.tenant_level):
        monkeypatch.setattr(module, "tenant_apps", lambda: apps)
    api.tenant_level.served_levels.cache_clear()
    try:
        platform = compose(replace(settings, cache_seconds=0.0), hashing=CHEAP)
        with CENTRAL.bind(platform.central_engine):
            yield Fleet(World(platform, app.serving(platform)), settings.data_dir)
        await platform.close()
    finally:
        api.tenant_level.served_levels.cache_clear()


def apps_with(migrations: Path) -> list[AppConfig]:
    """The apps of tenants, and one whose migrations are in this folder."""
    extra = AppConfig(app_name="made_up", migrations_folder_path=str(migrations), table_classes=[])
    return [*api.tenant_level.tenant_apps(), extra]


def tenant_id_of(folder: Path, slug: str) -> UUID:
    ((found,),) = execute(folder / "central.sqlite", f"SELECT id FROM tenant WHERE slug = '{slug}'")  # noqa: S608 # own name
    return UUID(found)
