"""Creating tenants compared with sending the same SQL: the overhead of the pipeline.

``python -m benchmarks.provisioning [--database mariadb] [--tenants 10]``

Tenants are created and deleted while every statement to the server is recorded; then the statements of each
are sent again, one after the other, by a loop that does nothing else. The hash of the administrator's
password is made cheap, because it costs the same in any design.
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
from benchmarks.stages import ServerStage, stage_of
from central.database import CENTRAL
from central.provisioning.types import TenantRequest
from central.secrets.keys import generate_key
from central.settings.settings import Settings
from central.tables import ProvisioningRun
from piccolo_engines.mysql.sessions.prepared import PreparedStatements
from piccolo_engines.mysql.sessions.session import Session
from tenant_schema.users.passwords.hashing import HashParameters
from tests.support.servers import ServerAddress

__all__ = ["main"]

Sent = list[tuple[int, str, str]]
"""The connection and the database that a statement was sent to, and the statement."""


@contextmanager
def written_down(sent: Sent) -> Iterator[None]:
    """Record every statement that any session sends inside the block, as text; none is prepared."""
    original, is_due = Session.send, PreparedStatements.is_due

    async def send(self: Session, sql: str) -> Any:
        result = await original(self, sql)
        if not sql.startswith(
            "SET time_zone"
        ):  # the first statement of every session, including those of the replay
            database = self._connection._db or b""
            sent.append((self.thread_id, database.decode(), sql))
        return result

    Session.send = send  # type: ignore[method-assign]  # the only place where the values are visible
    PreparedStatements.is_due = lambda *_: False  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session.send = original  # type: ignore[method-assign]
        PreparedStatements.is_due = is_due  # type: ignore[method-assign]


async def create(platform: Platform, number: int) -> tuple[float, Sent]:
    """Create and delete a tenant. Returns how long creating it took, and the statements."""
    sent: Sent = []
    request = TenantRequest(f"bench-{number}", "Bench", f"bench-{number}.localhost")
    with written_down(sent):
        begun = time.perf_counter()
        created = await platform.provisioning.create(request)
        seconds = time.perf_counter() - begun
    await platform.provisioning.delete(created.tenant.id)
    await ProvisioningRun.delete(force=True)  # the replay reuses their ids
    return seconds, sent


async def replay(address: ServerAddress, sent: Sent) -> float:
    """Return how long the same statements take, one after the other.

    Uses as many connections as were used before.
    """
    sessions = {number: await Session.open(address.config) for number in {one for one, _, _ in sent}}
    at = dict.fromkeys(sessions, "")
    begun = time.perf_counter()
    try:
        for number, database, sql in sent:
            if database != at[number]:
                await sessions[number].send(f'USE "{database}"')
                at[number] = database
            await sessions[number].send(sql)
        return time.perf_counter() - begun
    finally:
        for session in sessions.values():
            session.close()


async def delete_replayed(platform: Platform, number: int) -> None:
    """Delete what the replay created."""
    registry = platform.registry
    found = await registry.by_slug(f"bench-{number}")
    await platform.provisioning.delete(found.id)


async def run(stage: ServerStage, options: argparse.Namespace, console: Console) -> None:
    address = stage.address
    assert address is not None
    environ = {**stage.environ, "ENCRYPTION_KEY": generate_key(), "DATA_DIR": str(stage.folder)}
    platform = compose(Settings.from_env(environ), hashing=HashParameters(1, 8, 1))
    await platform.central_migrator.migrate(platform.central_engine)
    platform.tenant_migrator.preload()
    try:
        await compare(platform, address, options, console)
    finally:
        await platform.close()


async def compare(
    platform: Platform, address: ServerAddress, options: argparse.Namespace, console: Console
) -> None:
    ours, raw, count = [], [], 0
    with CENTRAL.bind(platform.central_engine):
        for number in range(options.tenants):
            seconds, sent = await create(platform, number)
            ours.append(seconds)
            raw.append(await replay(address, sent))
            count = len(sent)
            await delete_replayed(platform, number)
    ratio = statistics.median(a / b for a, b in zip(ours, raw, strict=True))
    console.print(
        f"creating a tenant: {statistics.median(ours) * 1000:.0f} ms; its {count} statements sent raw: "
        f"{statistics.median(raw) * 1000:.0f} ms; {ratio:.2f} times (medians of {options.tenants})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("mariadb", "mysql"), default="mariadb")
    parser.add_argument("--tenants", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage_of(options.database, Path(folder)) as stage:
        assert isinstance(stage, ServerStage)
        asyncio.run(run(stage, options, Console()))


if __name__ == "__main__":
    main()
