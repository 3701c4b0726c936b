"""The memory of a service that has served many tenants, and of one tenant that is idle.

``python -m benchmarks.memory [--tenants 400] [--extrapolated 1000]``

``freehold serve`` runs as one process on SQLite; its resident size is the kernel's. The tenants are copies of
one file. Each is signed in to and read from once over HTTP. The size is compared when half of them and when
all of them are idle again, so that everything that is shared is there already. It does not depend on what
other processes do.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from api.composition import compose
from benchmarks.figures import Figure, report
from benchmarks.fleet import EMAIL, PASSWORD, create_first, environment, register_copy
from benchmarks.http import call, free_port, running
from central.database import CENTRAL
from central.settings.settings import Settings

__all__ = ["main"]

BOUNDS: Final = {"idle": 50, "all": 160}
_SETTLED: Final = 9
"""Seconds after which idle databases are closed and their memory is returned."""


def resident(pid: int) -> float:
    """Return the resident size of a process, in KiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


async def prepare(environ: Mapping[str, str], folder: Path, count: int) -> None:
    """Create one tenant, and register the others, whose databases are copies."""
    first = await create_first(environ)
    platform = compose(Settings.from_env(environ))
    source = folder / "tenants" / f"{first.db_name}.sqlite"
    with CENTRAL.bind(platform.central_engine):
        for number in range(1, count):
            await register_copy(platform, f"fleet-{number}", source)
    await platform.close()


def use(port: int, numbers: Iterable[int]) -> None:
    """Sign in to each tenant and read a list."""
    for number in numbers:
        host = f"fleet-{number}.localhost"
        body = {"email": EMAIL, "password": PASSWORD}
        token = call(port, "POST", "/api/v1/auth/login", body, host=host)["accessToken"]
        call(port, "GET", "/api/v1/data/accounts?limit=5", host=host, token=token)
    time.sleep(_SETTLED)


def measure(folder: Path, count: int, whole: int) -> Sequence[Figure]:
    environ = {**environment(folder), "DB_IDLE_SECONDS": "1", "LOG_LEVEL": "error", "CACHE_SECONDS": "1"}
    asyncio.run(prepare(environ, folder, count))
    port = free_port()
    command = [str(Path(sys.executable).with_name("freehold")), "serve", "--port", str(port)]
    half = count // 2
    with running(command, port, environ) as pid:
        begun = resident(pid)
        use(port, range(half))
        first = resident(pid)
        use(port, range(half, count))
        last = resident(pid)
    each = (last - first) / (count - half)
    total = (last + each * (whole - count)) / 1024
    name = f"the service after serving {whole:,} tenants (from {count})"
    return (
        Figure("the service that has served nobody", begun / 1024, "MiB"),
        Figure("an idle tenant", each, "KiB", at_most=BOUNDS["idle"]),
        Figure(name, total, "MiB", at_most=BOUNDS["all"]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenants", type=int, default=400)
    parser.add_argument("--extrapolated", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report(Console(), measure(Path(folder), options.tenants, options.extrapolated))


if __name__ == "__main__":
    main()
