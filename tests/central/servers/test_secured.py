"""On servers with certificates, unix sockets, and (MySQL) partial_revokes, which are started for this."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from central.provisioning.types import generate_password
from central.servers import Login
from central.servers.mysql import PRIVILEGES, MySQLServer, UserRules
from piccolo_engines.errors import AccessDenied, ConnectionLost, DatabaseMissing
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.central.servers.attacks import ATTACKS
from tests.conftest import ask, cleared
from tests.support.certificates import make_certificates
from tests.support.servers import KINDS, ServerAddress, ServerMissing, started

PASSWORD = generate_password(32)


@dataclass(frozen=True)
class Secured:
    """A server, and what a client trusts it by."""

    kind: str
    address: ServerAddress
    authority: Path
    tls: ssl.SSLContext


@pytest.fixture(scope="module", params=KINDS)
def secured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    made = make_certificates(tmp_path_factory.mktemp("certificates"))
    options = [f"--ssl-ca={made.authority}", f"--ssl-cert={made.certificate}", f"--ssl-key={made.key}"]
    if request.param == "mysql":
        options.append("--partial-revokes=ON")
    try:
        with started(request.param, *options) as address:
            tls = ssl.create_default_context(cafile=made.authority)
            yield Secured(request.param, address, made.authority, tls)
    except ServerMissing as missing:
        pytest.skip(f"NOT TESTED ON {request.param.upper()} of our own: {missing}")


async def cipher(engine: MySQLEngine) -> str:
    ((row),) = await ask(engine, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    value: str = row["Value"]
    return value


@pytest.mark.parametrize("form", ["context", "dict"])
async def test_a_connection_is_encrypted_and_kept(secured: Secured, form: str) -> None:
    tls: object = secured.tls if form == "context" else {"ca": str(secured.authority)}
    engine = MySQLEngine({**secured.address.config, "ssl": tls}, PoolSettings(max_size=1))
    assert await cipher(engine)
    threads = {(await ask(engine, "SELECT CONNECTION_ID() AS id"))[0]["id"] for _ in range(5)}
    assert len(threads) == 1
    assert engine.pool_use.opened == 1
    await engine.close()


async def test_a_server_that_cannot_prove_who_it_is_is_not_trusted(secured: Secured) -> None:
    engine = MySQLEngine({**secured.address.config, "ssl": ssl.create_default_context()})
    with pytest.raises(ConnectionLost):
        await ask(engine, "SELECT 1")
    await asyncio.sleep(0.05)  # asyncio closes the connection of a failed handshake a little later


async def test_a_unix_socket(secured: Secured) -> None:
    engine = MySQLEngine({"unix_socket": secured.address.socket, "user": "root"}, PoolSettings(max_size=1))
    for _ in range(2):
        assert await ask(engine, "SELECT CURRENT_USER() AS me") == [{"me": "root@localhost"}]
    assert engine.pool_use.opened == 1
    await engine.close()


@pytest.fixture
async def server(secured: Secured) -> AsyncIterator[MySQLServer]:
    admin = Login(secured.address.user, lambda: secured.address.password)
    server = MySQLServer(
        secured.address.host, secured.address.port, admin, users=UserRules(), tls=secured.tls
    )
    yield server
    await server.close()


def login(secured: Secured, user: str, database: str | None = None, *, tls: bool = True) -> MySQLEngine:
    config = {**secured.address.config, "user": user, "password": PASSWORD}
    if database is not None:
        config["database"] = database
    return MySQLEngine({**config, "ssl": secured.tls} if tls else config)


async def test_a_tenants_user_is_refused_without_encryption(
    secured: Secured, server: MySQLServer, prefix: str
) -> None:
    async with cleared(secured.address, prefix):
        await server.create_database(f"{prefix}acme")
        await server.create_user(f"{prefix}acme_user", PASSWORD, f"{prefix}acme")
        engine = server.engine_for(f"{prefix}acme", Login(f"{prefix}acme_user", lambda: PASSWORD))
        assert await cipher(engine)
        await engine.close()
        with pytest.raises(AccessDenied):
            await ask(login(secured, f"{prefix}acme_user", f"{prefix}acme", tls=False), "SELECT 1")


async def test_with_and_without_partial_revokes_a_user_reaches_its_own_database_and_no_other(
    secured: Secured, server: MySQLServer, prefix: str
) -> None:
    """``partial_revokes`` (here on MySQL) makes ``_`` and the backslash in GRANT plain characters."""
    mine, user = f"{prefix}acme", f"{prefix}acme_user"
    others = [f"{prefix[:-1]}Xacme", f"{prefix[:-1]}\\_acme", f"{prefix}acme2"]
    async with cleared(secured.address, prefix[:-1]) as root:
        for name in (mine, *others):
            await root.run_ddl(f'CREATE DATABASE "{name}"')
            await root.run_ddl(f'CREATE TABLE "{name}".secrets (id INT)')
        await server.create_user(user, PASSWORD, mine)
        engine = login(secured, user, mine)
        assert await ask(engine, "SELECT * FROM secrets") == []
        await engine.run_ddl("CREATE TABLE fine (id INT PRIMARY KEY)")
        for other in others:
            for attack in ATTACKS:
                with pytest.raises(AccessDenied):
                    await engine.run_ddl(attack.format(other=f'"{other}"', user=user, own=mine))
            with pytest.raises((AccessDenied, DatabaseMissing)):
                await ask(login(secured, user, other), "SELECT 1")
        shown = [grant for row in await ask(engine, "SHOW GRANTS") for grant in row.values()]
        pattern = mine if secured.kind == "mysql" else mine.replace("_", r"\_")
        own = [grant for grant in shown[1:] if not grant.endswith("TO PUBLIC")]  # MariaDB's database "test"
        assert own == [f'GRANT {", ".join(PRIVILEGES)} ON "{pattern}".* TO "{user}"@"%"']
