"""Creating tenants compared with a peer that does it by hand, in one run on one server.

``python -m benchmarks.provisioning [--database mariadb] [--tenants 10]``

Tenants of Freehold and of the peer (:mod:`benchmarks.provisioning_peer`) are created in turn, and deleted.
Both hash the administrator's password with the same parameters. The round trips to the server and the time of
each step are those of the last tenant. The bound is that Freehold takes no longer than the peer.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from api.composition import Platform, compose
from benchmarks import provisioning_peer as peer
from benchmarks.figures import Figure, report
from benchmarks.stages import ServerStage, stage_of
from central.database import CENTRAL
from central.jobs.pipeline import Moment
from central.provisioning.types import TenantRequest
from central.secrets.keys import generate_key
from central.settings.settings import Settings
from piccolo_engines.mysql.sessions.prepared import PreparedStatements
from piccolo_engines.mysql.sessions.session import Session

__all__ = ["BOUND", "main"]

BOUND = 1.0
"""The maximum time of creating a tenant, as a multiple of the peer's."""


@contextmanager
def counted(sent: list[str]) -> Iterator[None]:
    """Record every round trip of any session inside the block, as text; none is prepared."""
    original, is_due = Session.send, PreparedStatements.is_due

    async def send(
        self: Session, sql: str, effect: str | None = None, others: list[Any] | None = None
    ) -> Any:
        sent.append(sql)
        return await original(self, sql, effect, others)

    Session.send = send  # type: ignore[method-assign]  # the only place through which all of them pass
    PreparedStatements.is_due = lambda *_: False  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session.send = original  # type: ignore[method-assign]
        PreparedStatements.is_due = is_due  # type: ignore[method-assign]


class Steps:
    """An observer that measures the steps of creations, in seconds."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    async def before(self, moment: Moment) -> None:
        if moment.operation == "tenant.create":
            self.taken[moment.step] = -time.perf_counter()

    async def after(self, moment: Moment) -> None:
        if moment.operation == "tenant.create":
            self.taken[moment.step] += time.perf_counter()


async def create(platform: Platform, number: int) -> tuple[float, int]:
    """Create a tenant. Returns the seconds and the round trips."""
    sent: list[str] = []
    request = TenantRequest(f"bench-{number}", "Bench", f"bench-{number}.localhost")
    with counted(sent):
        begun = time.perf_counter()
        await platform.provisioning.create(request)
        return time.perf_counter() - begun, len(sent)


async def delete(platform: Platform, number: int) -> None:
    found = await platform.registry.by_slug(f"bench-{number}")
    await platform.provisioning.delete(found.id)


async def compare(stage: ServerStage, tenants: int, console: Console) -> None:
    assert stage.address is not None
    steps = Steps()
    environ = {**stage.environ, "ENCRYPTION_KEY": generate_key(), "DATA_DIR": str(stage.folder)}
    platform = compose(Settings.from_env(environ), steps)
    prefix = stage.environ["DB_PREFIX"]
    await platform.central_migrator.migrate(platform.central_engine)
    platform.tenant_migrator.preload()
    root = await peer.prepare(stage.address, prefix)
    ours, theirs, count, taken = [], [], 0, dict[str, float]()
    try:
        with CENTRAL.bind(platform.central_engine):
            for number in range(tenants + 1):
                theirs.append(await peer.create(root, stage.address, prefix, number, platform.passwords))
                await peer.drop(root, prefix, number)
                seconds, count = await create(platform, number)
                ours.append(seconds)
                taken = dict(steps.taken)
                await delete(platform, number)
    finally:
        await root.ensure_closed()
        await platform.close()
    show(ours[1:], theirs[1:], count, taken, console)  # without the first, which warms both


def show(
    ours: list[float], theirs: list[float], count: int, taken: dict[str, float], console: Console
) -> None:
    ratio = statistics.median(ours) / statistics.median(theirs)
    console.print(
        f"creating a tenant: {statistics.median(ours) * 1000:.0f} ms in {count} round trips; the peer: "
        f"{statistics.median(theirs) * 1000:.0f} ms in {peer.STATEMENTS}; medians of {len(ours)}"
    )
    for step, seconds in taken.items():
        console.print(f"  {step}: {seconds * 1000:.1f} ms")
    report(console, [Figure("creating a tenant: time, to the peer", ratio, at_most=BOUND)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("mariadb", "mysql"), default="mariadb")
    parser.add_argument("--tenants", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage_of(options.database, Path(folder)) as stage:
        assert isinstance(stage, ServerStage)
        asyncio.run(compare(stage, options.tenants, Console()))


if __name__ == "__main__":
    main()
