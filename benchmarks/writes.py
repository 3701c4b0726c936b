"""Writes of every kind, compared with the same writes by hand: :mod:`benchmarks.by_hand`.

``python -m benchmarks.writes [--records 100000] [--rounds 20] [--database sqlite|mariadb|mysql]``

Everything runs in one process, without HTTP, in rounds that alternate between the service and the code by
hand. Prints medians: microseconds of processor time of the event loop's thread, and elapsed.
"""

import argparse
import asyncio
import gc
import io
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from rich.console import Console
from rich.table import Table

from benchmarks.by_hand import ByHand, by_hand
from benchmarks.figures import Figure, report
from benchmarks.million import ME, million
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.records.csv.import_csv import ImportOptions
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tenant_schema.users.rights.permissions import Access, Grants, RoleGrants
from tests.support.record_tables import make_table

__all__ = ["main"]

Work = Callable[[], Awaitable[Any]]

_SCOPE = TenantScope(UUID(int=1), "bench", "Bench")
_EVERYTHING = frozenset({"*:*"})
_GRANTS = Grants((RoleGrants(ME, "administrator", _EVERYTHING),), _EVERYTHING)
_ACCESS = Access(ME, UUID(int=2), "ada@bench.example", "Ada", ("administrator",), _EVERYTHING, grants=_GRANTS)
_MINE = (_SCOPE, _ACCESS)
_BODY = {"industry": "technology", "annual_revenue": "2500000", "phone": "+31 20 123 4567"}
_PRODUCTS = ObjectDraft(
    name="products",
    label="Product",
    plural_label="Products",
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True),
        FieldDraft(name="sku", label="Article number", type="text", unique=True),
    ),
)


class WithProducts(Catalog):
    """The standard objects, and one with a unique field."""

    def __init__(self, cache: VersionedCache, products: ObjectModel) -> None:
        super().__init__(cache)
        self._products = products
        self._standard: Mapping[str, ObjectModel] = {}
        self._objects: dict[str, ObjectModel] = {}

    async def all(self, scope: TenantScope) -> Mapping[str, ObjectModel]:
        """Return all objects by name."""
        return self._with_products(await super().all(scope))

    def known(self, scope: TenantScope) -> Mapping[str, ObjectModel] | None:
        """Return all objects by name, if they are known without waiting."""
        standard = super().known(scope)
        return None if standard is None else self._with_products(standard)

    def _with_products(self, standard: Mapping[str, ObjectModel]) -> Mapping[str, ObjectModel]:
        if standard is not self._standard:
            self._standard, self._objects = standard, {**standard, "products": self._products}
        return self._objects


class Spent(NamedTuple):
    """Microseconds of one operation."""

    processor: float
    elapsed: float


@dataclass(frozen=True)
class Bench:
    engine: SQLiteEngine | MySQLEngine
    service: RecordService
    hand: ByHand
    rounds: int
    table: Table
    figures: list[Figure] = field(default_factory=list)

    async def measure(self, name: str, ours: Work, hand: Work, times: int) -> None:
        """Add a row to the table. ``times``: operations in one round."""
        sent: list[str] = []
        await ours()
        self.engine.on_statement = sent.append
        await ours()
        self.engine.on_statement = None
        found = [(await spent(ours, times), await spent(hand, times)) for _ in range(self.rounds + 1)][1:]
        ours_spent, hand_spent = zip(*found, strict=True)
        processor, elapsed = _medians(ours_spent)
        processor_by_hand, elapsed_by_hand = _medians(hand_spent)
        ratio = statistics.median([one.processor / other.processor for one, other in found])
        row = (processor, processor_by_hand, f"{ratio:.2f}", elapsed, elapsed_by_hand)
        self.table.add_row(name, str(len(sent)), *row)
        what = f"{self.table.title}, {name}: processor time, to the same by hand"
        self.figures.append(Figure(what, ratio))


def _medians(found: Sequence[Spent]) -> tuple[str, str]:
    processor, elapsed = [statistics.median(values) for values in zip(*found, strict=True)]
    return f"{processor:,.0f}", f"{elapsed:,.0f}"


async def spent(work: Work, times: int) -> Spent:
    processor, elapsed = time.thread_time(), time.perf_counter()
    for _ in range(times):
        await work()
    micro = 1_000_000 / times
    return Spent((time.thread_time() - processor) * micro, (time.perf_counter() - elapsed) * micro)


Bodies = Callable[[int], list[dict[str, Any]]]


async def compare(bench: Bench) -> None:
    number = count()

    def bodies(records: int) -> list[dict[str, Any]]:
        return [{"name": f"Globex {next(number)}", **_BODY} for _ in range(records)]

    await singles(bench, bodies)
    await many(bench, bodies)


async def singles(bench: Bench, bodies: Bodies) -> None:
    service, hand, number = bench.service, bench.hand, count()
    one = UUID((await service.create(*_MINE, "accounts", bodies(1)[0])).data["id"])
    await service.put(*_MINE, "products", ("sku", ["A-1"]), {"name": "Anvil"})
    await bench.measure(
        "create",
        lambda: service.create(*_MINE, "accounts", bodies(1)[0]),
        lambda: hand.create(bodies(1)[0]),
        100,
    )
    await bench.measure(
        "change, with its history",
        lambda: service.update(*_MINE, "accounts", one, {"name": f"Globex {next(number)}"}),
        lambda: hand.change(one, f"Globex {next(number)}"),
        50,
    )
    await bench.measure(
        "upsert of a record that is there",
        lambda: service.put(*_MINE, "products", ("sku", ["A-1"]), {"name": f"Anvil {next(number)}"}),
        lambda: hand.upsert("A-1", f"Anvil {next(number)}"),
        50,
    )


async def many(bench: Bench, bodies: Bodies) -> None:
    service, hand = bench.service, bench.hand

    def lines() -> str:
        rows = [",".join(body.values()) for body in bodies(1_000)]
        return "\n".join(["name,industry,annual_revenue,phone", *rows, ""])

    async def load() -> None:
        options = ImportOptions(good_lines=True)
        await service.import_csv(*_MINE, "accounts", io.BytesIO(lines().encode()), options)

    await bench.measure(
        "bulk: 100 created",
        lambda: service.bulk(*_MINE, "accounts", "create", bodies(100)),
        lambda: hand.bulk(bodies(100)),
        3,
    )
    await bench.measure("import of 1,000 lines", load, lambda: hand.load(lines()), 1)


async def run(kind: str, folder: Path, records: int, rounds: int) -> None:
    async with million(kind, folder, records) as engine:
        products = object_model(*object_rows(_PRODUCTS))
        await make_table(products)
        catalog = WithProducts(VersionedCache(DEFINITIONS, 3600.0), products)
        service = RecordService(catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
        keys = {name: products.fields[name].column_name for name in ("name", "sku")}
        hand = await by_hand(engine, products.table_name, keys)
        table = Table("what", "statements", "µs", "by hand", "ratio", "elapsed µs", "by hand", title=kind)
        gc.collect()
        gc.freeze()
        try:
            bench = Bench(engine, service, hand, rounds, table)
            await compare(bench)
        finally:
            await hand.close()
        Console().print(table)
        report(Console(), bench.figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", choices=["sqlite", "mariadb", "mysql"], default="sqlite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="freehold-writes-") as folder:
        asyncio.run(run(given.database, Path(folder), given.records, given.rounds))


if __name__ == "__main__":
    main()
