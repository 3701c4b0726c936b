"""Migrating many tenants compared with the raw DDL, in one run on one server.

``python -m benchmarks.migrations [--database sqlite] [--tenants 1000]``

Each tenant has all tables, and lacks one migration, which adds a column to one of them. The migration by
``freehold migrate`` is compared with a loop that opens a connection to each database, as the tenant's own
user, and executes ``ALTER TABLE``. Both work on four databases at a time, in turn on portions of the tenants.
The bound is twice the time. On a server a tenant takes 47 tables: fewer tenants do.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from asyncmy import connect
from piccolo.conf.apps import AppConfig
from rich.console import Console

from api.composition import Platform, compose
from api.operations.upgrade import bring_up_to_date
from api.tenant_level import seeds_version, tenant_apps
from benchmarks.figures import Figure, report
from benchmarks.fleet import CHEAP, create_first, environment, register_copy
from benchmarks.stages import ServerStage, Stage, stage_of
from central.database import CENTRAL
from central.migrations.migrator import Migrator
from central.provisioning.types import TenantRequest
from central.registry import TenantRef
from central.settings.settings import Settings
from piccolo_conf import DB

__all__ = ["BOUND", "main"]

BOUND = 2.0
"""The maximum time of the migration, as a multiple of the raw DDL's."""
PARALLEL, PORTION = 4, 20
RAW = "ALTER TABLE roles ADD COLUMN raw_note VARCHAR(40) NOT NULL DEFAULT ''"
MIGRATION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar

ID = "2999-01-01T00:00:00:000000"
VERSION = "1.0.0"
DESCRIPTION = "Adds a column"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="benchmark", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Role", tablename="roles", column_name="note", db_column_name="note", schema=None,
        column_class=Varchar, column_class_name="Varchar",
        params={"length": 40, "default": "", "null": False},
    )
    return manager
"""


def with_another_migration(platform: Platform, folder: Path) -> Platform:
    """Return the services of a version that has one migration more."""
    migrations = folder / "benchmark_migrations"
    migrations.mkdir()
    (migrations / "benchmark_2999.py").write_text(MIGRATION)
    app = AppConfig(app_name="benchmark", migrations_folder_path=str(migrations))
    return replace(platform, tenant_migrator=Migrator([*tenant_apps(), app], DB, seeds=seeds_version()))


async def create(
    platform: Platform, stage: Stage, count: int, first: TenantRef | None
) -> Sequence[TenantRef]:
    """Create the tenants; on SQLite they are copies of the first one."""
    slugs = [f"fleet-{number}" for number in range(count)]
    if first is not None:
        source = stage.folder / "tenants" / f"{first.db_name}.sqlite"
        return [first, *[await register_copy(platform, slug, source) for slug in slugs[1:]]]
    requests = [TenantRequest(slug, "Fleet", f"{slug}.localhost") for slug in slugs]
    return [(await platform.provisioning.create(one)).tenant for one in requests]


async def alter(platform: Platform, stage: Stage, tenant: TenantRef) -> None:
    """Execute the raw DDL."""
    if not isinstance(stage, ServerStage):
        await asyncio.to_thread(_alter, stage.folder / "tenants" / f"{tenant.db_name}.sqlite")
        return
    assert stage.address is not None
    login = await platform.credentials.login(tenant.id)
    assert login is not None
    connection = await connect(
        host=stage.address.host,
        port=stage.address.port,
        user=login.username,
        password=login.password(),
        database=tenant.db_name,
    )
    async with connection.cursor() as cursor:
        await cursor.execute(RAW)
    await connection.ensure_closed()


def _alter(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(RAW)
        connection.commit()


async def migrate(platform: Platform, tenant: TenantRef) -> None:
    """Do what ``freehold migrate`` does with a tenant whose level is another one's."""
    level = older_level(platform)
    assert len(await bring_up_to_date(platform, tenant, level)) == 1


def older_level(platform: Platform) -> str:
    """Return a level with the seeds of this version, and older migrations."""
    wanted = platform.tenant_migrator.level
    return str(type(wanted)(newest="", names="", seeds=wanted.seeds))


async def timed(act: Callable[[TenantRef], Awaitable[None]], tenants: Sequence[TenantRef]) -> float:
    """Act on the tenants, some at a time, and return the seconds."""
    left = iter(tenants)

    async def work() -> None:
        for tenant in left:
            await act(tenant)

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(PARALLEL)))
    return time.perf_counter() - begun


async def compare(stage: Stage, database: str, count: int) -> Sequence[Figure]:
    environ = {**environment(stage.folder), **stage.environ}
    first = None if isinstance(stage, ServerStage) else await create_first(environ)
    platform = compose(Settings.from_env(environ), hashing=CHEAP)
    await platform.central_migrator.migrate(platform.central_engine)
    ours, raw = 0.0, 0.0
    try:
        with CENTRAL.bind(platform.central_engine):
            tenants = await create(platform, stage, count, first)
            newer = with_another_migration(platform, stage.folder)
            newer.tenant_migrator.preload()
            acts = [partial(migrate, newer), partial(alter, platform, stage)]
            for start in range(0, count, PORTION):
                portion = tenants[start : start + PORTION]
                for act in acts if start // PORTION % 2 else reversed(acts):
                    seconds = await timed(act, portion)
                    ours, raw = (ours + seconds, raw) if act is acts[0] else (ours, raw + seconds)
    finally:
        await platform.close()
    what = f"{database}, migrating {count:,} tenants: time, to that of the raw DDL"
    return [
        Figure(what, ours / raw, at_most=BOUND),
        Figure(f"{database}, migrating a tenant", ours / count * 1000, "ms"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "mariadb", "mysql"), default="sqlite")
    parser.add_argument("--tenants", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage_of(options.database, Path(folder)) as stage:
        figures = asyncio.run(compare(stage, options.database, options.tenants))
    report(Console(), figures)


if __name__ == "__main__":
    main()
