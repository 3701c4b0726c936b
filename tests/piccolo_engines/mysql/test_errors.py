"""Each error of the tree, as the two servers make it: its facts, and nothing of what was sent."""

import asyncio
import uuid

import pytest
from asyncmy.errors import OperationalError
from piccolo.querystring import QueryString

from piccolo_engines import errors
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.errors import translate
from piccolo_engines.mysql.processes import process_list
from tests.support.servers import ServerAddress
from tests.support.waiting import until

SCHEMA = (
    "CREATE TABLE label (id INT PRIMARY KEY, name VARCHAR(10) NOT NULL UNIQUE, size SMALLINT, "
    "CONSTRAINT positive CHECK (size > 0))",
    "CREATE TABLE album (label INT, FOREIGN KEY (label) REFERENCES label (id))",
    "INSERT INTO label VALUES (1, 'secret', 1)",
    "INSERT INTO album VALUES (1)",
)


@pytest.fixture
async def music(engine: MySQLEngine) -> MySQLEngine:
    for statement in SCHEMA:
        await engine.run_ddl(statement)
    return engine


@pytest.mark.parametrize(
    ("sql", "error", "facts"),
    [
        ("INSERT INTO label VALUES (2, 'secret', 1)", errors.UniqueViolation, {"columns": ("name",)}),
        ("INSERT INTO album VALUES (77)", errors.ForeignKeyViolation, {}),
        ("DELETE FROM label", errors.ForeignKeyViolation, {}),
        ("INSERT INTO label VALUES (2, NULL, 1)", errors.NotNullViolation, {"column": "name"}),
        ("INSERT INTO label (id) VALUES (2)", errors.NotNullViolation, {"column": "name"}),
        ("INSERT INTO label VALUES (2, 'a', -7)", errors.CheckViolation, {"constraint": "positive"}),
        ("INSERT INTO label VALUES (2, 'secret words', 1)", errors.DataTooLong, {"column": "name"}),
        ("INSERT INTO label VALUES (2, 'a', 77777)", errors.UnstorableValue, {}),
        ("SELECT CAST('secret' AS DATE) + 1 FROM secret", errors.SchemaMismatch, {}),
        ("SELECT secret FROM label", errors.SchemaMismatch, {}),
        ("INSERT INTO label VALUES ('secret')", errors.StatementError, {}),
        ("USE secret", errors.DatabaseMissing, {}),
        (
            f"CREATE TABLE wide ({', '.join(f'c{n} VARCHAR(16000)' for n in range(9))})",
            errors.RowTooLarge,
            {},
        ),
        ("SIGNAL SQLSTATE '08777' SET MESSAGE_TEXT = 'secret'", errors.ConnectionLost, {}),
        ("SIGNAL SQLSTATE '22777' SET MESSAGE_TEXT = 'secret'", errors.UnstorableValue, {}),
        ("SIGNAL SQLSTATE '23777' SET MESSAGE_TEXT = 'secret'", errors.IntegrityViolation, {}),
        ("SIGNAL SQLSTATE '28777' SET MESSAGE_TEXT = 'secret'", errors.AccessDenied, {}),
        ("SIGNAL SQLSTATE '40777' SET MESSAGE_TEXT = 'secret'", errors.Deadlock, {}),
        ("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'", errors.StatementError, {}),
    ],
)
async def test_a_mistake_is_reported_by_its_kind(
    music: MySQLEngine, sql: str, error: type[errors.DatabaseError], facts: dict[str, object]
) -> None:
    with pytest.raises(error) as caught:
        await music.run_querystring(QueryString(sql))
    assert {name: getattr(caught.value, name) for name in facts} == facts
    assert "secret" not in f"{caught.value} {caught.value!r}"
    assert "77" not in f"{caught.value} {caught.value!r}"
    assert await music.run_querystring(QueryString("SELECT 1 AS one")) == [{"one": 1}]


async def test_a_full_table_is_a_failure_of_the_storage(engine: MySQLEngine) -> None:
    session = await engine.lease()
    await session.send("SET max_heap_table_size = 16384")
    await session.send("CREATE TABLE full (word VARCHAR(1000)) ENGINE=MEMORY")
    rows = " UNION ALL ".join(["SELECT REPEAT('x', 1000)"] * 100)
    with pytest.raises(errors.StorageFailed):
        await session.send(f"INSERT INTO full {rows}")
    engine.give_back(session)


async def test_what_is_not_allowed_is_denied(music: MySQLEngine, address: ServerAddress) -> None:
    async with music.transaction(read_only=True):
        with pytest.raises(errors.AccessDenied):
            await music.run_querystring(QueryString("INSERT INTO album VALUES (1)"))
    user = f"u{uuid.uuid4().hex[:12]}"
    await music.run_ddl(f"CREATE USER {user}@'%' IDENTIFIED BY 'secret' ACCOUNT LOCK")
    guest = MySQLEngine({**address.config, "user": user, "password": "secret"})
    try:
        with pytest.raises(errors.AccessDenied):
            await guest.run_querystring(QueryString("SELECT 1"))
        await music.run_ddl(f"ALTER USER {user}@'%' ACCOUNT UNLOCK")
        with pytest.raises(errors.AccessDenied) as denied:
            await guest.run_querystring(QueryString("SELECT * FROM mysql.user"))
        assert user not in str(denied.value)
    finally:
        await music.run_ddl(f"DROP USER {user}@'%'")


async def test_a_statement_that_is_ended_is_a_lost_connection_that_can_be_used(engine: MySQLEngine) -> None:
    session = await engine.lease()
    sleeping = asyncio.create_task(session.send("SELECT 1 FROM (SELECT BENCHMARK(100000000000, 1)) AS slow"))

    async def begun() -> bool:
        return any(one.id == session.thread_id and one.statement for one in await process_list(engine))

    await until(begun)
    await engine.run_ddl(f"KILL QUERY {session.thread_id}")
    with pytest.raises(errors.ConnectionLost):
        await sleeping
    assert (await session.send("SELECT 2")).rows == ((2,),)
    engine.give_back(session)


async def test_too_many_connections_are_a_lost_connection(music: MySQLEngine, address: ServerAddress) -> None:
    user = f"u{uuid.uuid4().hex[:12]}"
    await music.run_ddl(f"CREATE USER {user}@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1")
    guest = MySQLEngine({**address.config, "user": user, "password": "x"}, PoolSettings(max_size=2))
    first = await guest.lease()
    with pytest.raises(errors.ConnectionLost):
        await guest.lease()
    assert guest.pool_use.in_use == 1
    guest.give_back(first)
    await guest.close()
    await music.run_ddl(f"DROP USER {user}@'%'")


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (1130, errors.AccessDenied),  # the host is not allowed
        (3159, errors.AccessDenied),  # TLS is required
        (2059, errors.AccessDenied),  # a way to log in that the driver does not know
        (1290, errors.AccessDenied),  # the server is read-only
        (1053, errors.ConnectionLost),  # it is shutting down
        (1040, errors.ConnectionLost),  # it has too many connections
        (1206, errors.StorageFailed),  # it has no room for more locks
        (1114, errors.StorageFailed),
        (1205, errors.LockTimeout),
        (1213, errors.Deadlock),
        (9999, errors.StatementError),
    ],
)
def test_a_number_has_its_kind(number: int, error: type[errors.DatabaseError]) -> None:
    translated = translate(OperationalError(number, "secret"))
    assert type(translated) is error
    assert "secret" not in str(translated)
