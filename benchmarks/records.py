"""The record service on a million records: the cost of each kind of request compared with handwritten SQL.

``python -m benchmarks.records [--records 1000000] [--database sqlite|mariadb|mysql] [--parts reads far …]``

Everything runs in one process, without HTTP. The baseline is SQL written for the same request, on the same
engine, with its rows encoded as JSON. Prints milliseconds (the median), statements, and the ratio.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString
from rich.console import Console
from rich.table import Table

from benchmarks.million import ME, million
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tenant_schema.users.rights.permissions import Access

__all__ = ["main"]

_SCOPE = TenantScope(UUID(int=1), "bench", "Bench")
_ACCESS = Access(ME, UUID(int=2), "ada@bench.example", "Ada", ("administrator",), frozenset({"*:*"}))
_FAR = 36_000
"""The page that is far away, of 25 records."""
_EXPORTED = 200_000

Work = Callable[[int], Awaitable[Any]]


@dataclass
class Bench:
    """The service over one database, and its results."""

    engine: SQLiteEngine | MySQLEngine
    records: int
    rows: list[tuple[str, float, float, float | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        catalog = Catalog(VersionedCache(DEFINITIONS, 3600.0))
        self.service = RecordService(catalog, Cursors(lambda _: [b"k" * 32]))

    def account(self, number: int) -> UUID:
        """The id of some account."""
        return UUID(f"{number * 997 % self.records + 1:08x}-0000-7000-8000-000000000001")

    async def query(self, name: str, document: dict[str, Any]) -> bytes:
        found = await self.service.query(_SCOPE, _ACCESS, name, document)
        return msgspec.json.encode({"data": found.encodable, "next": found.next})

    async def again(self, name: str, document: dict[str, Any], _number: int) -> bytes:
        """As :meth:`query`, for what is measured."""
        return await self.query(name, document)

    async def summed(self, pairs: tuple[tuple[str, str], ...], _number: int) -> bytes:
        """The aggregates of accounts."""
        return msgspec.json.encode((await self.service.aggregate(_SCOPE, _ACCESS, "accounts", pairs)).data)

    async def sql(self, sql: str, *values: object) -> bytes:
        return msgspec.json.encode(await self.engine.run_querystring(QueryString(sql, *values)))

    async def measure(self, name: str, work: Work, floor: Work | None = None, times: int = 20) -> float:
        """The median of some runs, after one that is not counted; and how many statements one sends."""
        await work(0)
        sent: list[str] = []
        self.engine.on_statement = sent.append
        await work(1)
        self.engine.on_statement = None
        ours = await median_of(work, times)
        beside = None if floor is None else await median_of(floor, times)
        self.rows.append((name, ours, len(sent), beside))
        return ours


async def median_of(work: Work, times: int) -> float:
    taken = []
    for number in range(times):
        started = time.perf_counter()
        await work(number + 2)
        taken.append((time.perf_counter() - started) * 1000)
        if sum(taken) > 10_000:
            break
    return statistics.median(taken)


async def reads(bench: Bench) -> None:
    async def one(number: int) -> Any:
        record = await bench.service.read(_SCOPE, _ACCESS, "accounts", bench.account(number))
        return msgspec.json.encode(record.encodable)

    await bench.measure(
        "read by id",
        one,
        lambda number: bench.sql("SELECT * FROM accounts WHERE id = {}", bench.account(number)),
        200,
    )
    await bench.measure(
        "list of 25",
        lambda _: bench.query("accounts", {}),
        lambda _: bench.sql("SELECT * FROM accounts WHERE deleted_at IS NULL ORDER BY id LIMIT 26"),
        100,
    )
    filtered = {"filter": {"industry": "technology"}, "sort": ["-created_at"]}
    await bench.measure(
        "list of 25, filtered, newest first",
        lambda _: bench.query("accounts", filtered),
        lambda _: bench.sql(
            "SELECT * FROM accounts WHERE industry = 'technology' AND deleted_at IS NULL "
            "ORDER BY created_at DESC, id DESC LIMIT 26"
        ),
        100,
    )
    await bench.measure(
        "the same, by a field without an index",
        lambda _: bench.query("accounts", {**filtered, "sort": ["-annual_revenue", "name"]}),
        lambda _: bench.sql(
            "SELECT * FROM accounts WHERE industry = 'technology' AND deleted_at IS NULL "
            "ORDER BY annual_revenue DESC, name, id LIMIT 26"
        ),
        5,
    )


async def far_away(bench: Bench) -> None:
    """Page 1 and page 36,000 in turn, in orders that have an index."""
    for sort in ("name", "-created_at", "id"):
        near: dict[str, Any] = {"sort": [sort]}
        far: dict[str, Any] = {
            **near,
            "cursor": await walk(bench, sort, min(_FAR * 25, bench.records * 9 // 10)),
        }
        taken: dict[str, list[float]] = {"page 1": [], f"page {_FAR:,}": []}
        for _ in range(200):
            for name, document in zip(taken, (near, far), strict=True):
                taken[name].append(await median_of(partial(bench.again, "accounts", document), 1))
        medians = [statistics.median(found) for found in taken.values()]
        bench.rows += [
            (f"{name}, sort={sort}", found, 1, None) for name, found in zip(taken, medians, strict=True)
        ]
        print(f"  page {_FAR:,} / page 1, sort={sort}: {medians[1] / medians[0]:.2f}")


async def walk(bench: Bench, sort: str, records: int) -> str | None:
    """The cursor after that many records, as one who turns the pages comes to it."""
    cursor: str | None = None
    for _ in range(records // 200):
        document = {"sort": [sort], "cursor": cursor, "limit": 200, "fields": ["id"]}
        cursor = (await bench.service.query(_SCOPE, _ACCESS, "accounts", document)).next
    return cursor


async def relations(bench: Bench) -> None:
    beyond = {"filter": {"account.industry": "technology"}, "fields": ["id", "account.name"]}
    for name, what, document, times in (
        ("25 contacts with account and owner", "contacts", {"expand": ["account", "owner"]}, 100),
        ("25 accounts with contacts and owner", "accounts", {"expand": ["contacts", "owner"]}, 100),
        ("25 contacts by account.industry", "contacts", beyond, 50),
        ("25 contacts, sort=account.name", "contacts", {"sort": ["account.name"]}, 5),
    ):
        await bench.measure(name, partial(bench.again, what, document), times=times)


async def searches(bench: Bench) -> None:
    for words in ("zebra", "zebra globex", "globex 0000012", "globex", "of globex"):
        await bench.measure(f"search={words}", partial(bench.again, "accounts", {"search": words}), times=5)


async def sums(bench: Bench) -> None:
    for how in ("capped", "exact"):
        document = {"filter": {"industry": "technology"}, "count": how}
        await bench.measure(f"count={how}", partial(bench.again, "accounts", document), times=5)
    for groups, select in (
        ("industry", "count,sum(annual_revenue)"),
        ("month(created_at)", "count,avg(employees)"),
    ):
        pairs = (("groupBy", groups), ("select", select))
        work = partial(bench.summed, pairs)
        await bench.measure(f"groupBy={groups} select={select}", work, times=3)


async def export(bench: Bench) -> None:
    started, rows, size = time.perf_counter(), 0, 0
    async for piece in await bench.service.export(_SCOPE, _ACCESS, "accounts", ()):
        rows, size = rows + piece.count(b"\r\n"), size + len(piece)
        if rows > _EXPORTED:
            break
    taken = time.perf_counter() - started
    print(f"  export: {rows / taken:,.0f} records/s, {size / taken / 1e6:.1f} MB/s")


async def bulk(bench: Bench) -> None:
    async def thousand(number: int) -> None:
        records = [{"name": f"Bulk {number} {one}", "industry": "media"} for one in range(1_000)]
        await bench.service.bulk(_SCOPE, _ACCESS, "accounts", "create", records, atomic=True)

    await bench.measure("bulk create of 1,000", thousand, times=3)


def show(bench: Bench, kind: str) -> None:
    table = Table(
        "request", "ms", "statements", "floor ms", "times the floor", title=f"{kind}, {bench.records:,}"
    )
    for name, ours, statements, floor in bench.rows:
        ratio = "" if floor is None else f"{ours / floor:.2f}"
        table.add_row(name, f"{ours:.2f}", str(statements), "" if floor is None else f"{floor:.2f}", ratio)
    Console(width=120).print(table)


_PARTS = {
    "reads": reads,
    "relations": relations,
    "sums": sums,
    "searches": searches,
    "export": export,
    "bulk": bulk,
    "far": far_away,
}


async def run(kind: str, records: int, parts: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        async with million(kind, Path(folder), records) as engine:
            print(f"{kind}: {records:,} accounts created in {time.perf_counter() - started:.0f} s")
            bench = Bench(engine, records)
            for part in parts:
                await _PARTS[part](bench)
            show(bench, kind)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "mariadb", "mysql"), default="sqlite")
    parser.add_argument("--parts", nargs="+", choices=tuple(_PARTS), default=tuple(_PARTS))
    options = parser.parse_args()
    asyncio.run(run(options.database, options.records, options.parts))


if __name__ == "__main__":
    main()
