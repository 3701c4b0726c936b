"""The first request of a tenant that a process does not know: processor time and statements.

``python -m benchmarks.cold [--database sqlite] [--tenants 30]``

One process signs in to each tenant; another set of services, which has never seen it, then gets one request
for a record, twice: the first is cold, the second warm. Requests are made in process, without a socket. The
time is the processor's, and on a database server without the server's.
"""

import argparse
import asyncio
import json
import logging
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
from rich.console import Console

from api.app import Freehold
from api.composition import compose
from benchmarks.figures import Figure, report
from benchmarks.fleet import CHEAP, EMAIL, PASSWORD, create_first, environment, register_copy
from benchmarks.stages import ServerStage, Stage, stage_of
from central.database import CENTRAL
from central.provisioning.types import TenantRequest
from central.registry import TenantRef
from central.settings.settings import Settings
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.sqlite import SQLiteEngine

__all__ = ["main"]

BOUND: Final = 5.5
"""Milliseconds: half of what it took before statements were sent together."""


async def call(
    app: Freehold, host: str, method: str, path: str, body: bytes = b"", token: str = ""
) -> dict[str, Any]:
    """Send one request to the application. Raises if it is refused."""
    headers = [(b"host", host.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(b"content-type", b"application/json")] if body else []
    headers += [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 4711),
        "headers": headers,
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dictionaries
    found = b"".join([one.get("body", b"") for one in sent])
    if sent[0]["status"] >= 400:
        raise RuntimeError(found.decode())
    decoded: dict[str, Any] = json.loads(found)
    return decoded


@contextmanager
def counted(counts: Counter[str]) -> Iterator[None]:
    """Count the round trips and, on SQLite, the statements inside the block."""
    announce, send = SQLiteEngine._announce, Session.send

    def announced(self: SQLiteEngine, sql: str, query: object) -> int:
        counts["statements"] += 1
        return announce(self, sql, query)

    def sending(self: Session, *args: Any, **kwargs: Any) -> Any:
        counts["statements"] += 1
        return send(self, *args, **kwargs)

    SQLiteEngine._announce = announced  # type: ignore[method-assign]  # the only place that all of them pass
    Session.send = sending  # type: ignore[method-assign]  # as above
    try:
        yield
    finally:
        SQLiteEngine._announce = announce  # type: ignore[method-assign]  # as above
        Session.send = send  # type: ignore[method-assign]  # as above


async def prepare(stage: Stage, environ: Mapping[str, str], count: int) -> Sequence[TenantRef]:
    """Create the tenants."""
    if not isinstance(stage, ServerStage):
        first = await create_first(environ)
        platform = compose(Settings.from_env(environ), hashing=CHEAP)
        source = stage.folder / "tenants" / f"{first.db_name}.sqlite"
        with CENTRAL.bind(platform.central_engine):
            tenants = [await register_copy(platform, f"fleet-{number}", source) for number in range(1, count)]
        await platform.close()
        return [first, *tenants]
    platform = compose(Settings.from_env(environ), hashing=CHEAP)
    await platform.central_migrator.migrate(platform.central_engine)
    tenants = []
    with CENTRAL.bind(platform.central_engine):
        for slug in [f"fleet-{number}" for number in range(count)]:
            request = TenantRequest(slug, slug, f"{slug}.localhost", None, EMAIL, PASSWORD)
            tenants.append((await platform.provisioning.create(request)).tenant)
    await platform.close()
    return tenants


async def measure(stage: Stage, database: str, count: int) -> Sequence[Figure]:
    environ = {**environment(stage.folder), **stage.environ, "CACHE_SECONDS": "1", "JOBS_PER_PROCESS": "0"}
    tenants = await prepare(stage, environ, count)
    routes = Freehold()
    known = routes.serving(compose(Settings.from_env(environ), hashing=CHEAP))
    fresh = routes.serving(compose(Settings.from_env(environ), hashing=CHEAP))
    cold, warm, statements = [], [], []
    body = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    async with known.lifespan(), fresh.lifespan():
        for tenant in tenants:
            host = f"{tenant.slug}.localhost"
            token = (await call(known, host, "POST", "/api/v1/auth/login", body))["accessToken"]
            await asyncio.sleep(0.1)  # until what the sign-in left to do is done
            counts: Counter[str] = Counter()
            with counted(counts):
                begun = time.process_time()
                await call(fresh, host, "GET", "/api/v1/data/accounts", token=token)
                cold.append(time.process_time() - begun)
            begun = time.process_time()
            await call(fresh, host, "GET", "/api/v1/data/accounts", token=token)
            warm.append(time.process_time() - begun)
            statements.append(counts["statements"])
    first = statistics.median(cold[count // 5 :]) * 1000  # without those that warm the process
    return (
        Figure(f"{database}, a cold tenant's first request", first, "ms", at_most=BOUND),
        Figure(f"{database}, its second", statistics.median(warm) * 1000, "ms"),
        Figure(f"{database}, round trips of the first", statistics.median(statements)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "mariadb", "mysql"), default="sqlite")
    parser.add_argument("--tenants", type=int, default=30)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, stage_of(options.database, Path(folder)) as stage:
        report(Console(), asyncio.run(measure(stage, options.database, options.tenants)))


if __name__ == "__main__":
    main()
