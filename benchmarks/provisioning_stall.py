"""How long the event loop is blocked while tenants are created and deleted.

``python -m benchmarks.provisioning_stall [tenants] [at once]``. A ticker wakes up every millisecond; the
longest time between two ticks is the longest stall. On a busy machine the processor is sometimes not
available: the first line shows that alone, and the columns of CPU time show what the loop's own thread used
between two ticks.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID

import uvloop
from piccolo.table import TABLE_REGISTRY

from api.composition import Platform, compose
from central.database import CENTRAL
from central.provisioning.types import TenantRequest
from central.secrets.keys import EncryptionKey, generate_key
from central.settings.settings import Settings

__all__ = ["Ticker", "main", "measure", "run", "settings_in", "ticking"]

_TICK = 0.001


@dataclass
class Ticker:
    """The times between the loop's ticks, in seconds."""

    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)

    async def run(self) -> None:
        """Take turns until cancelled."""
        wall, cpu = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(_TICK)
            self.walls.append(time.perf_counter() - wall - _TICK)
            self.cpus.append(time.thread_time() - cpu)
            wall, cpu = time.perf_counter(), time.thread_time()

    def __str__(self) -> str:
        def worst(values: list[float]) -> str:
            ordered = sorted(values)
            return f"{ordered[-1] * 1e3:7.1f} {ordered[int(len(ordered) * 0.999)] * 1e3:7.1f}"

        return f"{worst(self.walls)}   {worst(self.cpus)}"


@asynccontextmanager
async def ticking(what: str, acts: int) -> AsyncIterator[None]:
    """Measure the block and print a line about it."""
    ticker = Ticker()
    task = asyncio.create_task(ticker.run())
    began = time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    print(f"{what:<28} {seconds / acts * 1e3:8.1f}   {ticker}")


async def in_turns(act: Callable[[int], Awaitable[None]], numbers: range, at_once: int) -> None:
    """Run the function for every number, so many at a time."""
    left = iter(numbers)

    async def worker() -> None:
        for number in left:
            await act(number)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def measure(platform: Platform, tenants: int, at_once: int) -> None:
    """Create and delete tenants, one after the other and several at once."""
    fresh = count()

    async def create(_: int) -> None:
        slug = f"t{next(fresh)}"
        created = await platform.provisioning.create(TenantRequest(slug, slug, f"{slug}.localhost"))
        ids.append(created.tenant.id)

    async def delete(_: int) -> None:
        await platform.provisioning.delete(ids.pop())

    print(f"{'':<28} {'ms each':>8}   {'stall: wall, ms':>15}   {'CPU, ms':>15}")
    print(f"{'':<28} {'':>8}   {'longest':>7} {'p99.9':>7}   {'longest':>7} {'p99.9':>7}")
    async with ticking("nothing", 1):
        await asyncio.sleep(3)
    for width in (1, at_once):
        ids: list[UUID] = []
        async with ticking(f"create, {width} at once", tenants):
            await in_turns(create, range(tenants), width)
        async with ticking(f"delete, {width} at once", tenants):
            await in_turns(delete, range(tenants), width)


async def run(tenants: int, at_once: int) -> None:
    """Run on a platform in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        platform = compose(settings_in(Path(folder)))
        await platform.central_migrator.migrate(platform.central_engine)
        platform.tenant_migrator.preload()
        before = len(TABLE_REGISTRY)
        with CENTRAL.bind(platform.central_engine):
            await measure(platform, tenants, at_once)
        print(f"Piccolo's registry of tables: {before} before, {len(TABLE_REGISTRY)} after")
        await platform.close()


def settings_in(folder: Path) -> Settings:
    """Return settings for local use, with every commit synced to disk."""
    return Settings(
        central_database_url=f"sqlite:///{folder / 'central.sqlite'}",
        data_dir=folder,
        encryption_keys=(EncryptionKey.from_hex(generate_key()),),
    )


def main() -> None:
    """Read the arguments and run."""
    tenants, at_once = (int(text) for text in (*sys.argv[1:], *("30", "8")[len(sys.argv) - 1 :]))
    uvloop.run(run(tenants, at_once))


if __name__ == "__main__":
    main()
