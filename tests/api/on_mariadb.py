"""The world of the API's tests on MariaDB: made once, and put back before each test.

The server counts the rows that are changed in each table (``userstat``) and the statements of each kind. As
long as no statement changed a definition since the last time, only tables with changed rows are put back, and
those that refer to them: rows that a foreign key deletes or changes are not counted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from piccolo_engines.errors import DatabaseError
from piccolo_engines.mysql import MySQLEngine
from tests.conftest import ask, clear, databases, users
from tests.support.servers import ServerAddress

# ruff: noqa: S608 - the names in these statements are the tests' own

__all__ = ["MariaDBTemplate", "made_on_mariadb"]

Build = Callable[[dict[str, Any]], Awaitable[None]]
Place = tuple[str, str]
"""A database and a table in it."""

_DEFINING = (
    *("alter_db", "alter_table", "alter_user", "create_db", "create_index", "create_table", "create_user"),
    *("drop_db", "drop_index", "drop_table", "drop_user", "grant", "rename_table", "rename_user", "revoke"),
    "truncate",
)
"""What the server calls the statements that change more than rows."""


@dataclass
class MariaDBTemplate:
    """Databases with a shadow each, from which their rows come back.

    :ivar build: makes central and tenants with the settings given.
    """

    address: ServerAddress
    prefix: str
    build: Build
    databases: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    grants: dict[str, list[str]] = field(default_factory=dict)
    tables: list[Place] = field(default_factory=list)
    columns: set[tuple[str, str, str]] = field(default_factory=set)
    referring: dict[Place, set[Place]] = field(default_factory=dict)
    definitions: int | None = None
    changed: dict[Place, int] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """What of the settings names the server."""
        return {
            "central_database_url": f"{self.address.url}/{self.prefix}central",
            "db_host": self.address.host,
            "db_port": self.address.port,
            "db_root_user": self.address.user,
            "db_root_password": self.address.password,
            "db_prefix": self.prefix,
        }

    async def make(self) -> None:
        """Everything anew."""
        root = MySQLEngine(self.address.config)
        await clear(root, self.prefix)
        await root.run_ddl(f'CREATE DATABASE "{self.prefix}central"')
        await self.build(self.settings)
        self.databases, self.users = await databases(root, self.prefix), await users(root, self.prefix)
        self.grants = {account: await _grants(root, account) for account in self.users}
        async with root.transaction():
            self.tables = [(name, table) for name in self.databases for table in await _tables(root, name)]
            for name in self.databases:
                await root.run_ddl(f'CREATE DATABASE "{self._shadow(name)}"')
            for name, table in self.tables:
                await root.run_ddl(
                    f'CREATE TABLE "{self._shadow(name)}"."{table}" AS SELECT * FROM "{name}"."{table}"'
                )
        self.columns = await self._columns(root)
        self.referring = await self._referring(root)
        self.definitions = None

    async def restore(self) -> None:
        """As it was after :meth:`make`, whatever a test did."""
        root = MySQLEngine(self.address.config)
        if self.definitions is not None and await _definitions(root) == self.definitions:
            await self._put_rows_back(root, await self._touched(root))
        else:
            await self._restore_all(root)
        self.definitions = await _definitions(root) if await _counts_rows(root) else None
        self.changed = await self._changed(root)

    async def _restore_all(self, root: MySQLEngine) -> None:
        """Also what is more than rows: databases, users, tables and columns."""
        expected = {*self.databases, *map(self._shadow, self.databases)}
        there = set(await databases(root, self.prefix))
        accounts = await users(root, self.prefix)
        if not expected <= there or not set(self.users) <= set(accounts):
            await self.make()
            return
        for name in there - expected:
            await root.run_ddl(f'DROP DATABASE "{name}"')
        for account in set(accounts) - set(self.users):
            await root.run_ddl(f"DROP USER {account}")
        await self._restore_grants(root)
        await self._drop_new_tables(root)
        if await self._columns(root) != self.columns:
            await self.make()
            return
        await self._put_rows_back(root, self.tables)

    async def _restore_grants(self, root: MySQLEngine) -> None:
        """A fence takes privileges away."""
        for account, grants in self.grants.items():
            if await _grants(root, account) != grants:
                await root.run_ddl(f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}")
                for grant in grants:
                    await root.run_ddl(grant)

    async def _drop_new_tables(self, root: MySQLEngine) -> None:
        async with root.transaction():
            await root.run_ddl("SET foreign_key_checks = 0")
            for name in self.databases:
                for table in await _tables(root, name):
                    if (name, table) not in self.tables:
                        await root.run_ddl(f'DROP TABLE "{name}"."{table}"')
            await root.run_ddl("SET foreign_key_checks = 1")

    async def _columns(self, root: MySQLEngine) -> set[tuple[str, str, str]]:
        names = ", ".join(f"'{name}'" for name in self.databases)
        rows = await ask(
            root,
            "SELECT table_schema AS one, table_name AS two, column_name AS three "
            f"FROM information_schema.columns WHERE table_schema IN ({names})",
        )
        return {(row["one"], row["two"], row["three"]) for row in rows}

    async def _referring(self, root: MySQLEngine) -> dict[Place, set[Place]]:
        """The tables with a foreign key to a table, by that table."""
        names = ", ".join(f"'{name}'" for name in self.databases)
        rows = await ask(
            root,
            "SELECT constraint_schema AS name, table_name AS one, referenced_table_name AS other "
            f"FROM information_schema.referential_constraints WHERE constraint_schema IN ({names})",
        )
        found: dict[Place, set[Place]] = {}
        for row in rows:
            found.setdefault((row["name"], row["other"]), set()).add((row["name"], row["one"]))
        return found

    async def _changed(self, root: MySQLEngine) -> dict[Place, int]:
        """How many rows were changed in each table since the server began to count."""
        names = ", ".join(f"'{name}'" for name in self.databases)
        rows = await ask(
            root,
            "SELECT table_schema AS name, table_name AS one, rows_changed AS number "
            f"FROM information_schema.table_statistics WHERE table_schema IN ({names})",
        )
        return {(row["name"], row["one"]): int(row["number"]) for row in rows}

    async def _touched(self, root: MySQLEngine) -> list[Place]:
        """The tables in which rows may have been changed since the last time."""
        changed = await self._changed(root)
        left = [table for table, number in changed.items() if number != self.changed.get(table, 0)]
        touched: set[Place] = set()
        while left:
            table = left.pop()
            if table not in touched:
                touched.add(table)
                left += self.referring.get(table, ())
        return [table for table in self.tables if table in touched]

    async def _put_rows_back(self, root: MySQLEngine, tables: Sequence[Place]) -> None:
        async with root.transaction():
            await root.run_ddl("SET foreign_key_checks = 0")
            for name, table in tables:
                await root.run_ddl(f'DELETE FROM "{name}"."{table}"')
                shadow = f'"{self._shadow(name)}"."{table}"'
                await root.run_ddl(f'INSERT INTO "{name}"."{table}" SELECT * FROM {shadow}')
            await root.run_ddl("SET foreign_key_checks = 1")

    def _shadow(self, name: str) -> str:
        return f"{self.prefix}0{name.removeprefix(self.prefix)}"


async def _definitions(root: MySQLEngine) -> int:
    """How many statements changed more than rows, on the whole server."""
    names = ", ".join(f"'com_{name}'" for name in _DEFINING)
    counted = "SELECT SUM(variable_value) AS number FROM information_schema.global_status"
    rows = await ask(root, f"{counted} WHERE variable_name IN ({names})")
    return int(rows[0]["number"])


async def _counts_rows(root: MySQLEngine) -> bool:
    """Lets the server count changed rows, if this user may have it do so."""
    if (await ask(root, "SELECT @@userstat AS it"))[0]["it"]:
        return True
    try:
        await root.run_ddl("SET GLOBAL userstat = 1")
    except DatabaseError:
        return False
    return False  # what was changed before now was not counted


async def _tables(root: MySQLEngine, database: str) -> list[str]:
    named = f"SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '{database}'"
    return [row["name"] for row in await ask(root, named)]


@contextmanager
def made_on_mariadb(address: ServerAddress, prefix: str, build: Build) -> Iterator[MariaDBTemplate]:
    """The template; everything with the prefix is gone afterwards."""
    template = MariaDBTemplate(address, prefix, build)
    try:
        asyncio.run(template.make())
        yield template
    finally:
        asyncio.run(clear(MySQLEngine(address.config), prefix))


async def _grants(root: MySQLEngine, account: str) -> list[str]:
    rows = await ask(root, f"SHOW GRANTS FOR {account}")
    return sorted(one for row in rows for one in row.values() if not one.startswith("GRANT USAGE"))
