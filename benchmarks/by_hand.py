"""Writes as a programmer would write them by hand, with asyncmy or aiosqlite: the service's rows, no more.

No checks, no rights, no errors that name fields; the statements and the values are in the code.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from zlib import crc32

import aiosqlite
import asyncmy
from asyncmy.cursors import DictCursor

from benchmarks.million import ME
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sort_keys import SORT_KEY, sort_key
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.model.search_index import words_table

__all__ = ["ByHand", "by_hand"]

# ruff: noqa: S608 - these statements contain no external input

_SYSTEM = ("id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner")
_SEARCHED = ("billing_city", "email", "name", "phone", "website")
_WORDS = f'"{words_table("accounts", _SEARCHED)}"'
_KEY = (
    "LEFT(CONCAT(WEIGHT_STRING(CONVERT(%s USING utf8mb4) COLLATE utf8mb4_unicode_520_ci), x'0000', "
    "CAST(CONVERT(%s USING utf8mb4) AS BINARY)), 512)"
)
_HISTORY = (
    "INSERT INTO record_history (id, object, record, version, action, actor, at, changes) "
    "VALUES (%s, %s, %s, %s, 'update', %s, %s, %s)"
)


class Driver(Protocol):
    """A connection of asyncmy or aiosqlite."""

    has_words: bool

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run one statement, with ``%s`` for each value."""

    async def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run an INSERT for many rows."""

    async def commit(self) -> None:
        """End the transaction."""

    def value(self, value: Any) -> Any:
        """The value as the database stores ids and times."""

    async def close(self) -> None:
        """Close the connection."""


class Asyncmy:
    """MySQL and MariaDB: words have a table of their own, and names a column of sort keys."""

    has_words = True

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        async with self._connection.cursor(DictCursor) as cursor:
            await cursor.execute(sql, values)
            return list(await cursor.fetchall()) if cursor.description else []

    async def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        head, _, group = sql.partition(" VALUES ")
        values = [value for row in rows for value in row]
        await self.execute(f"{head} VALUES {', '.join([group] * len(rows))}", values)

    async def commit(self) -> None:
        await self._connection.commit()

    def value(self, value: Any) -> Any:
        return getattr(value, "bytes", value)

    async def close(self) -> None:
        await self._connection.ensure_closed()


class Aiosqlite:
    """SQLite: triggers write the words."""

    has_words = False

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        statement = sql.replace("%s", "?").replace(" FOR UPDATE", "")
        rows = await self._connection.execute_fetchall(statement, values)
        return [dict(row) for row in rows]

    async def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._connection.executemany(sql.replace("%s", "?"), rows)

    async def commit(self) -> None:
        await self._connection.commit()

    def value(self, value: Any) -> Any:
        return str(value)

    async def close(self) -> None:
        await self._connection.close()


async def by_hand(engine: MySQLEngine | SQLiteEngine, products: str, key: Mapping[str, str]) -> "ByHand":
    """Connect to the engine's database.

    :param products: the table of products. :param key: its columns of ``name`` and ``sku``.
    """
    if isinstance(engine, SQLiteEngine):
        connection = await aiosqlite.connect(engine.path, isolation_level="IMMEDIATE")
        connection.row_factory = aiosqlite.Row
        await connection.execute("PRAGMA synchronous = NORMAL")
        await connection.create_function(SORT_KEY, 1, sort_key, deterministic=True)
        return ByHand(Aiosqlite(connection), products, key)
    driver = Asyncmy(await asyncmy.connect(**engine.config))
    await driver.execute("SET sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES', time_zone = '+00:00'")
    return ByHand(driver, products, key)


class ByHand:
    """The five ways of writing."""

    def __init__(self, driver: Driver, products: str, key: Mapping[str, str]) -> None:
        self._driver, self._products, self._key = driver, products, key
        self._me = driver.value(ME)

    async def create(self, body: Mapping[str, Any]) -> None:
        """Insert one account and its words."""
        await self._insert([body])
        await self._driver.commit()

    async def bulk(self, bodies: Sequence[Mapping[str, Any]]) -> None:
        """Insert many accounts."""
        await self._insert(bodies)
        await self._driver.commit()

    async def load(self, text: str) -> None:
        """Insert the lines of a CSV file."""
        await self.bulk(list(csv.DictReader(io.StringIO(text))))

    async def change(self, record: Any, name: str) -> None:
        """Rename an account, with its history."""
        driver, now = self._driver, self._driver.value(utc_now())
        key = driver.value(record)
        (row,) = await driver.execute('SELECT * FROM "accounts" WHERE id = %s FOR UPDATE', [key])
        stamps = [row["version"] + 1, now, self._me, key, row["version"]]
        sort_key = f", name_sort = {_KEY}" if driver.has_words else ""
        sql = f'UPDATE "accounts" SET name = %s{sort_key}, version = %s, updated_at = %s, updated_by = %s'
        names = [name] * (3 if driver.has_words else 1)
        await driver.execute(f"{sql} WHERE id = %s AND version = %s", [*names, *stamps])
        if driver.has_words:
            await driver.execute(f"DELETE FROM {_WORDS} WHERE id = %s", [key])
            await self._insert_words([(key, {**row, "name": name})])
        await self._keep(key, row, {"name": [row["name"], name]})
        await driver.commit()

    async def upsert(self, sku: str, name: str) -> None:
        """Rename the product with an article number."""
        driver, table = self._driver, self._products
        found = f'SELECT * FROM "{table}" WHERE "{self._key["sku"]}" = %s FOR UPDATE'
        (row,) = await driver.execute(found, [sku])
        changes = f'"{self._key["name"]}" = %s, version = %s, updated_at = %s, updated_by = %s'
        now = driver.value(utc_now())
        values = [name, row["version"] + 1, now, self._me, row["id"], row["version"]]
        await driver.execute(f'UPDATE "{table}" SET {changes} WHERE id = %s AND version = %s', values)
        await self._keep(row["id"], row, {"name": [row[self._key["name"]], name]})
        await driver.commit()

    async def close(self) -> None:
        """Close the connection."""
        await self._driver.close()

    async def _keep(self, key: Any, row: Mapping[str, Any], changes: object) -> None:
        value: Callable[[Any], Any] = self._driver.value
        values = [value(new_id()), self._me, key, row["version"] + 1]
        await self._driver.execute(_HISTORY, [*values, self._me, value(utc_now()), json.dumps(changes)])

    async def _insert(self, bodies: Sequence[Mapping[str, Any]]) -> None:
        driver, now = self._driver, self._driver.value(utc_now())
        given = tuple(bodies[0])
        ids = [driver.value(new_id()) for _ in bodies]
        columns, places = ", ".join([*_SYSTEM, *given]), ", ".join(["%s"] * (len(_SYSTEM) + len(given)))
        rows = [
            [key, 1, now, now, self._me, self._me, self._me, *[body[name] for name in given]]
            for key, body in zip(ids, bodies, strict=True)
        ]
        if driver.has_words:
            columns, places = f"{columns}, name_sort", f"{places}, {_KEY}"
            rows = [[*row, body["name"], body["name"]] for row, body in zip(rows, bodies, strict=True)]
        await driver.insert(f'INSERT INTO "accounts" ({columns}) VALUES ({places})', rows)
        if driver.has_words:
            await self._insert_words(list(zip(ids, bodies, strict=True)))

    async def _insert_words(self, records: Sequence[tuple[Any, Mapping[str, Any]]]) -> None:
        places = ", ".join(["%s"] * (len(_SEARCHED) + 2))
        rows = []
        for key, record in records:
            texts = [record.get(name) or "" for name in _SEARCHED]
            words = [" ".join(f"zz{word}" for word in text.lower().split()) for text in texts]
            rows.append([key, crc32("\n".join(texts).encode()), *words])
        columns = ", ".join(_SEARCHED)
        await self._driver.insert(f"INSERT INTO {_WORDS} (id, source, {columns}) VALUES ({places})", rows)
