"""Many tenants: the memory of an idle one, `freehold migrate` with nothing to do, and the start of commands.

``python -m benchmarks.fleet [--tenants 300] [--registered 10000]``

On SQLite. The tenants are copies of one file. Each is signed in to and read from once, and memory is compared
when half of them and when all of them are idle again, so that everything that is shared is there already.
Commands are measured as processes, in processor time, because other processes may be running.
"""

import argparse
import asyncio
import gc
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import structlog
from rich.console import Console

from api.app import Freehold
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

__all__ = ["main"]

PASSWORD, EMAIL = "correct horse battery", "ada@example.com"
CHEAP = HashParameters(1, 8, 1)
IDLE_SECONDS = 1
BOUNDS = {"idle": 50, "all": 160, "migrate": 2.0, "start": 0.4}


def resident() -> float:
    """The resident size of this process, in KiB."""
    gc.collect()
    with Path("/proc/self/statm").open() as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


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


async def use(app: Freehold, slug: str) -> None:
    """Sign in to the tenant and read a list."""
    transport = httpx.ASGITransport(app=cast("Any", app), client=("203.0.113.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{slug}.localhost") as client:
        signed_in = await client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
        bearer = {"Authorization": f"Bearer {signed_in.json()['accessToken']}"}
        (await client.get("/api/v1/data/accounts?limit=5", headers=bearer)).raise_for_status()


async def memory(environ: Mapping[str, str], folder: Path, count: int) -> Sequence[Figure]:
    first = await create_first(environ)
    platform = compose(Settings.from_env(environ), hashing=CHEAP)
    source = folder / "tenants" / f"{first.db_name}.sqlite"
    with CENTRAL.bind(platform.central_engine):
        for number in range(1, count):
            tenant = await register(platform, f"fleet-{number}")
            shutil.copy(source, source.with_name(f"{tenant.db_name}.sqlite"))
    app, sizes = Freehold().serving(platform), [resident()]
    async with app.lifespan():
        for half in (range(count // 2), range(count // 2, count)):
            for number in half:
                await use(app, f"fleet-{number}")
            await asyncio.sleep(IDLE_SECONDS + 7)
            sizes.append(resident())
    each = (sizes[2] - sizes[1]) / (count - count // 2)
    all_of_them = (sizes[2] + each * (1000 - count)) / 1024
    return (
        Figure("an idle tenant", each, "KiB", at_most=BOUNDS["idle"]),
        Figure(
            f"the service with 1,000 idle tenants (from {count})", all_of_them, "MiB", at_most=BOUNDS["all"]
        ),
    )


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
    parser.add_argument("--tenants", type=int, default=300)
    parser.add_argument("--registered", type=int, default=10_000)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = {
            "ENCRYPTION_KEY": generate_key(),
            "DATA_DIR": name,
            "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
            "SQLITE_SYNCHRONOUS": "OFF",
            "DB_IDLE_SECONDS": str(IDLE_SECONDS),
        }
        figures = [*asyncio.run(memory(environ, folder, options.tenants))]
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
