"""A tenant's database with the real migrations applied, and a count of the statements sent to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from central.migrations.migrator import Migrator
from piccolo_conf import DB, TENANT_APPS
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tests.conftest import cleared
from tests.support.servers import ServerAddress

Bound: TypeAlias = SQLiteEngine | MySQLEngine
"""The engine that a test's queries go to."""
APP_CONFIGS = [import_module(name).APP_CONFIG for name in TENANT_APPS]


@asynccontextmanager
async def tenant_database(path: Path) -> AsyncIterator[SQLiteEngine]:
    """The engine of a new tenant's database at ``path``; the caller binds it."""
    engine = SQLiteEngine(path, synchronous="OFF")
    try:
        await Migrator(APP_CONFIGS, DB).migrate(engine)
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def empty_database(address: ServerAddress, prefix: str) -> AsyncIterator[MySQLEngine]:
    """The engine of a new database on a server; it is dropped afterwards."""
    async with cleared(address, prefix) as root:
        await root.run_ddl(f'CREATE DATABASE "{prefix}tenant" CHARACTER SET utf8mb4')
        engine = MySQLEngine(address.config | {"database": f"{prefix}tenant"}, PoolSettings(max_size=8))
        try:
            yield engine
        finally:
            await engine.close()


def count_statements(engine: SQLiteEngine) -> list[str]:
    """A list that grows with every statement sent from now on."""
    statements: list[str] = []
    engine.on_statement = statements.append
    return statements
