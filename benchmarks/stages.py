"""The databases of a benchmark over HTTP: those of Freehold and of the baseline."""

import asyncio
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.mysql_floor import token
from piccolo_engines.mysql import MySQLEngine
from tests.conftest import clear
from tests.support.servers import ServerAddress, address_of

__all__ = ["Stage", "stage_of"]


@dataclass(frozen=True)
class Stage:
    """SQLite in a folder. The baseline serves a copy, since a file has one writer.

    :ivar environ: Freehold's environment variables for its databases.
    :ivar floor: the module that serves the baseline.
    """

    folder: Path
    floor: str = "benchmarks.floor"
    floor_token: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)

    def floor_database(self, created: Mapping[str, Any]) -> str:  # noqa: ARG002 # servers need it
        """Return the tenant's database for the baseline, as ``FLOOR_DATABASE``."""
        return str(copy_database(self.folder))


@dataclass(frozen=True)
class ServerStage(Stage):
    """A database server. Both serve the tenant's own database, with its own login."""

    address: ServerAddress | None = None

    def floor_database(self, created: Mapping[str, Any]) -> str:
        """Return arguments of asyncmy's ``create_pool``."""
        assert self.address is not None
        login = {
            "user": created["dbUsername"],
            "password": created["dbPassword"],
            "database": created["dbName"],
        }
        return json.dumps({"host": self.address.host, "port": self.address.port, **login})


@contextmanager
def stage_of(database: str, folder: Path) -> Iterator[Stage]:
    """Return the stage. On a server everything that was created is dropped afterwards."""
    if database == "sqlite":
        yield Stage(folder)
        return
    prefix = f"b{uuid.uuid4().hex[:7]}_"
    with address_of(database) as address:
        asyncio.run(MySQLEngine(address.config).run_ddl(f'CREATE DATABASE "{prefix}central"'))
        try:
            environ = _environ(address, prefix)
            yield ServerStage(folder, "benchmarks.mysql_floor", token(), environ, address)
        finally:
            asyncio.run(clear(MySQLEngine(address.config), prefix))


def _environ(address: ServerAddress, prefix: str) -> dict[str, str]:
    return {
        "CENTRAL_DATABASE_URL": f"{address.url}/{prefix}central",
        "DB_HOST": address.host,
        "DB_PORT": str(address.port),
        "DB_ROOT_USER": address.user,
        "DB_ROOT_PASSWORD": address.password,
        "DB_PREFIX": prefix,
    }


def copy_database(folder: Path) -> Path:
    source = next((folder / "tenants").glob("*bench*.sqlite"))
    target = folder / "floor.sqlite"
    shutil.copy(source, target)
    for suffix in ("-wal", "-shm"):
        if Path(f"{source}{suffix}").exists():
            shutil.copy(f"{source}{suffix}", f"{target}{suffix}")
    return target
