"""A new tenant's database is created in a few round trips, as migrations would create it one by one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from piccolo.querystring import QueryString

from api.tenant_seed import tenant_seed
from central.migrations.migrator import Migrator
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.apps.seed import seed_apps
from tenant_schema.objects.changes.missing_indexes import ensure_searches
from tenant_schema.objects.changes.missing_sort_keys import ensure_sort_keys
from tenant_schema.objects.tables import FieldDefinition
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.passwords.hashing import HashParameters, Passwords
from tenant_schema.users.seed import seed_access
from tests.support.outboxes import READABLE
from tests.tenant_schema.objects.databases import APP_CONFIGS, Bound
from tests.tenant_schema.test_migrations import schema

ACME = TenantRef(
    UUID(int=1), "acme", "Acme", TenantStatus.PROVISIONING, "sqlite", "tenant_acme", "acme.localhost"
)


@asynccontextmanager
async def another(engine: Bound) -> AsyncIterator[Bound]:
    """An empty database, bound: that of ``engine`` without its tables, or another file."""
    if isinstance(engine, SQLiteEngine):
        other = SQLiteEngine(engine.path.with_name("another.sqlite"), synchronous="OFF")
        with DB.bind(other):
            yield other
        await other.close()
        return
    rows = await engine.run_querystring(QueryString("SHOW TABLES"))
    names = [name for row in rows for name in row.values()]
    drop = ["SET foreign_key_checks = 0", *(f'DROP TABLE "{name}"' for name in names)]
    await engine.run_script([*drop, "SET foreign_key_checks = 1"])
    yield engine


async def sort_keys() -> list[tuple[str, bool]]:
    rows = await FieldDefinition.select(FieldDefinition.column_name, FieldDefinition.sort_key)
    return sorted((row["column_name"], row["sort_key"]) for row in rows)


async def test_a_new_tenant_has_the_tables_that_the_migrations_of_an_older_one_create(
    any_database: Bound,
) -> None:
    migrator = Migrator(APP_CONFIGS, DB)
    await migrator.create(any_database)
    await tenant_seed(Passwords(HashParameters(1, 8, 1)), AccountChanges(READABLE)).access(ACME)
    assert await migrator.pending(any_database) == []
    created, keys = await schema(any_database), await sort_keys()
    async with another(any_database) as older:
        assert await schema(older) == {}
        await migrator.migrate(older)
        await seed_access(await seed_standard_objects())
        await ensure_searches()
        await ensure_sort_keys(served=False)
        await seed_apps()
        assert created == await schema(older)
        assert keys == await sort_keys()


@pytest.mark.parametrize("any_database", ["mariadb", "mysql"], indirect=True)
async def test_a_new_tenant_costs_few_round_trips_and_asks_the_server_nothing(any_database: Bound) -> None:
    statements: list[str] = []
    any_database.on_statement = statements.append
    await Migrator(APP_CONFIGS, DB).create(any_database)
    assert len(statements) == 2
    assert statements[0].count("CREATE TABLE") > 25
    statements.clear()
    await tenant_seed(Passwords(HashParameters(1, 8, 1)), AccountChanges(READABLE)).access(ACME)
    assert len(statements) == 18
    assert not [one for one in statements if "information_schema" in one or one.startswith("SHOW")]
