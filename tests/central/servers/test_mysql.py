"""MySQLServer on real servers: what is made, what its user may do, and above all what it may not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import pytest

from central.provisioning.types import generate_password
from central.servers import DatabaseExists, Login, UserExists
from central.servers.grants import grant_pattern
from central.servers.mysql import PRIVILEGES, MySQLServer, UserRules
from piccolo_engines.errors import AccessDenied, ConnectionLost, DatabaseError, DatabaseMissing
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import process_list
from tests.central.servers.attacks import ATTACKS
from tests.conftest import ask, cleared
from tests.support.connected import until_there_are_none
from tests.support.servers import ServerAddress
from tests.support.waiting import until

# ruff: noqa: S608 - the names in these statements are the tests' own

PASSWORD = generate_password(32)


@pytest.fixture
async def root(any_server: ServerAddress, prefix: str) -> AsyncIterator[MySQLEngine]:
    async with cleared(any_server, prefix) as root:
        yield root


@pytest.fixture
async def server(any_server: ServerAddress, root: MySQLEngine) -> AsyncIterator[MySQLServer]:
    server = made(any_server)
    yield server
    await server.close()


def made(address: ServerAddress, **rules: object) -> MySQLServer:
    admin = Login(address.user, lambda: address.password)
    return MySQLServer(address.host, address.port, admin, users=UserRules(**rules))  # type: ignore[arg-type]


def login(address: ServerAddress, user: str, database: str | None = None) -> MySQLEngine:
    config = {"host": address.host, "port": address.port, "user": user, "password": PASSWORD}
    return MySQLEngine(config | ({"database": database} if database else {}))


async def make(server: MySQLServer, name: str) -> str:
    await server.create_database(name)
    await server.create_user(f"{name}_user", PASSWORD, name)
    return f"{name}_user"


async def grants(root: MySQLEngine, user: str) -> list[str]:
    rows = await ask(root, f"SHOW GRANTS FOR '{user}'@'%'")
    return [grant.partition(" IDENTIFIED BY")[0] for row in rows for grant in row.values()]


async def test_a_database_is_made_once_with_utf8mb4_and_is_gone_when_dropped(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    name = f"{prefix}acme"
    assert not await server.database_exists(name)
    await server.create_database(name)
    assert await server.database_exists(name)
    made = "SELECT default_character_set_name AS c FROM information_schema.schemata WHERE schema_name = "
    assert await ask(root, f"{made}'{name}'") == [{"c": "utf8mb4"}]
    with pytest.raises(DatabaseExists):
        await server.create_database(name)
    for _ in range(2):
        await server.drop_database(name)
        assert not await server.database_exists(name)


async def test_a_user_is_made_once_and_is_gone_when_dropped(server: MySQLServer, prefix: str) -> None:
    user = await make(server, f"{prefix}acme")
    assert await server.user_exists(user)
    with pytest.raises(UserExists):
        await server.create_user(user, "another", f"{prefix}acme")
    for _ in range(2):
        await server.drop_user(user)
        assert not await server.user_exists(user)


async def test_a_user_that_somebody_made_for_another_host_counts_and_is_left_alone(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    await root.run_ddl(f"CREATE USER '{prefix}acme_user'@'10.1.2.3' IDENTIFIED BY '{PASSWORD}'")
    assert await server.user_exists(f"{prefix}acme_user")
    with pytest.raises(UserExists):
        await make(server, f"{prefix}acme")


async def test_the_grants_are_exactly_these(server: MySQLServer, root: MySQLEngine, prefix: str) -> None:
    user = await make(server, f"{prefix}acme")
    pattern = f"{prefix}acme".replace("_", "\\_")
    usage, own = await grants(root, user)
    assert usage == f'GRANT USAGE ON *.* TO "{user}"@"%"'
    assert own == f'GRANT {", ".join(PRIVILEGES)} ON "{pattern}".* TO "{user}"@"%"'


async def test_the_servers_own_bound_of_connections_is_set(
    any_server: ServerAddress, root: MySQLEngine, prefix: str
) -> None:
    server = made(any_server, max_connections=1)
    user = await make(server, f"{prefix}acme")
    await server.close()
    engine = login(any_server, user)
    first = await engine.get_new_connection()
    with pytest.raises(ConnectionLost):
        await engine.get_new_connection()
    await first.leave()


async def test_the_host_from_which_a_user_may_connect_is_a_rule(
    any_server: ServerAddress, root: MySQLEngine, prefix: str
) -> None:
    server = made(any_server, host="192.0.2.%")
    user = await make(server, f"{prefix}acme")
    with pytest.raises(AccessDenied):
        await login(any_server, user).run_ddl("SELECT 1")
    await server.drop_user(user)
    assert not await server.user_exists(user)
    await server.close()


async def test_a_user_works_in_its_own_database(
    any_server: ServerAddress, server: MySQLServer, prefix: str
) -> None:
    user = await make(server, f"{prefix}acme")
    engine = login(any_server, user, f"{prefix}acme")
    await engine.run_ddl("CREATE TABLE t (id INT PRIMARY KEY)")
    await engine.run_ddl("INSERT INTO t VALUES (1)")
    await engine.run_ddl("ALTER TABLE t ADD COLUMN name VARCHAR(10)")
    assert await ask(engine, "SELECT id FROM t") == [{"id": 1}]


@pytest.mark.parametrize("other", ["demo", "central", "acXme"])
async def test_a_user_is_denied_everything_else(
    any_server: ServerAddress, server: MySQLServer, root: MySQLEngine, prefix: str, other: str
) -> None:
    """``acXme`` is a name that ``GRANT … ON ac_me`` means too when its ``_`` is not escaped."""
    own, target = f"{prefix}ac_me", f"{prefix}{other}"
    user = await make(server, own)
    await root.run_ddl(f'CREATE DATABASE "{target}"')
    await root.run_ddl(f'CREATE TABLE "{target}".secrets (id INT)')
    engine = login(any_server, user, own)
    await engine.start_connection_pool()
    for attack in ATTACKS:
        with pytest.raises(AccessDenied):
            await engine.run_ddl(attack.format(other=target, user=user, own=own))
    await engine.close()
    with pytest.raises((AccessDenied, DatabaseMissing)):
        await login(any_server, user, target).run_ddl("SELECT 1")
    assert await ask(root, f'SELECT COUNT(*) AS n FROM "{target}".secrets') == [{"n": 0}]


async def test_the_wildcard_would_have_been_one(
    any_server: ServerAddress, server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    """The attack of the test above succeeds on a grant that is not escaped: it does test something."""
    user = await make(server, f"{prefix}ac_me")
    await root.run_ddl(f'CREATE DATABASE "{prefix}acXme"')
    await root.run_ddl(f"GRANT SELECT ON \"{prefix}ac_me\".* TO '{user}'@'%'")
    assert await ask(login(any_server, user, f"{prefix}acXme"), "SELECT 1 AS one") == [{"one": 1}]


async def test_the_administrator_needs_no_more_than_is_documented(
    any_server: ServerAddress, root: MySQLEngine, prefix: str
) -> None:
    admin = f"{prefix}admin"
    await root.run_ddl(f"CREATE USER '{admin}'@'%' IDENTIFIED BY '{PASSWORD}'")
    needed = f"{', '.join(PRIVILEGES)}, CREATE USER, PROCESS"
    await root.run_ddl(f"GRANT {needed} ON *.* TO '{admin}'@'%' WITH GRANT OPTION")
    is_mariadb = "MariaDB" in (await ask(root, "SELECT VERSION() AS v"))[0]["v"]
    killing = "CONNECTION ADMIN" if is_mariadb else "CONNECTION_ADMIN"
    await root.run_ddl(f"GRANT {killing} ON *.* TO '{admin}'@'%'")
    server = MySQLServer(any_server.host, any_server.port, Login(admin, lambda: PASSWORD))
    user = await make(server, f"{prefix}acme")
    engine = login(any_server, user, f"{prefix}acme")
    await engine.start_connection_pool()
    await engine.run_ddl("CREATE TABLE t (id INT)")
    await server.drop_database(f"{prefix}acme")
    await server.drop_user(user)
    await until_there_are_none(root, user)
    await engine.close()
    await server.close()


async def test_another_password_replaces_the_old_one_and_restores_what_the_user_may(
    any_server: ServerAddress, server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    name, new = f"{prefix}acme", generate_password(32)
    user = await make(server, name)
    granted = await grants(root, user)
    await root.run_ddl(f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{user}'@'%'")
    for _ in range(2):  # as after a crash in the middle
        await server.change_password(user, new, name)
    assert await grants(root, user) == granted
    with pytest.raises(AccessDenied):
        await login(any_server, user, name).run_ddl("SELECT 1")
    changed = server.engine_for(name, Login(user, lambda: new))
    await changed.run_ddl("CREATE TABLE t (id INT)")
    await changed.close()


async def test_with_another_password_a_dropped_user_is_made_anew(
    any_server: ServerAddress, server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    user = await make(server, f"{prefix}acme")
    granted = await grants(root, user)
    await root.run_ddl(f"DROP USER '{user}'@'%'")
    await server.change_password(user, PASSWORD, f"{prefix}acme")
    assert await grants(root, user) == granted
    await login(any_server, user, f"{prefix}acme").run_ddl("SELECT 1")


async def test_a_server_that_keeps_a_history_of_passwords_lets_the_same_one_be_set_twice(
    any_server: ServerAddress, server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    """A change that a crash interrupted sets its password again."""
    if "MariaDB" in (await ask(root, "SELECT VERSION() AS v"))[0]["v"]:
        pytest.skip("MariaDB keeps a history with a plugin alone")
    user = await make(server, f"{prefix}acme")
    await root.run_ddl(f"ALTER USER '{user}'@'%' PASSWORD HISTORY 3")
    new = generate_password(32)
    for _ in range(2):
        await server.change_password(user, new, f"{prefix}acme")
    await server.engine_for(f"{prefix}acme", Login(user, lambda: new)).close()


async def test_connections_of_a_user_are_ended_and_no_others(
    any_server: ServerAddress, server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    acme, demo = [
        await login(any_server, await make(server, name)).get_new_connection()
        for name in (f"{prefix}acme", f"{prefix}demo")
    ]
    await server.end_connections(f"{prefix}acme_user")
    with pytest.raises(ConnectionLost):
        await acme.send("SELECT 1")
    await demo.send("SELECT 1")
    await demo.leave()
    acme.kill()


async def test_statements_of_any_bytes_keep_no_tenant_from_being_deleted(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    """Every statement with an id in it has such bytes, and MySQL's information schema fails meanwhile."""
    user = await make(server, f"{prefix}acme")
    session = await root.lease()
    sleeping = asyncio.create_task(session.run("SELECT SLEEP(60), %s", [b"\xa2,\xb9"]))
    await until(partial(is_running, root, session.thread_id))
    assert await server.connections_of(user) == 0
    await server.end_connections(user)
    await server.drop_database(f"{prefix}acme")
    await server.drop_user(user)
    assert await is_running(root, session.thread_id)
    await root.run_ddl(f"KILL {session.thread_id}")
    with suppress(DatabaseError):
        await sleeping
    root.give_back(session)


async def is_running(root: MySQLEngine, thread_id: int) -> bool:
    return any(one.id == thread_id and one.statement for one in await process_list(root))


async def test_an_engine_finds_the_password_that_was_changed_since(
    any_server: ServerAddress, server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    """As it is in every other process: the server refuses the old one, and there are others to try."""
    name, new, asked = f"{prefix}acme", generate_password(32), []
    user = await make(server, name)

    async def others() -> list[Login]:
        asked.append(1)
        return [Login(user, lambda: "wrong"), Login(user, lambda: new)]

    engine = server.engine_for(name, Login(user, lambda: PASSWORD, others))
    await engine.run_ddl("SELECT 1")
    assert asked == []
    await server.change_password(user, new, name)
    await server.end_connections(user)
    for _ in range(2):
        await engine.run_ddl("SELECT 1")
        await server.end_connections(user)
    assert asked == [1]
    await root.run_ddl(f"ALTER USER '{user}'@'%' IDENTIFIED BY 'by-hand-Zx1_'")
    with pytest.raises(AccessDenied):
        await engine.run_ddl("SELECT 1")
    await engine.close()
    assert server.connections.in_use == 0


async def test_an_engine_finds_a_password_that_is_changed_again_while_it_looks(
    any_server: ServerAddress, server: MySQLServer, prefix: str
) -> None:
    name, new = f"{prefix}acme", generate_password(32)
    user = await make(server, name)
    looks = iter([[Login(user, lambda: "between the two")], [Login(user, lambda: new)]])

    async def others() -> list[Login]:
        return next(looks)

    await server.change_password(user, new, name)
    engine = server.engine_for(name, Login(user, lambda: PASSWORD, others))
    await engine.run_ddl("SELECT 1")
    await engine.close()


async def test_other_databases_cannot_be_seen(
    any_server: ServerAddress, server: MySQLServer, prefix: str
) -> None:
    await make(server, f"{prefix}demo")
    user = await make(server, f"{prefix}acme")
    rows = await ask(login(any_server, user), "SHOW DATABASES")
    seen = {name for row in rows for name in row.values()} - {"information_schema", "performance_schema"}
    assert {name for name in seen if name.startswith(prefix)} == {f"{prefix}acme"}


async def test_dropping_ends_the_connections_of_other_processes(
    any_server: ServerAddress, server: MySQLServer, prefix: str
) -> None:
    user = await make(server, f"{prefix}acme")
    engine = login(any_server, user, f"{prefix}acme")
    await engine.run_ddl("CREATE TABLE t (id INT)")

    async def hold() -> None:
        async with engine.transaction():
            await engine.run_ddl("SELECT * FROM t")
            await server.drop_database(f"{prefix}acme")
            await engine.run_ddl("SELECT * FROM t")

    async with asyncio.timeout(20):
        with pytest.raises(ConnectionLost):
            await hold()
        await server.drop_user(user)
    with pytest.raises(AccessDenied):
        await engine.run_ddl("SELECT 1")


async def test_an_engine_asks_for_the_password_when_it_connects_and_not_before(
    any_server: ServerAddress, server: MySQLServer, prefix: str
) -> None:
    asked = []

    def password() -> str:
        asked.append(1)
        return PASSWORD

    user = await make(server, f"{prefix}acme")
    engine = server.engine_for(f"{prefix}acme", Login(user, password))
    assert asked == []
    for _ in range(3):
        await engine.run_ddl("SELECT 1")
    assert asked == [1]
    assert PASSWORD not in repr(engine.config)
    await engine.close()
    assert server.connections.idle == 0


async def test_an_open_connection_keeps_no_password(
    any_server: ServerAddress, server: MySQLServer, prefix: str
) -> None:
    user = await make(server, f"{prefix}acme")
    engine = server.engine_for(f"{prefix}acme", Login(user, lambda: "".join(PASSWORD)))
    async with engine.transaction():
        await engine.run_ddl("SELECT 1")
        (session,) = engine._part.in_use
        kept = vars(session._connection)
        assert kept["_user"] == user.encode()
        assert PASSWORD.encode() not in kept.values()
    await engine.close()


def test_without_a_login_there_is_no_engine() -> None:
    server = MySQLServer("db", 3306, Login("root", lambda: ""))
    with pytest.raises(AccessDenied):
        server.engine_for("tenant_acme", None)


@pytest.mark.parametrize(
    ("is_literal", "pattern"), [(False, '"tenant\\_north\\_sea"'), (True, '"tenant_north_sea"')]
)
def test_the_name_in_a_grant_is_escaped_unless_the_server_takes_it_as_it_is(
    is_literal: bool, pattern: str
) -> None:
    assert grant_pattern("tenant_north_sea", is_literal=is_literal) == pattern
