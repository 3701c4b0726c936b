"""How the engine connects: when, with which password, to which node, and with what set for the session."""

import pytest

from piccolo_engines.errors import AccessDenied, ConnectionLost, DatabaseMissing
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.piccolo_engines.mysql.sessions.number import Number
from tests.piccolo_engines.mysql.tables import bound


async def test_the_constructor_connects_to_nothing() -> None:
    engine = MySQLEngine({"host": "192.0.2.1", "user": "nobody"}, PoolSettings())
    assert engine.pool is None


async def test_without_a_pool_each_query_connects(database: dict[str, object]) -> None:
    engine = MySQLEngine(database)
    bound(engine, Number)
    first, second = [(await Number.raw("SELECT CONNECTION_ID() AS id"))[0]["id"] for _ in range(2)]
    assert first != second
    await engine.start_connection_pool()
    first, second = [(await Number.raw("SELECT CONNECTION_ID() AS id"))[0]["id"] for _ in range(2)]
    assert first == second
    await engine.close_connection_pool()


async def test_replicas_are_asked_by_name(database: dict[str, object]) -> None:
    replica = MySQLEngine(database)
    engine = MySQLEngine(database, extra_nodes={"replica": replica})
    bound(engine, Number)
    seen: list[str] = []
    replica.on_statement = seen.append
    await Number.raw("SELECT 1")
    assert seen == []
    await Number.raw("SELECT 1").run(node="replica")
    async with await Number.raw("SELECT 2").batch(node="replica") as batch:
        assert [rows async for rows in batch] == [[{"2": 2}]]
    assert seen == ["SELECT 1", "SELECT 2"]


async def test_the_password_may_be_made_at_connect_time(database: dict[str, object]) -> None:
    asked = 0
    password = database["password"]

    async def create() -> object:
        nonlocal asked
        asked += 1
        return password

    config = {key: value for key, value in database.items() if key != "password"}
    engine = MySQLEngine({**config, "password_creator": create}, PoolSettings())
    bound(engine, Number)
    await Number.raw("SELECT 1")
    await Number.raw("SELECT 1")
    assert asked == 1
    await engine.close()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password": "wrong"}, AccessDenied),
        ({"database": "no_such_database"}, DatabaseMissing),
        ({"port": 1}, ConnectionLost),
        ({"host": "127.0.0.1", "unix_socket": "/nowhere/sock"}, ConnectionLost),
    ],
)
async def test_what_keeps_from_connecting(
    database: dict[str, object], change: dict[str, object], error: type[Exception]
) -> None:
    engine = MySQLEngine({**database, **change}, PoolSettings(max_size=1))
    bound(engine, Number)
    for _ in range(2):
        with pytest.raises(error):
            await Number.raw("SELECT 1")
    assert engine.pool_use.in_use == 0
    await engine.close()


@pytest.mark.parametrize(
    ("command", "asked", "is_set_to"),
    [
        ("SET sql_mode = 'STRICT_ALL_TABLES'", "@@group_concat_max_len", 1 << 30),
        ("SET sql_mode = 'NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH'", "HEX('\\\\')", "5C"),
        ("SET autocommit = 0", "@@autocommit", 1),
        ("SET completion_type = 'CHAIN'", "@@completion_type", "NO_CHAIN"),
        ("SET time_zone = '+05:30'", "@@time_zone", "+00:00"),
        ("SET NAMES latin1", "@@character_set_results", "utf8mb4"),
    ],
)
async def test_a_session_is_set_up_whatever_the_server_has_set(
    database: dict[str, object], command: str, asked: str, is_set_to: object
) -> None:
    engine = MySQLEngine({**database, "init_command": command})
    session = await engine.get_new_connection()
    assert (await session.send(f"SELECT {asked}")).rows == ((is_set_to,),)
    session.close()
