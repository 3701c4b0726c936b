"""What servers find out about the isolation of a tenant's database, on real ones."""

from collections.abc import AsyncIterator

import pytest

from central.servers import Login
from central.servers.mysql import MySQLServer
from piccolo_engines.mysql import MySQLEngine
from tests.central.servers.test_mysql import PASSWORD, made, make
from tests.conftest import cleared
from tests.support.servers import ServerAddress


@pytest.fixture
async def root(any_server: ServerAddress, prefix: str) -> AsyncIterator[MySQLEngine]:
    async with cleared(any_server, prefix) as root:
        yield root


@pytest.fixture
async def server(any_server: ServerAddress, root: MySQLEngine) -> AsyncIterator[MySQLServer]:
    server = made(any_server)
    yield server
    await server.close()


async def codes(server: MySQLServer, prefix: str, passable: tuple[str, ...] = ()) -> list[str]:
    login = Login(f"{prefix}acme_user", lambda: PASSWORD)
    found = await server.violations(f"{prefix}acme", login, [f"{prefix}demo", f"{prefix}central"], passable)
    return [one.code for one in found]


async def with_table(server: MySQLServer, root: MySQLEngine, database: str) -> None:
    await server.create_database(database)
    await root.run_ddl(f'CREATE TABLE "{database}"."secrets" (id INT PRIMARY KEY)')


async def test_a_user_as_it_is_created_violates_nothing(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    await make(server, f"{prefix}acme")
    await with_table(server, root, f"{prefix}demo")
    assert await codes(server, prefix) == []


async def test_nor_does_that_of_a_fenced_database(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    user = await make(server, f"{prefix}acme")
    await root.run_ddl(f'CREATE TABLE "{prefix}acme"."sessions" (id INT PRIMARY KEY)')
    await server.fence(f"{prefix}acme", user, ["sessions"])
    assert await codes(server, prefix, ("sessions",)) == []


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        ("GRANT SELECT ON \"{prefix}demo\".* TO '{user}'@'%'", ["extra-grant", "foreign-database"]),
        ("GRANT SELECT ON \"mysql\".* TO '{user}'@'%'", ["extra-grant", "foreign-database"]),
        ("GRANT PROCESS ON *.* TO '{user}'@'%'", ["extra-grant"]),
        (
            "GRANT SELECT ON \"{own}\".* TO '{user}'@'%' WITH GRANT OPTION",
            ["extra-grant", "missing-grant"],
        ),
        ("GRANT EXECUTE ON \"{own}\".* TO '{user}'@'%'", ["extra-grant", "missing-grant"]),
        ("GRANT SELECT ON \"{prefix}central\".* TO '{user}'@'%'", ["extra-grant", "foreign-database"]),
    ],
)
async def test_a_privilege_too_many_is_found(
    server: MySQLServer, root: MySQLEngine, prefix: str, grant: str, expected: list[str]
) -> None:
    user = await make(server, f"{prefix}acme")
    for name in ("demo", "central"):
        await with_table(server, root, f"{prefix}{name}")
    own = f"{prefix}acme".replace("_", "\\_")
    await root.run_ddl(grant.format(prefix=prefix, user=user, own=own))
    assert await codes(server, prefix) == expected


async def test_a_name_that_is_a_pattern_is_found(server: MySQLServer, root: MySQLEngine, prefix: str) -> None:
    user = await make(server, f"{prefix}acme")
    await root.run_ddl(f"GRANT SELECT ON \"{prefix}acm_\".* TO '{user}'@'%'")
    assert "extra-grant" in await codes(server, prefix)


async def test_a_user_without_privileges_is_found(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    user = await make(server, f"{prefix}acme")
    await root.run_ddl(f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{user}'@'%'")
    login = Login(user, lambda: PASSWORD)
    found = await server.violations(f"{prefix}acme", login, [])
    assert [one.code for one in found] == ["missing-grant"]
    assert [one.code for one in await server.violations(f"{prefix}acme", None, [])] == ["missing-credentials"]
