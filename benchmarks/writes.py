"""Writes to a million records: the cost of each kind of change compared with Piccolo alone.

``python -m benchmarks.writes [--records 1000000] [--database sqlite|mariadb|mysql]``

Everything runs in one process, without HTTP. The comparison is handwritten code with Piccolo: no checks, no
rights, no versions, no history, but in a transaction where the service has one. Prints milliseconds (the
median), statements and the ratio.
"""

import argparse
import asyncio
import io
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from benchmarks.million import ME, million
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.csv.import_csv import ImportOptions
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.standard.tables import Account
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tenant_schema.users.rights.permissions import Access

__all__ = ["main"]

_SCOPE = TenantScope(UUID(int=1), "bench", "Bench")
_ACCESS = Access(ME, UUID(int=2), "ada@bench.example", "Ada", ("administrator",), frozenset({"*:*"}))
_BODY = {"name": "Globex", "industry": "technology", "annual_revenue": "2500000", "phone": "+31 20 123 4567"}
_LINES = 50_000

Work = Callable[[], Awaitable[Any]]


@dataclass
class Bench:
    engine: SQLiteEngine | MySQLEngine
    service: RecordService
    rows: list[tuple[str, float, int, float | None]] = field(default_factory=list)

    async def measure(self, name: str, work: Work, by_hand: Work | None = None, times: int = 50) -> None:
        await work()
        sent: list[str] = []
        self.engine.on_statement = sent.append
        await work()
        self.engine.on_statement = None
        ours = await median_of(work, times)
        beside = None if by_hand is None else await median_of(by_hand, times)
        self.rows.append((name, ours, len(sent), beside))

    async def create(self) -> UUID:
        record = await self.service.create(_SCOPE, _ACCESS, "accounts", _BODY)
        return UUID(record.data["id"])

    async def bulk(self, op: Any, records: list[dict[str, Any]]) -> list[UUID]:
        items = await self.service.bulk(_SCOPE, _ACCESS, "accounts", op, records)
        return [item.id for item in items if item.id is not None]


async def median_of(work: Work, times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def a_row() -> Account:
    now = utc_now()
    values: Any = {"created_at": now, "updated_at": now, "created_by": ME, "updated_by": ME, **_BODY}
    return Account(id=new_id(), owner=ME, version=1, **values)


async def singles(bench: Bench) -> None:
    one = await bench.create()
    number = iter(range(1_000_000))

    async def change() -> None:
        body = {"name": f"Globex {next(number)}"}
        await bench.service.update(_SCOPE, _ACCESS, "accounts", one, body)

    async def change_by_hand() -> None:
        async with bench.engine.transaction():
            await Account.select().where(Account.id == one)
            await Account.update({Account.name: f"Globex {next(number)}"}).where(Account.id == one)

    await bench.measure("create", bench.create, lambda: Account.insert(a_row()), 200)
    await bench.measure("change, with its history", change, change_by_hand, 200)


async def many(bench: Bench) -> None:
    bodies = [dict(_BODY) for _ in range(1_000)]
    ids = await bench.bulk("create", bodies)
    number = iter(range(1_000_000))

    async def change() -> None:
        changes = [{"id": str(one), "name": f"Globex {next(number)}"} for one in ids]
        await bench.bulk("update", changes)

    async def insert_by_hand() -> None:
        await Account.insert(*[a_row() for _ in range(1_000)])

    async def one_by_one() -> None:
        async with bench.engine.transaction():
            for one in ids:
                await Account.update({Account.name: f"Globex {next(number)}"}).where(Account.id == one)

    await bench.measure("bulk: 1,000 created", lambda: bench.bulk("create", bodies), insert_by_hand, 7)
    await bench.measure("bulk: 1,000 changed (by hand: one by one)", change, one_by_one, 5)


async def imports(bench: Bench) -> None:
    lines = "".join(f"Globex {place},technology,2500000\n" for place in range(_LINES))
    content = f"name,industry,annual_revenue\n{lines}".encode()
    started = time.perf_counter()
    options = ImportOptions(good_lines=True)
    report = await bench.service.import_csv(_SCOPE, _ACCESS, "accounts", io.BytesIO(content), options)
    seconds = time.perf_counter() - started
    print(f"  CSV: {report.created:,} lines in {seconds:.1f} s, {report.created / seconds:,.0f} a second")


async def run(kind: str, folder: Path, records: int) -> None:
    async with million(kind, folder, records) as engine:
        catalog = Catalog(VersionedCache(DEFINITIONS, 3600.0))
        bench = Bench(engine, RecordService(catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2])))
        await singles(bench)
        await many(bench)
        await imports(bench)
        show(bench)


def show(bench: Bench) -> None:
    table = Table("what", "ms", "statements", "by hand, ms", "ratio")
    for name, ours, statements, by_hand in bench.rows:
        beside = ("", "") if by_hand is None else (f"{by_hand:.2f}", f"{ours / by_hand:.2f}")
        table.add_row(name, f"{ours:.2f}", str(statements), *beside)
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "mariadb", "mysql"], default="sqlite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="freehold-writes-") as folder:
        asyncio.run(run(given.database, Path(folder), given.records))


if __name__ == "__main__":
    main()
