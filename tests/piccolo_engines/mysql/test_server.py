"""Which servers the engine speaks to."""

import contextlib
from collections.abc import Iterator

import pytest

from piccolo_engines.errors import ServerTooOld
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.server import Server
from tests.support.servers import ServerAddress, ServerMissing, started


@contextlib.contextmanager
def pretending(version: str) -> Iterator[ServerAddress]:
    """A MariaDB server that calls itself something else."""
    with contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(started("mariadb", f"--version={version}"))
        except ServerMissing as missing:
            pytest.skip(f"NOT TESTED: {missing}")
        yield address


@pytest.mark.parametrize(
    ("greeting", "mariadb", "version"),
    [
        ("5.5.5-10.11.6-MariaDB-log", True, (10, 11, 6)),
        ("11.4.2-MariaDB", True, (11, 4, 2)),
        ("8.0.36", False, (8, 0, 36)),
        ("8.4.0-commercial", False, (8, 4, 0)),
        ("9.7.4-2", False, (9, 7, 4)),
        ("unheard of", False, (0, 0, 0)),
    ],
)
def test_the_greeting_tells_the_server(greeting: str, mariadb: bool, version: tuple[int, int, int]) -> None:
    assert Server.from_greeting(greeting) == Server(mariadb, version)


@pytest.mark.parametrize(
    "greeting", ["5.5.5-10.6.0-MariaDB", "11.8.9-MariaDB-4 from Debian", "8.0.19", "9.7.1", "unheard of"]
)
def test_servers_that_are_known(greeting: str) -> None:
    Server.from_greeting(greeting).require_known()


@pytest.mark.parametrize(
    ("greeting", "server", "needed"),
    [
        ("5.5.5-10.5.29-MariaDB-log", "MariaDB 10.5.29", "10.6.0"),
        ("8.0.18", "MySQL 8.0.18", "8.0.19"),
        ("5.7.44-log", "MySQL 5.7.44", "8.0.19"),
    ],
)
def test_servers_that_are_too_old(greeting: str, server: str, needed: str) -> None:
    with pytest.raises(ServerTooOld, match=f"is {server}, which is too old: {needed} or newer"):
        Server.from_greeting(greeting).require_known()


async def test_a_server_that_is_too_old_is_refused_when_connecting() -> None:
    with pretending("5.7.44-log") as address:
        engine = MySQLEngine(address.config)
        with pytest.raises(ServerTooOld):
            await engine.run_ddl("SELECT 1")
        assert (engine.pool_use.in_use, engine.pool_use.idle) == (0, 0)
        await engine.close()
