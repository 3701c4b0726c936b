"""Every test here runs on MariaDB and on MySQL, each in a database of its own that is dropped afterwards."""

import uuid
import warnings
from collections.abc import AsyncIterator

import pytest

from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.conftest import Found, address_or_skip
from tests.support.servers import KINDS, ServerAddress


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, servers_found: Found) -> ServerAddress:
    return address_or_skip(servers_found, request.param)


@pytest.fixture
async def database(address: ServerAddress) -> AsyncIterator[dict[str, object]]:
    """Arguments for an engine on an empty database."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    server = MySQLEngine(address.config)
    await server.run_ddl(f'CREATE DATABASE "{name}"')
    yield {**address.config, "database": name}
    await server.run_ddl(f'DROP DATABASE "{name}"')


@pytest.fixture
async def engine(database: dict[str, object]) -> AsyncIterator[MySQLEngine]:
    engine = MySQLEngine(database, PoolSettings(max_size=5, wait_timeout=5))
    yield engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a test may have closed it
        await engine.close()
