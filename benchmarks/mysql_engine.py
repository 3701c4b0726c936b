"""What the engine costs: the same reads and writes through Piccolo and through bare asyncmy, side by side.

    python benchmarks/mysql_engine.py mysql://user:password@127.0.0.1:3306

Makes a database of its own and drops it again. Each job is done in rounds, alternating between the two; the
best round of each counts. The ratio is the engine's throughput as a share of asyncmy's: the target is 0.6.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncmy
from asyncmy.cursors import DictCursor
from piccolo.columns import Boolean, Integer, Timestamptz, Varchar
from piccolo.table import Table

from piccolo_engines.mysql import MySQLEngine, PoolSettings

DATABASE = "piccolo_benchmark"
TARGET = 0.6
Job = Callable[[int], Awaitable[Any]]


class Band(Table):
    name = Varchar(length=100, index=True)
    popularity = Integer()
    active = Boolean(default=True)
    founded = Timestamptz()


class Bare:
    """The jobs with asyncmy alone: one connection, rows as dictionaries."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def _fetch(self, sql: str, args: tuple[object, ...]) -> Any:
        async with self._connection.cursor(DictCursor) as cursor:
            await cursor.execute(sql, args)
            return await cursor.fetchall()

    async def read(self, number: int) -> Any:
        return await self._fetch(
            "SELECT id, name, popularity, active, founded FROM band WHERE id = %s", (number % 1000 + 1,)
        )

    async def list(self, number: int) -> Any:
        return await self._fetch(
            "SELECT id, name, popularity, active, founded FROM band "
            "WHERE popularity >= %s ORDER BY id LIMIT 50",
            (number % 100,),
        )

    async def insert(self, number: int) -> Any:
        await self._fetch(
            "INSERT INTO band (name, popularity, active, founded) VALUES (%s, %s, %s, UTC_TIMESTAMP(6))",
            (f"bare {number}", number, True),
        )


class Engine:
    """The same through Piccolo."""

    async def read(self, number: int) -> Any:
        return await Band.select().where(Band._meta.primary_key == number % 1000 + 1)

    async def list(self, number: int) -> Any:
        key = Band._meta.primary_key
        return await Band.select().where(Band.popularity >= number % 100).order_by(key).limit(50)

    async def insert(self, number: int) -> Any:
        return await Band.insert(Band(name=f"engine {number}", popularity=number))


async def per_second(job: Job, times: int) -> float:
    start = time.perf_counter()
    for number in range(times):
        await job(number)
    return times / (time.perf_counter() - start)


async def compare(name: str, bare: Job, engine: Job, times: int, rounds: int) -> None:
    best = {"bare": 0.0, "engine": 0.0}
    for _ in range(rounds):
        best["bare"] = max(best["bare"], await per_second(bare, times))
        best["engine"] = max(best["engine"], await per_second(engine, times))
    ratio = best["engine"] / best["bare"]
    verdict = "ok" if ratio >= TARGET else f"below {TARGET}"
    print(
        f"{name:12} asyncmy {best['bare']:8.0f}/s   engine {best['engine']:8.0f}/s   "
        f"ratio {ratio:.2f}  {verdict}"
    )


async def main(url: str, times: int, rounds: int) -> None:
    parts = urlsplit(url)
    config: dict[str, Any] = {
        "host": parts.hostname, "port": parts.port or 3306,
        "user": unquote(parts.username or "root"), "password": unquote(parts.password or ""),
    }  # fmt: skip
    server = MySQLEngine(config)
    await server.run_ddl(f'DROP DATABASE IF EXISTS "{DATABASE}"')
    await server.run_ddl(f'CREATE DATABASE "{DATABASE}"')
    engine = MySQLEngine({**config, "database": DATABASE}, PoolSettings(max_size=1))
    Band._meta.db = engine
    await Band.create_table()
    await Band.insert(*(Band(name=f"band {number}", popularity=number) for number in range(1000)))
    connection = await asyncmy.connect(**config, database=DATABASE, autocommit=True)
    try:
        bare, piccolo = Bare(connection), Engine()
        await compare("read by id", bare.read, piccolo.read, times, rounds)
        await compare("list 50", bare.list, piccolo.list, times // 2, rounds)
        await compare("insert", bare.insert, piccolo.insert, times, rounds)
    finally:
        await connection.ensure_closed()
        await engine.close()
        await server.run_ddl(f'DROP DATABASE "{DATABASE}"')


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "url", help="mysql://user:password@host:port of a server where a database may be made"
    )
    parser.add_argument("--times", type=int, default=1000, help="how often each job is done in a round")
    parser.add_argument("--rounds", type=int, default=4)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.url, chosen.times, chosen.rounds))
