"""Creating tenants with databases of the pool, compared with creating them without, in one run.

``python -m benchmarks.provisioning_pool [--database sqlite] [--tenants 10]``

The bound is a third of the time. On SQLite a file is renamed; what remains is the hash of the password and
the commits of the central database. Neither MySQL nor MariaDB can rename a database: all tables are moved by
``RENAME TABLE``, which takes about half as long as creating them.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from rich.console import Console

from api.composition import compose
from benchmarks.figures import Figure, report
from benchmarks.stages import Stage, stage_of
from central.database import CENTRAL
from central.provisioning.types import TenantRequest
from central.secrets.keys import generate_key
from central.settings.settings import Settings

__all__ = ["BOUND", "main"]

BOUND = 1 / 3
"""The maximum time of creating a tenant with a database of the pool, as a multiple of the time without."""


async def compare(stage: Stage, database: str, tenants: int, console: Console) -> None:
    environ = {**stage.environ, "ENCRYPTION_KEY": generate_key(), "DATA_DIR": str(stage.folder)}
    platform = compose(Settings.from_env(environ))
    await platform.central_migrator.migrate(platform.central_engine)
    platform.tenant_migrator.preload()
    taken: dict[int, list[float]] = {0: [], 1: []}
    try:
        with CENTRAL.bind(platform.central_engine):
            for number in range(2 * (tenants + 1)):
                platform.pool.size = number % 2
                await platform.pool.fill()
                request = TenantRequest(f"bench-{number}", "Bench", f"bench-{number}.localhost")
                begun = time.perf_counter()
                created = await platform.provisioning.create(request)
                taken[number % 2].append(time.perf_counter() - begun)
                await platform.provisioning.delete(created.tenant.id)
    finally:
        await platform.close()
    without, pooled = (statistics.median(taken[size][1:]) for size in (0, 1))
    console.print(
        f"creating a tenant: {pooled * 1000:.0f} ms with a database of the pool, {without * 1000:.0f} ms "
        f"without; medians of {tenants}"
    )
    what = f"{database}, creating a tenant with a database of the pool: time, to that without"
    report(console, [Figure(what, pooled / without, at_most=BOUND if database == "sqlite" else None)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "mariadb", "mysql"), default="sqlite")
    parser.add_argument("--tenants", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage_of(options.database, Path(folder)) as stage:
        asyncio.run(compare(stage, options.database, options.tenants, Console()))


if __name__ == "__main__":
    main()
