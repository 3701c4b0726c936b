"""What the settings say about database servers."""

import asyncio
import secrets
import ssl
from pathlib import Path

import pytest

from central.errors import SettingsError
from central.servers.installed import central_engine_of, installed_servers, tls_of
from central.settings.settings import Settings
from piccolo_engines.mysql import MySQLEngine
from tests.support.certificates import make_certificates


async def test_an_authority_that_was_made_by_hand_is_trusted(tmp_path: Path) -> None:
    made = make_certificates(tmp_path, by_the_book=False)
    environment = {"ENCRYPTION_KEY": secrets.token_hex(32), "DB_TLS_CA": str(made.authority)}
    trusting = tls_of(Settings.from_env(environment))
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(made.certificate, made.key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=own)
    async with server:
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address, ssl=trusting)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


def test_the_processes_of_a_service_share_its_connections_and_each_has_one() -> None:
    environment = {
        "ENCRYPTION_KEY": secrets.token_hex(32),
        "CENTRAL_DATABASE_URL": "mysql://central:secret@127.0.0.1/central",
        "DB_HOST": "127.0.0.1",
        "DB_ROOT_USER": "admin",
        "DB_ROOT_PASSWORD": "secret",
        "CENTRAL_CONNECTIONS": "10",
    }

    def limits(workers: str, connections: str) -> tuple[int, int]:
        settings = Settings.from_env(environment | {"WORKERS": workers, "DB_CONNECTIONS": connections})
        budget = next(iter(installed_servers(settings))).connections
        central = central_engine_of(settings)
        assert budget is not None
        assert isinstance(central, MySQLEngine)
        return budget.limit, central.pool_settings.max_size

    assert limits("1", "40") == (40, 10)
    assert limits("3", "40") == (13, 3), "never more than the service may have"
    assert limits("10", "10") == (1, 1)
    with pytest.raises(SettingsError, match="DB_CONNECTIONS must be a whole number from 11"):
        limits("11", "10")
