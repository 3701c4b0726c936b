"""The world of the API's tests on MariaDB: made once, and put back row by row before each test."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from piccolo_engines.mysql import MySQLEngine
from tests.conftest import ask, clear, databases, users
from tests.support.servers import ServerAddress

# ruff: noqa: S608 - the names in these statements are the tests' own

__all__ = ["MariaDBTemplate", "made_on_mariadb"]

Build = Callable[[dict[str, Any]], Awaitable[None]]


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
    tables: list[tuple[str, str]] = field(default_factory=list)
    columns: set[tuple[str, str, str]] = field(default_factory=set)

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
        async with root.transaction():
            self.tables = [(name, table) for name in self.databases for table in await _tables(root, name)]
            for name in self.databases:
                await root.run_ddl(f'CREATE DATABASE "{self._shadow(name)}"')
            for name, table in self.tables:
                await root.run_ddl(
                    f'CREATE TABLE "{self._shadow(name)}"."{table}" AS SELECT * FROM "{name}"."{table}"'
                )
        self.columns = await self._columns(root)

    async def restore(self) -> None:
        """As it was after :meth:`make`, whatever a test did."""
        root = MySQLEngine(self.address.config)
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
        await self._drop_new_tables(root)
        if await self._columns(root) != self.columns:
            await self.make()
            return
        await self._put_rows_back(root)

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

    async def _put_rows_back(self, root: MySQLEngine) -> None:
        async with root.transaction():
            await root.run_ddl("SET foreign_key_checks = 0")
            for name, table in self.tables:
                await root.run_ddl(f'DELETE FROM "{name}"."{table}"')
                shadow = f'"{self._shadow(name)}"."{table}"'
                await root.run_ddl(f'INSERT INTO "{name}"."{table}" SELECT * FROM {shadow}')
            await root.run_ddl("SET foreign_key_checks = 1")

    def _shadow(self, name: str) -> str:
        return f"{self.prefix}0{name.removeprefix(self.prefix)}"


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
