"""Every test here runs on MariaDB and on MySQL, each in a database of its own that is dropped afterwards."""

import contextlib
import os
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator

import pytest

from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.support.servers import KINDS, ServerAddress, ServerMissing, address_of


@pytest.fixture(scope="session")
def server_addresses() -> Iterator[dict[str, ServerAddress | str]]:
    """Addresses by kind, or why there is none."""
    with contextlib.ExitStack() as stack:
        found: dict[str, ServerAddress | str] = {}
        for kind in KINDS:
            try:
                found[kind] = stack.enter_context(address_of(kind))
            except ServerMissing as missing:
                found[kind] = str(missing)
        yield found


@pytest.fixture(params=KINDS)
def address(
    request: pytest.FixtureRequest, server_addresses: dict[str, ServerAddress | str]
) -> ServerAddress:
    found = server_addresses[request.param]
    if isinstance(found, str):
        if os.environ.get("CI") == "true" and request.param == "mariadb":
            pytest.fail(f"CI must have MariaDB: {found}")
        pytest.skip(f"NOT TESTED ON {request.param.upper()}: {found}")
    return found


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
