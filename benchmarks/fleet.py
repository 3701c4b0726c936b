"""Many tenants: `freehold migrate` with nothing to do, and the start of commands.

``python -m benchmarks.fleet [--registered 10000]``

On SQLite. Commands are measured as processes, in processor time, because other processes may be running.
"""

import argparse
import asyncio
import logging
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import structlog
from rich.console import Console

from api.composition import Platform, compose
from benchmarks.figures import Figure, report
from central.database import CENTRAL
from central.provisioning.types import TenantRequest
from central.registry import TenantRef
from central.secrets.keys import generate_key
from central.settings.settings import Settings
from central.tables import TenantStatus
from piccolo_engines.columns import new_id
from tenant_schema.users.passwords.hashing import HashParameters

__all__ = ["EMAIL", "PASSWORD", "create_first", "environment", "main", "register_copy"]

PASSWORD, EMAIL = "correct horse battery", "ada@example.com"
CHEAP = HashParameters(1, 8, 1)
BOUNDS: Final = {"migrate": 2.0, "start": 0.4}


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of an installation on SQLite in the folder."""
    return {
        "ENCRYPTION_KEY": generate_key(),
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "SQLITE_SYNCHRONOUS": "OFF",
    }


async def create_first(environ: Mapping[str, str]) -> TenantRef:
    platform = compose(Settings.from_env(environ), hashing=CHEAP)
    await platform.central_migrator.migrate(platform.central_engine)
    with CENTRAL.bind(platform.central_engine):
        request = TenantRequest("fleet-0", "Fleet", "fleet-0.localhost", None, EMAIL, PASSWORD)
        created = await platform.provisioning.create(request)
    await platform.close()
    return created.tenant


async def register(platform: Platform, slug: str) -> TenantRef:
    """Add a tenant to the registry, up to date; its database is not created."""
    tenant = await platform.registry.reserve(
        slug=slug,
        name=slug,
        domain=f"{slug}.localhost",
        database_server="sqlite",
        db_name=f"tenant_{slug}",
        admin_email=EMAIL,
        tenant_id=new_id(),
    )
    level, expected = str(platform.tenant_migrator.level), (TenantStatus.PROVISIONING,)
    return await platform.registry.set_status(tenant.id, TenantStatus.ACTIVE, expected=expected, level=level)


async def register_copy(platform: Platform, slug: str, source: Path) -> TenantRef:
    """Add a tenant whose database is a copy of a file, with what is still in the file's log."""
    tenant = await register(platform, slug)
    target = source.with_name(f"{tenant.db_name}.sqlite")
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as connection:
        original.backup(connection)
        (owner,) = connection.execute("SELECT tenant FROM tenant_identity").fetchone()
        mine = tenant.id.bytes if isinstance(owner, bytes) else str(tenant.id)
        connection.execute("UPDATE tenant_identity SET tenant = ?", [mine])
        connection.commit()
    return tenant


async def fill_registry(environ: Mapping[str, str], folder: Path, count: int) -> None:
    platform = compose(Settings.from_env(environ), hashing=CHEAP)
    with CENTRAL.bind(platform.central_engine):
        async with CENTRAL.transaction():
            for number in range(count):
                tenant = await register(platform, f"known-{number}")
                (folder / "tenants" / f"{tenant.db_name}.sqlite").touch()
    await platform.close()


def processor_seconds(environ: Mapping[str, str], *arguments: str) -> float:
    """The least processor time of five runs of a command."""
    found = []
    command = [str(Path(sys.executable).with_name("freehold")), *arguments]
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env={**os.environ, **environ}, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--registered", type=int, default=10_000)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = environment(folder)
        asyncio.run(create_first(environ))
        figures = []
        for arguments in (["--help"], ["tenants", "list"]):
            seconds = processor_seconds(environ, *arguments)
            figures.append(Figure(f"freehold {' '.join(arguments)}", seconds, "s", at_most=BOUNDS["start"]))
        asyncio.run(fill_registry(environ, folder, options.registered))
        seconds = processor_seconds(environ, "migrate")
        what = f"freehold migrate, {options.registered:,} tenants up to date"
        figures.append(Figure(what, seconds, "s", at_most=BOUNDS["migrate"]))
    report(Console(), figures)


if __name__ == "__main__":
    main()
