"""The overhead of the MySQL engine: the same reads and writes through Piccolo and through asyncmy alone.

    python benchmarks/mysql_engine.py mysql://user:password@127.0.0.1:3306

Creates its own database and drops it afterwards. Each job is run in rounds, alternating between the two, and
the best round of each counts. The ratio is the engine's throughput as a share of asyncmy's; the target is
0.6.

Two ratios are printed. ``bare`` is a cursor that returns the driver's values: numbers for booleans, times
without a zone. ``same`` is handwritten code with the engine's values: booleans, aware times, the key of an
inserted row.
"""

import argparse
import asyncio
import datetime as dt
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


class Same(Bare):
    """The jobs as handwritten code with the engine's values."""

    async def _rows(self, sql: str, args: tuple[object, ...]) -> list[dict[str, Any]]:
        async with self._connection.cursor() as cursor:
            await cursor.execute(sql, args)
            return [
                {
                    "id": id_,
                    "name": name,
                    "popularity": popularity,
                    "active": bool(active),
                    "founded": founded.replace(tzinfo=dt.UTC),
                }
                for id_, name, popularity, active, founded in await cursor.fetchall()
            ]

    async def read(self, number: int) -> Any:
        return await self._rows(
            "SELECT id, name, popularity, active, founded FROM band WHERE id = %s", (number % 1000 + 1,)
        )

    async def list(self, number: int) -> Any:
        return await self._rows(
            "SELECT id, name, popularity, active, founded FROM band "
            "WHERE popularity >= %s ORDER BY id LIMIT 50",
            (number % 100,),
        )

    async def insert(self, number: int) -> Any:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        async with self._connection.cursor() as cursor:
            await cursor.execute(
                "INSERT INTO band (name, popularity, active, founded) VALUES (%s, %s, %s, %s)",
                (f"same {number}", number, True, now),
            )
            return [{"id": cursor.lastrowid}]


class Engine:
    """The jobs through Piccolo."""

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


async def compare(name: str, times: int, rounds: int, **contestants: Job) -> None:
    best = dict.fromkeys(contestants, 0.0)
    for _ in range(rounds):
        for contestant, job in contestants.items():
            best[contestant] = max(best[contestant], await per_second(job, times))
    to_bare, to_same = best["engine"] / best["bare"], best["engine"] / best["same"]
    verdict = "ok" if to_bare >= TARGET else f"below {TARGET}"
    speeds = "   ".join(f"{contestant} {speed:7.0f}/s" for contestant, speed in best.items())
    print(f"{name:12} {speeds}   to bare {to_bare:.2f} {verdict}   to same {to_same:.2f}")


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
        bare, same, piccolo = Bare(connection), Same(connection), Engine()
        await compare("read by id", times, rounds, bare=bare.read, same=same.read, engine=piccolo.read)
        await compare("list 50", times // 2, rounds, bare=bare.list, same=same.list, engine=piccolo.list)
        await compare("insert", times, rounds, bare=bare.insert, same=same.insert, engine=piccolo.insert)
    finally:
        await connection.ensure_closed()
        await engine.close()
        await server.run_ddl(f'DROP DATABASE "{DATABASE}"')


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "url", help="mysql://user:password@host:port of a server where a database may be created"
    )
    parser.add_argument("--times", type=int, default=1000, help="how often each job is run in a round")
    parser.add_argument("--rounds", type=int, default=4)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.url, chosen.times, chosen.rounds))
