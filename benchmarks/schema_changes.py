"""What a change of an object costs when it has a million records, and what readers notice of it.

``python -m benchmarks.schema_changes [--records 1000000] [--database sqlite | mysql://user:password@host:port]``

Each change is made on an object with that many records, which is searched, and, for comparison, on one with
none. Meanwhile a
reader reads one record after the other; its slowest answer is shown beside its slowest without any change.
Makes a tenant's database of its own, and drops it.
"""

import argparse
import asyncio
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piccolo.engine.base import Engine
from rich.console import Console
from rich.table import Table

from central.migrations.migrator import Migrator
from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects import piccolo_app as objects_app
from tenant_schema.objects.changes.missing_indexes import ensure_searches
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.service import SchemaService
from tenant_schema.records import piccolo_app as records_app
from tenant_schema.scope import TenantScope
from tenant_schema.standard import piccolo_app as standard_app
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.tenant_cache import ACCESS, DEFINITIONS, VersionedCache
from tenant_schema.users import piccolo_app as users_app
from tenant_schema.users.rights.permissions import Access

__all__ = ["main"]

# ruff: noqa: S608 - the names in these statements are the benchmark's own

APPS = [app.APP_CONFIG for app in (users_app, objects_app, records_app, standard_app)]
SCOPE = TenantScope(new_id(), "bench", "Bench")
ACCESS_OF_ALL = Access(
    new_id(),
    new_id(),
    "bench@acme.example",
    "Bench",
    ("administrator",),
    frozenset({"*:*", "objects:manage"}),
)
FIELDS = (
    FieldDraft(name="title", label="Title", type="text", indexed=True, searchable=True),
    FieldDraft(name="amount", label="Amount", type="integer"),
    FieldDraft(name="code", label="Code", type="text", settings={"maxLength": 40}),
    FieldDraft(name="account", label="Account", type="lookup", settings={"target": "accounts"}),
)
DIGITS = " CROSS JOIN ".join(
    f"(SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL "
    f"SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) d{place}"
    for place in range(6)
)
NUMBER = " + ".join(f"d{place}.n * {10**place}" for place in range(6))


@dataclass(slots=True)
class Figures:
    """Milliseconds: of the change, and of the slowest read while it went on."""

    change: float
    slowest_read: float
    reads: int


@asynccontextmanager
async def engine_at(database: str, folder: Path) -> AsyncIterator[Engine[Any]]:
    """A tenant's database with its tables."""
    if database == "sqlite":
        engine: Any = SQLiteEngine(folder / "bench.sqlite", synchronous="NORMAL")
        yield engine
        await engine.close()
        return
    address = parts_of(database)
    root, name = MySQLEngine(address), f"bench_{uuid.uuid4().hex[:8]}"
    await root.run_ddl(f'CREATE DATABASE "{name}"')
    engine = MySQLEngine({**address, "database": name}, PoolSettings(max_size=4))
    try:
        yield engine
    finally:
        await engine.close()
        await root.run_ddl(f'DROP DATABASE "{name}"')


def parts_of(url: str) -> dict[str, Any]:
    """What asyncmy wants to know."""
    user, _, rest = url.removeprefix("mysql://").partition("@")
    name, _, password = user.partition(":")
    host, _, port = rest.partition(":")
    return {"host": host, "port": int(port or 3306), "user": name, "password": password}


async def fill(table: str, columns: dict[str, str], records: int) -> None:
    """Records with ids in order, made by the database itself."""
    if DB.engine_type == "sqlite":
        numbers = f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < {records})"
        identity = "printf('%08x-0000-7000-8000-%012x', n, n)"
        source, now = f"{numbers} SELECT {{}} FROM c", "'2026-01-01 00:00:00+00:00'"
    else:
        identity, now = "UNHEX(LPAD(HEX(n), 32, '0'))", "NOW(6)"
        source = f"SELECT {{}} FROM (SELECT {NUMBER} n FROM {DIGITS}) c WHERE n < {records}"
    values = (
        f"{identity}, 1, {now}, {now}, CONCAT('Title ', n), n"
        if DB.engine_type != "sqlite"
        else (f"{identity}, 1, {now}, {now}, 'Title ' || n, n")
    )
    names = f"id, version, created_at, updated_at, {columns['title']}, {columns['amount']}"
    await DB.run_ddl(f'INSERT INTO "{table}" ({names}) {source.format(values)}')


async def reading(model: Any, stop: asyncio.Event) -> tuple[float, int]:
    """Read one record after the other; the slowest answer in milliseconds, and how many there were."""
    slowest, reads = 0.0, 0
    identity = model.columns["id"]
    query = model.table.select(identity, model.columns["title"]).where(identity == uuid.UUID(int=7))
    while not stop.is_set():
        started = time.perf_counter()
        await query
        slowest, reads = max(slowest, time.perf_counter() - started), reads + 1
        await asyncio.sleep(0.001)
    return slowest * 1000, reads


async def measured(model: Any, change: Callable[[], Awaitable[Any]]) -> Figures:
    """A change while somebody reads."""
    stop = asyncio.Event()
    reader = asyncio.create_task(reading(model, stop))
    await asyncio.sleep(0.05)
    started = time.perf_counter()
    await change()
    took = (time.perf_counter() - started) * 1000
    stop.set()
    return Figures(took, *await reader)


def changes(service: SchemaService, name: str) -> dict[str, Callable[[], Awaitable[Any]]]:
    """What is measured, in order."""

    def add(field: FieldDraft, **options: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: service.add_field(SCOPE, ACCESS_OF_ALL, name, field, **options)

    def alter(field: str, what: dict[str, Any]) -> Callable[[], Awaitable[Any]]:
        return lambda: service.change_field(SCOPE, ACCESS_OF_ALL, name, field, what)

    note = FieldDraft(name="note", label="Note", type="text")
    state = FieldDraft(
        name="state", label="State", type="select", default="open", settings={"options": ["open", "won"]}
    )
    partner = FieldDraft(name="partner", label="Partner", type="lookup", settings={"target": "accounts"})
    return {
        "nothing (half a second)": lambda: asyncio.sleep(0.5),
        "dry run of a new field": add(note, dry_run=True),
        "new field": add(note),
        "new field with a default": add(state),
        "new lookup": add(partner),
        "rename a field": alter("title", {"name": "heading"}),
        "longer text": alter("code", {"settings": {"maxLength": 60}}),
        "search a field": alter("code", {"searchable": True}),
        "index a field": alter("amount", {"indexed": True}),
        "integer to decimal": alter("amount", {"type": "decimal"}),
        "drop a field": lambda: service.drop_field(SCOPE, ACCESS_OF_ALL, name, "note", "note"),
    }


async def run(database: str, records: int, folder: Path) -> dict[str, tuple[Figures, Figures]]:
    """Figures of each change, with the records and without any."""
    async with engine_at(database, folder) as engine:
        await Migrator(APPS, DB).migrate(engine)
        with DB.bind(engine):
            await seed_standard_objects()
            catalog = Catalog(VersionedCache(DEFINITIONS))
            service = SchemaService(catalog, VersionedCache(ACCESS))
            found: dict[str, dict[str, Figures]] = {}
            for name, count in (("full", records), ("empty", 0)):
                draft = ObjectDraft(name=f"bench_{name}", label="X", plural_label="X", fields=FIELDS)
                await service.create_object(SCOPE, ACCESS_OF_ALL, draft)
                model = await catalog.get(SCOPE, draft.name)
                physical = {one: f'"{column._meta.db_column_name}"' for one, column in model.columns.items()}
                await fill(model.table_name, physical, count)
                await ensure_searches()
                found[name] = {}
                for what, change in changes(service, draft.name).items():
                    model = await catalog.get(SCOPE, draft.name)
                    shown = model.columns.get("title") is None
                    reader = _Renamed(model) if shown else model
                    found[name][what] = await measured(reader, change)
            return {what: (found["full"][what], found["empty"][what]) for what in found["full"]}


class _Renamed:
    """The object for the reader after its title has another name."""

    def __init__(self, model: Any) -> None:
        self.table, self.columns = model.table, {**model.columns, "title": model.columns["heading"]}


def show(database: str, records: int, found: dict[str, tuple[Figures, Figures]]) -> None:
    """A table of milliseconds."""
    kind = "SQLite" if database == "sqlite" else "the server"
    table = Table(title=f"{records:,} records on {kind}: milliseconds")
    for heading in ("change", "full", "empty", "full / empty", "slowest read meanwhile", "reads"):
        table.add_column(heading, justify="left" if heading == "change" else "right")
    for what, (full, empty) in found.items():
        ratio = full.change / empty.change
        figures = (f"{full.change:,.1f}", f"{empty.change:,.1f}", f"{ratio:.2f}", f"{full.slowest_read:,.1f}")
        table.add_row(what, *figures, f"{full.reads:,}")
    Console().print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, or mysql://user:password@host:port")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(given.database, given.records, Path(folder)))
    show(given.database, given.records, found)


if __name__ == "__main__":
    main()
