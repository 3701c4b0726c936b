"""The overhead of the SQLite engine, for a read by primary key.

``python -m benchmarks.sqlite_engine [reads]``. Compares sqlite3, aiosqlite, this engine and Piccolo's own.
The contenders take turns within one run, so that a busy machine slows all of them; compare the ratios, not
the microseconds.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import uvloop
from piccolo.columns import UUID, Integer, Timestamptz, Varchar
from piccolo.engine.sqlite import SQLiteEngine as PiccoloSQLiteEngine
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.columns import new_id
from piccolo_engines.routed import RoutedEngine
from piccolo_engines.sqlite import SQLiteEngine

__all__ = ["main"]

DB = RoutedEngine("benchmark")
ROWS = 1000
TURNS = 20
TASKS = 32
FLOOR = "aiosqlite, by hand"

Read = Callable[[uuid.UUID], Awaitable[Any]]


class Account(Table, db=DB):
    """An ordinary table."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar()
    phone = Varchar()
    employees = Integer()
    created_at = Timestamptz()


SQL = 'SELECT "id", "name", "phone", "employees", "created_at" FROM "account" WHERE "id" = ?'
NAMES = ("id", "name", "phone", "employees", "created_at")


def raw_read(connection: sqlite3.Connection) -> Read:
    """sqlite3 in the event loop's thread, which it blocks: the lower bound."""

    async def read(key: uuid.UUID) -> Any:
        row = connection.execute(SQL, (str(key),)).fetchone()
        return dict(zip(NAMES, row, strict=True))

    return read


def aiosqlite_read(connection: aiosqlite.Connection) -> Read:
    """Handwritten code on a persistent connection; values are returned as SQLite stores them."""

    async def read(key: uuid.UUID) -> Any:
        async with connection.execute(SQL, (str(key),)) as cursor:
            row = await cursor.fetchone()
        assert row is not None
        return dict(zip(NAMES, row, strict=True))

    return read


def engine_read(engine: Any) -> Read:
    """The engine alone: a prepared query, and values of Python's types."""

    async def read(key: uuid.UUID) -> Any:
        return await engine.run_querystring(QueryString(SQL.replace("?", "{}"), key))

    return read


def piccolo_read(engine: Any) -> Read:
    """Typical application code."""

    async def read(key: uuid.UUID) -> Any:
        with DB.bind(engine):
            return await Account.select().where(Account.id == key).first()

    return read


async def one_by_one(reads: dict[str, Read], keys: list[uuid.UUID], count: int) -> dict[str, float]:
    """Return the median time of a read in µs, for each contender."""
    times: dict[str, list[float]] = {name: [] for name in reads}
    for turn in range(TURNS + 1):
        for name, read in reads.items():
            for number in range(count // TURNS):
                started = time.perf_counter()
                await read(keys[number % ROWS])
                if turn:  # the first one warms up
                    times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) * 1e6 for name, values in times.items()}


async def side_by_side(read: Read, keys: list[uuid.UUID], count: int) -> float:
    """Return the reads per second of many concurrent tasks."""

    async def task(first: int) -> None:
        for number in range(first, count, TASKS):
            await read(keys[number % ROWS])

    started = time.perf_counter()
    await asyncio.gather(*(task(first) for first in range(TASKS)))
    return count / (time.perf_counter() - started)


async def compare(path: Path, count: int) -> None:
    """Fill a database, let the contenders read from it, and print the results."""
    engine = SQLiteEngine(path)
    keys = [new_id() for _ in range(ROWS)]
    with DB.bind(engine):
        await Account.create_table()
        await Account.insert(*(Account(id=key, name=f"Account {key}", employees=7) for key in keys))
    connection = sqlite3.connect(path)
    async with aiosqlite.connect(path) as async_connection:
        reads = {
            "sqlite3, blocking": raw_read(connection),
            FLOOR: aiosqlite_read(async_connection),
            "our engine": engine_read(engine),
            "our engine, Table.select()": piccolo_read(engine),
            "Piccolo's engine": engine_read(PiccoloSQLiteEngine(str(path))),
            "Piccolo's engine, Table.select()": piccolo_read(PiccoloSQLiteEngine(str(path))),
        }
        medians = await one_by_one(reads, keys, count)
        rates = {name: await side_by_side(read, keys, count) for name, read in reads.items()}
    connection.close()
    await engine.close()
    report(medians, rates)


def report(medians: dict[str, float], rates: dict[str, float]) -> None:
    """Print a line for each contender."""
    floor = medians[FLOOR]
    print(f"{'':34}{'median':>10}{'ratio':>8}{'beyond':>11}{f'{TASKS} tasks':>14}")
    for name, median in medians.items():
        beyond = f"{median - floor:+8.0f} µs"
        print(f"{name:34}{median:>7.0f} µs{median / floor:>8.2f}{beyond}{rates[name]:>12.0f}/s")


def main() -> None:
    """Run the comparison on asyncio's own event loop, and on uvloop."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for name, run in (("asyncio", asyncio.run), ("uvloop", uvloop.run)):
        print(f"\n{name}: one row by primary key")
        with tempfile.TemporaryDirectory() as folder:
            run(compare(Path(folder) / "benchmark.sqlite", count))


if __name__ == "__main__":
    main()
