"""Connecting has its time, over a bad line too, and nothing is left of what was cut short."""

import asyncio
import contextlib
import gc
import random
import ssl
import uuid
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvloop
from piccolo.querystring import QueryString

from piccolo_engines.errors import AccessDenied, ConnectionLost
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.piccolo_engines.mysql.proxy import Proxy, answering
from tests.support.certificates import make_certificates
from tests.support.servers import KINDS, ServerAddress, ServerMissing, started

Config = dict[str, Any]

ONE = QueryString("SELECT 1 AS one")


@pytest.fixture
async def line(address: ServerAddress) -> AsyncIterator[Proxy]:
    async with Proxy(address.host, address.port) as proxy:
        yield proxy


def engine_over(line: Proxy, address: ServerAddress, **config: object) -> MySQLEngine:
    return MySQLEngine({**address.config, "port": line.port, **config}, PoolSettings(max_size=1))


async def test_connecting_has_its_time_from_beginning_to_end(line: Proxy, address: ServerAddress) -> None:
    engine = engine_over(line, address, connect_timeout=3)
    line.going_down.clear()
    with pytest.raises(ConnectionLost, match="does not respond"):
        await engine.run_querystring(ONE)
    assert engine.pool_use.in_use == 0
    line.going_down.set()
    assert await engine.run_querystring(ONE) == [{"one": 1}]
    await engine.close()


async def test_a_statement_that_nobody_takes_ends_in_time(line: Proxy, address: ServerAddress) -> None:
    engine = engine_over(line, address, read_timeout=2)
    await engine.run_querystring(ONE)
    line.going_up.clear()
    with pytest.raises(ConnectionLost):
        await engine.run_querystring(QueryString("SELECT LENGTH({})", "x" * 12_000_000))
    line.going_up.set()
    assert await engine.run_querystring(ONE) == [{"one": 1}]
    await engine.close()


async def test_a_line_that_breaks_anywhere_is_a_lost_connection(line: Proxy, address: ServerAddress) -> None:
    """In the greeting, in the log-in, in the middle of an answer; and the next query is none the worse."""
    engine = engine_over(line, address)
    for line.cut_after in [*range(0, 120, 7), 300, 1000, 20_000]:
        with pytest.raises(ConnectionLost):
            await engine.run_querystring(QueryString("SELECT REPEAT('x', 100000) AS x"))
        assert engine.pool_use.in_use == 0
    line.cut_after = None
    assert await engine.run_querystring(ONE) == [{"one": 1}]
    await engine.close()


async def test_nobody_there_is_reported(address: ServerAddress) -> None:
    with pytest.raises(ConnectionLost, match="Connecting to the database server failed") as lost:
        await MySQLEngine({**address.config, "port": 1}).run_querystring(ONE)
    assert address.host not in str(lost.value)


async def test_a_password_is_a_text(address: ServerAddress) -> None:
    engine = MySQLEngine({**address.config, "password_creator": lambda: 12345}, PoolSettings(max_size=1))
    with pytest.raises(TypeError, match="not int") as wrong:
        await engine.run_querystring(ONE)
    assert "12345" not in str(wrong.value)
    assert engine.pool_use.in_use == 0
    await engine.close()


@pytest.mark.parametrize(
    "greeting",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0\0\0\0",
        b"\5\0\0\0\x0aabcd",
        b"\x08\0\0\0\x0a5.5.5\0a",
        b"\xff" * 50,
        b"",
    ],
)
async def test_what_is_no_database_server_is_reported(greeting: bytes) -> None:
    async with answering(greeting) as port:
        engine = MySQLEngine({"host": "127.0.0.1", "port": port, "connect_timeout": 0.2})
        message = "not that of a MySQL or MariaDB server" if greeting else "not respond"
        with pytest.raises(ConnectionLost, match=message):
            await engine.run_querystring(ONE)


async def test_a_password_may_have_any_characters(address: ServerAddress) -> None:
    root = MySQLEngine(address.config)
    user, password = f"u{uuid.uuid4().hex[:12]}", "pä\\'\"`%s {}пароль 😀"
    await root.run_querystring(QueryString(f"CREATE USER {user}@'%' IDENTIFIED BY {{}}", password))
    try:
        config = {**address.config, "user": user, "password": password}
        assert await MySQLEngine(config).run_querystring(ONE) == [{"one": 1}]
        del config["password"]
        config["password_creator"] = lambda: password
        assert await MySQLEngine(config).run_querystring(ONE) == [{"one": 1}]
        with pytest.raises(AccessDenied) as denied:
            await MySQLEngine({**config, "password_creator": lambda: password + "."}).run_querystring(ONE)
        assert "пароль" not in f"{denied.value!r} {denied.value.__cause__!r}"
    finally:
        await root.run_ddl(f"DROP USER {user}@'%'")


# What is left


async def _connect_and_cancel(engine: MySQLEngine, moment: float) -> None:
    task = asyncio.create_task(engine.run_querystring(ONE))
    await asyncio.sleep(moment)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _end_under_way(engine: MySQLEngine, moment: float) -> None:
    tasks = [asyncio.create_task(engine.run_querystring(QueryString("SELECT SLEEP(1)"))) for _ in range(3)]
    await asyncio.sleep(moment)
    del tasks


async def _close_under_way(engine: MySQLEngine, moment: float) -> None:
    await _end_under_way(engine, moment)
    await engine.close()


async def _send_much_and_cancel(engine: MySQLEngine, moment: float) -> None:
    task = asyncio.create_task(engine.run_querystring(QueryString("SELECT LENGTH({})", "x" * 6_000_000)))
    await asyncio.sleep(moment * 3)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _forget_the_pool(engine: MySQLEngine, _: float) -> None:
    await engine.run_querystring(ONE)


async def _keep_a_session(engine: MySQLEngine, _: float) -> None:
    session = await engine.lease()
    await session.send("SELECT 1")
    if engine.pool is not None:
        await engine.close()
    else:
        engine.give_back(session)


WAYS: list[Callable[[MySQLEngine, float], Awaitable[None]]] = [
    _connect_and_cancel,
    _end_under_way,
    _close_under_way,
    _send_much_and_cancel,
    _forget_the_pool,
    _keep_a_session,
]


@pytest.fixture(scope="module", params=KINDS)
def encrypted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Arguments for an engine that speaks TLS, with a server that has a certificate."""
    made = make_certificates(tmp_path_factory.mktemp("certificates"))
    options = [f"--ssl-ca={made.authority}", f"--ssl-cert={made.certificate}", f"--ssl-key={made.key}"]
    try:
        with started(request.param, *options) as address:
            yield {**address.config, "ssl": ssl.create_default_context(cafile=made.authority)}
    except ServerMissing as missing:
        pytest.skip(f"NOT TESTED ON {request.param.upper()} of our own: {missing}")


def unclosed(config: Config, way: Callable[[MySQLEngine, float], Awaitable[None]]) -> list[str]:
    """Complaints about what was left open, of loops that ended at random moments."""
    dice = random.Random(5)
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        for turn in range(5):
            engine = MySQLEngine(config, PoolSettings(max_size=2) if turn % 2 else None)
            factory = uvloop.new_event_loop if turn % 3 == 0 else None
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(as_coroutine(way(engine, dice.random() ** 2 * 0.02)))
            del engine
            gc.collect()
    return [str(one.message) for one in left]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_loop_may_end_at_any_moment_and_leaves_no_socket_open(
    address: ServerAddress, way: Callable[[MySQLEngine, float], Awaitable[None]]
) -> None:
    assert unclosed(address.config, way) == []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_nor_does_it_leave_an_encrypted_one(
    encrypted: Config, way: Callable[[MySQLEngine, float], Awaitable[None]]
) -> None:
    assert unclosed(encrypted, way) == []


async def as_coroutine(awaited: Awaitable[None]) -> None:
    await awaited
