"""What the settings say about database servers."""

import asyncio
import secrets
import ssl
from pathlib import Path

from central.servers.installed import tls_of
from central.settings.settings import Settings
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
