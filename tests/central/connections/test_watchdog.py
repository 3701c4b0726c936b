"""A server that is frozen is given up; one that is merely slow with a statement is not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from central.connections.rules import BudgetRules
from central.servers import Login
from central.servers import mysql as module
from central.servers.mysql import MySQLServer
from piccolo_engines.errors import ConnectionLost
from tests.conftest import ask
from tests.piccolo_engines.mysql.proxy import Proxy
from tests.support.servers import ServerAddress
from tests.support.waiting import until


@pytest.fixture
async def proxy(any_server: ServerAddress) -> AsyncIterator[Proxy]:
    async with Proxy(any_server.host, any_server.port) as proxy:
        yield proxy


@pytest.fixture
async def server(
    any_server: ServerAddress, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MySQLServer]:
    monkeypatch.setitem(module._CONNECTING, "connect_timeout", 3)
    monkeypatch.setattr(module, "_ENDING_SECONDS", 1)
    login = Login(any_server.user, lambda: any_server.password)
    server = MySQLServer("127.0.0.1", proxy.port, login, budget=BudgetRules(silence=0.2))
    yield server
    await server.close()


async def test_a_frozen_server_is_given_up_and_used_again_when_it_is_back(
    any_server: ServerAddress, server: MySQLServer, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    login = Login(any_server.user, lambda: any_server.password)
    engine = server.engine_for("information_schema", login)
    await ask(engine, "SELECT 1")
    proxy.going_down.clear()
    with pytest.raises(ConnectionLost):
        await ask(engine, "SELECT 1")
    assert "does not respond: closing 1 connections" in caplog.text
    proxy.going_down.set()
    assert await ask(engine, "SELECT 1 AS one") == [{"one": 1}]
    await until(lambda: not server.connections.in_use)
    await engine.close()


async def test_a_statement_may_take_its_time(any_server: ServerAddress, server: MySQLServer) -> None:
    login = Login(any_server.user, lambda: any_server.password)
    engine = server.engine_for("information_schema", login)
    assert await ask(engine, "SELECT SLEEP(1) AS slept") == [{"slept": 0}]
    async with engine.transaction():
        await ask(engine, "SELECT 1")
        await asyncio.sleep(0.5)
        assert await ask(engine, "SELECT 1 AS one") == [{"one": 1}]
    await engine.close()
    assert server.connections.opened == 1
