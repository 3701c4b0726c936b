"""A new tenant's database is created in a few round trips, as migrations would create it one by one."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeGuard
from uuid import UUID

import pytest
from piccolo.querystring import QueryString

from api.tenant_seed import tenant_seed
from central.migrations.copies import DatabaseCopies
from central.migrations.migrator import Migrator
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_conf import DB
from piccolo_engines.errors import DatabaseError
from piccolo_engines.mysql import MySQLEngine
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


async def rows_of(engine: Bound) -> dict[str, list[tuple[object, ...]]]:
    """The rows of all tables, in the order of their keys."""
    shown = await engine.run_querystring(QueryString("SHOW TABLES"))
    names = [name for row in shown for name in row.values()]
    read = (QueryString(f'SELECT * FROM "{name}"') for name in names)  # noqa: S608 - this database's own
    found = {name: await engine.run_querystring(query) for name, query in zip(names, read, strict=True)}
    return {name: [tuple(row.values()) for row in rows] for name, rows in found.items() if rows}


def without_ids(rows: dict[str, list[tuple[object, ...]]]) -> dict[str, list[str]]:
    """The rows as texts, with a number for each id, in the order in which they are met, and without times."""
    met: dict[UUID, int] = {}
    keys = {value for table in rows.values() for row in table for value in row if _is_id(value)}
    for key in sorted(keys):
        met[key] = len(met)

    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return "a time"
        return met[value] if isinstance(value, UUID) else value

    return {name: sorted(repr([*map(plain, row)]) for row in table) for name, table in rows.items()}


def _is_id(value: object) -> TypeGuard[UUID]:
    return isinstance(value, UUID)


async def test_later_databases_of_a_server_are_copies_of_the_first_with_ids_of_their_own(
    any_database: Bound,
) -> None:
    migrator = Migrator(APP_CONFIGS, DB)
    copies = DatabaseCopies(migrator)
    seed = tenant_seed(Passwords(HashParameters(1, 8, 1)), AccountChanges(READABLE))
    assert not await copies.create("here", any_database)
    await seed.access(ACME)
    await copies.keep("here", any_database)
    if isinstance(any_database, SQLiteEngine):
        async with another(any_database) as second:
            assert not await copies.create("here", second)
        return
    tables, rows = await schema(any_database), await rows_of(any_database)
    async with another(any_database) as second:
        statements: list[str] = []
        any_database.on_statement = statements.append
        assert await copies.create("here", second)
        assert len([one for one in statements if one.startswith("CREATE TABLE")]) == 1, "one round trip"
        assert not [one for one in statements if not one.startswith(("CREATE TABLE", "INSERT"))]
        assert await schema(second) == tables
        copied = await rows_of(second)
        assert without_ids(copied) == without_ids(rows)
        assert not set(filter(_is_id, _values(copied))) & set(filter(_is_id, _values(rows)))
        assert min(times(copied)) > max(times(rows))
        assert await migrator.pending(second) == []
        with pytest.raises(DatabaseError):
            await copies.create("here", second)  # it is not empty
    async with another(any_database) as third:
        assert not await copies.create("here", third), "what has failed is not tried again"


def _values(rows: dict[str, list[tuple[object, ...]]]) -> Iterator[object]:
    return (value for table in rows.values() for row in table for value in row)


def times(rows: dict[str, list[tuple[object, ...]]]) -> list[datetime]:
    return [value.replace(tzinfo=None) for value in _values(rows) if isinstance(value, datetime)]


@pytest.mark.parametrize("any_database", ["mariadb", "mysql"], indirect=True)
@pytest.mark.parametrize(
    "tables",
    [
        [
            "CREATE TABLE one (id INT PRIMARY KEY, twice INT AS (id * 2) STORED)",
            "INSERT INTO one (id) VALUES (1)",
        ],
        ["CREATE TABLE one (id INT PRIMARY KEY)", "CREATE VIEW two AS SELECT id FROM one"],
        [
            "CREATE TABLE one (id INT PRIMARY KEY, other INT)",
            "CREATE TABLE two (id INT PRIMARY KEY, other INT, FOREIGN KEY (other) REFERENCES one (id))",
            "ALTER TABLE one ADD FOREIGN KEY (other) REFERENCES two (id)",
        ],
        [],
    ],
    ids=["generated columns", "views", "circles", "nothing"],
)
async def test_what_cannot_be_copied_is_not(any_database: MySQLEngine, tables: list[str]) -> None:
    await any_database.run_script(tables)
    assert await any_database.read_copy() is None
