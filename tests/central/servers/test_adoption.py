"""A prepared database gets the name of its tenant, with everything that is in it, on real servers."""

from collections.abc import AsyncIterator

import pytest
from piccolo.querystring import QueryString

from api.tenant_seed import tenant_seed
from central.migrations.migrator import Migrator
from central.servers import DatabaseExists
from central.servers.mysql import MySQLServer
from piccolo_conf import DB
from piccolo_engines.errors import ForeignKeyViolation
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.passwords.hashing import HashParameters, Passwords
from tests.central.servers.test_mysql import made
from tests.conftest import cleared
from tests.support.outboxes import READABLE
from tests.support.servers import ServerAddress
from tests.tenant_schema.objects.databases import APP_CONFIGS
from tests.tenant_schema.test_migrations import schema
from tests.tenant_schema.test_new_tenant import ACME


@pytest.fixture
async def server(any_server: ServerAddress, prefix: str) -> AsyncIterator[MySQLServer]:
    async with cleared(any_server, prefix):
        server = made(any_server)
        yield server
        await server.close()


async def contents(server: MySQLServer, database: str) -> tuple[dict[str, str], int]:
    """The tables, as SHOW CREATE TABLE shows them, and the number of definitions of fields."""
    engine = server.builder_for(database)
    try:
        (row,) = await engine.run_querystring(QueryString("SELECT COUNT(*) AS n FROM field_definitions"))
        return await schema(engine), row["n"]
    finally:
        await engine.close()


async def test_an_adopted_database_has_the_same_tables_keys_and_rows(
    server: MySQLServer, prefix: str
) -> None:
    prepared, name = f"{prefix}_pool_1", f"{prefix}acme-corp"
    await server.create_database(prepared)
    engine = server.builder_for(prepared)
    await Migrator(APP_CONFIGS, DB).create(engine)
    with DB.bind(engine):
        await tenant_seed(Passwords(HashParameters(1, 8, 1)), AccountChanges(READABLE)).access(ACME)
    await engine.close()
    before = await contents(server, prepared)
    await server.adopt_database(prepared, name)
    assert await contents(server, name) == before
    await server.drop_database(prepared)
    engine = server.builder_for(name)
    with pytest.raises(ForeignKeyViolation):
        await engine.run_ddl("UPDATE field_definitions SET object = UNHEX(REPEAT('00', 16))")
    await engine.close()


async def test_no_database_is_adopted_under_a_name_that_is_taken(server: MySQLServer, prefix: str) -> None:
    prepared, name = f"{prefix}_pool_1", f"{prefix}acme"
    for database in (prepared, name):
        await server.create_database(database)
    with pytest.raises(DatabaseExists):
        await server.adopt_database(prepared, name)
    assert await server.database_exists(prepared)
