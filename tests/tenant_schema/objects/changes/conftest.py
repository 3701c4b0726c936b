"""Tenants on SQLite, MariaDB and MySQL, each database made once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from piccolo_engines.mysql import MySQLEngine
from tests.conftest import Found, address_or_skip, clear
from tests.tenant_schema.objects.changes.worlds import Config, Tenant, config_in, migrate, tenant_on

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ON_MARIADB = pytest.mark.parametrize("database", ["mariadb"], indirect=True)
ON_SERVERS = pytest.mark.parametrize("database", ["mariadb", "mysql"], indirect=True)


@dataclass
class Databases:
    """What was made so far, by kind."""

    found: Found
    folder: Any
    configs: dict[str, Config] = field(default_factory=dict)

    def of(self, kind: str) -> Config:
        if kind not in self.configs:
            self.configs[kind] = config_in(self.folder) if kind == "sqlite" else self._on_server(kind)
            asyncio.run(migrate(self.configs[kind]))
        return self.configs[kind]

    def _on_server(self, kind: str) -> Config:
        address = address_or_skip(self.found, kind)
        name = f"{self.prefix}tenant"
        asyncio.run(MySQLEngine(address.config).run_ddl(f'CREATE DATABASE "{name}"'))
        return {**address.config, "database": name}

    @property
    def prefix(self) -> str:
        return f"t{abs(hash(str(self.folder))) % 10**7:07d}_"

    def drop(self) -> None:
        for kind in self.configs.keys() - {"sqlite"}:
            address = address_or_skip(self.found, kind)
            asyncio.run(clear(MySQLEngine(address.config), self.prefix))


@pytest.fixture(scope="session")
def databases_made(servers_found: Found, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(servers_found, tmp_path_factory.mktemp("changes"))
    yield made
    made.drop()


@pytest.fixture(params=["sqlite", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest, databases_made: Databases) -> Config:
    """Where the tenant's database is."""
    return databases_made.of(request.param)


@pytest.fixture
async def tenant(database: Config) -> AsyncIterator[Tenant]:
    async with tenant_on(database) as made:
        yield made


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name for an object of this test's own: the database is shared."""
    return f"t{abs(hash(request.node.nodeid)) % 10**9}"
