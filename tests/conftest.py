"""For every test: none fails for being slow, and database servers for those that want one."""

import contextlib
import gc
import os
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

import hypothesis
import pytest
from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.support.frozen import freeze, is_frozen
from tests.support.servers import KINDS, ServerAddress, ServerMissing, address_of
from tests.support.thoroughly import times

hypothesis.settings.register_profile("whatever the machine", deadline=None, max_examples=times(30, 100))
hypothesis.settings.load_profile("whatever the machine")
hypothesis.find(
    hypothesis.strategies.just(0), lambda _: True
)  # registers its generator before objects are frozen

Found = dict[str, ServerAddress | str]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Without the garbage collector, which would look again and again at what all stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_runtest_setup() -> None:
    """Lets the garbage collector pass over what was imported and collected: a million objects that stay.

    A test that looks at all objects again (``unfreeze``) does so for itself alone.
    """
    if not is_frozen():
        freeze()


@pytest.fixture(scope="session")
def servers_found() -> Iterator[Found]:
    """What was found so far, by kind: an address, or why there is none. Each is looked for when needed."""
    with contextlib.ExitStack() as stack:
        found = _Searching(stack)
        yield found


class _Searching(Found):
    """Starts a private server the first time that somebody wants one."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, kind: str) -> ServerAddress | str:
        try:
            self[kind] = self._stack.enter_context(address_of(kind))
        except ServerMissing as missing:
            self[kind] = str(missing)
        return self[kind]


def address_or_skip(found: Found, kind: str) -> ServerAddress:
    """The server; without one the test is skipped with a loud line, or fails where MariaDB must be."""
    address = found[kind]
    if isinstance(address, str):
        if os.environ.get("CI") == "true" and kind == "mariadb":
            pytest.fail(f"CI must have MariaDB: {address}")
        pytest.skip(f"NOT TESTED ON {kind.upper()}: {address}")
    return address


@contextlib.contextmanager
def started_or_skipped(kind: str) -> Iterator[ServerAddress]:
    """A server as the environment has it now."""
    with contextlib.ExitStack() as stack:
        yield address_or_skip(_Searching(stack), kind)


@pytest.fixture
def mariadb(servers_found: Found) -> ServerAddress:
    """A MariaDB server."""
    return address_or_skip(servers_found, "mariadb")


@pytest.fixture(params=KINDS)
def any_server(request: pytest.FixtureRequest, servers_found: Found) -> ServerAddress:
    """A MariaDB server, and for a second run of the test a MySQL one."""
    return address_or_skip(servers_found, request.param)


@pytest.fixture
def prefix() -> str:
    """What the names of databases and users of this test begin with, on a server that others use too."""
    return f"t{uuid.uuid4().hex[:7]}_"


@contextlib.asynccontextmanager
async def cleared(address: ServerAddress, prefix: str) -> AsyncIterator[MySQLEngine]:
    """An administrator's engine; databases and users that begin with the prefix are gone afterwards."""
    root = MySQLEngine(address.config, PoolSettings(max_size=2))
    try:
        yield root
    finally:
        await clear(root, prefix)
        await root.close()


async def clear(root: MySQLEngine, prefix: str) -> None:
    """Drop all databases and users whose names begin with the prefix."""
    for name in await databases(root, prefix):
        await root.run_ddl(f'DROP DATABASE "{name}"')
    for account in await users(root, prefix):
        await root.run_ddl(f"DROP USER {account}")


async def databases(root: MySQLEngine, prefix: str) -> list[str]:
    """The names of the databases that begin so."""
    rows = await ask(root, "SHOW DATABASES")
    return sorted(name for row in rows for name in row.values() if name.startswith(prefix))


async def users(root: MySQLEngine, prefix: str) -> list[str]:
    """The accounts whose user names begin so."""
    rows = await ask(root, "SELECT user AS user, host AS host FROM mysql.user")
    return sorted(f"'{row['user']}'@'{row['host']}'" for row in rows if row["user"].startswith(prefix))


async def ask(engine: Engine[Any], sql: str) -> list[dict[str, Any]]:
    """The rows that a statement gives."""
    rows: list[dict[str, Any]] = await engine.run_querystring(QueryString(sql))
    return rows
