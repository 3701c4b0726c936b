"""What somebody did to the tables by hand is found, and ended where that loses nothing."""

import asyncio
from typing import Any

import pytest

from piccolo_conf import DB
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.operations import AddSearch
from tenant_schema.objects.changes.missing_indexes import ensure_searches
from tenant_schema.objects.changes.mysql.statements import index_name
from tenant_schema.objects.definitions.drafts import FieldDraft
from tenant_schema.objects.model.catalog import Catalog, tables_of_words
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.objects.tables import SchemaChange
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tests.tenant_schema.objects.changes.conftest import ON_MARIADB, ON_SERVERS
from tests.tenant_schema.objects.changes.worlds import MANAGER, RECORDS, SCOPE, Config, Tenant, tenant_on


async def kinds(tenant: Tenant) -> set[str]:
    return {kind for kind, _, _ in await tenant.drift()}


async def test_a_missing_table_is_made_again(tenant: Tenant, name: str) -> None:
    await tenant.things(name, searched=True)
    model = await tenant.model(name)
    await model.table.delete(force=True)
    if DB.engine_type == "sqlite":
        await DB.run_ddl(f'DROP TABLE "{model.table_name}_search"')
        await DB.run_ddl(f'DROP TABLE "{model.table_name}_search_ids"')
    else:
        await DB.run_ddl(f'DROP TABLE "{model.words_table}"')
    await DB.run_ddl(f'DROP TABLE "{model.table_name}"')
    assert await kinds(tenant) == {"missing-table"}
    recovered, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert (recovered, [one.kind for one in repaired], remaining) == ([], ["missing-table"], [])
    await tenant.record(name, title="One")
    await tenant.drop(name, name)


async def test_missing_columns_and_keys_are_made_again(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    await tenant.add_field(name, FieldDraft(name="extra", label="Extra", type="text", unique=True))
    model = await tenant.model(name)
    table = model.table_name
    extra, code, note = (model.columns[one]._meta.db_column_name for one in ("extra", "code", "note"))
    where = "" if DB.engine_type == "sqlite" else f' ON "{table}"'
    await DB.run_ddl(f'DROP INDEX "{table}_{extra}_key"{where}')
    await DB.run_ddl(f'DROP INDEX "{index_name(table, f"{code}_sort", unique=False)}"{where}')
    await DB.run_ddl(f'ALTER TABLE "{table}" DROP COLUMN "{note}"')
    assert await kinds(tenant) == {"missing-unique", "missing-index", "missing-column"}
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert (len(repaired), remaining) == (3, [])
    assert await kinds(tenant) == set()
    await tenant.drop(name, name)


async def test_what_holds_data_is_told_and_left_alone(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    table = (await tenant.model(name)).table_name
    await DB.run_ddl(f'ALTER TABLE "{table}" ADD COLUMN "old_0a1b2c3d" INTEGER')
    await DB.run_ddl(f'ALTER TABLE "{table}" ADD COLUMN "empty_0a1b2c3d" INTEGER')
    await DB.run_ddl(f'UPDATE "{table}" SET "old_0a1b2c3d" = 1')  # noqa: S608 - the test's own name
    await DB.run_ddl('CREATE TABLE "left_0a1b2c3d" (id INTEGER)')
    assert await kinds(tenant) == {"extra-column", "extra-table"}
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert {one.name for one in repaired} == {"empty_0a1b2c3d", "left_0a1b2c3d"}
    assert [one.name for one in remaining] == ["old_0a1b2c3d"]
    await tenant.drop(name, name)


async def test_without_a_unique_index_doubles_stay_and_are_told(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    await tenant.change_field(name, "note", {"unique": True})
    model = await tenant.model(name)
    table, note = model.table_name, model.columns["note"]
    where = "" if DB.engine_type == "sqlite" else f' ON "{table}"'
    await DB.run_ddl(f'DROP INDEX "{table}_{note._meta.db_column_name}_key"{where}')
    same: dict[Any, Any] = {note: "the same"}
    await model.table.update(same | bound_storage().written_keys(same), force=True)
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert (repaired, [one.kind for one in remaining]) == ([], ["missing-unique"])
    assert not await SchemaChange.exists().where(SchemaChange.state == "undoing")
    await tenant.drop(name, name)


@ON_SERVERS
async def test_records_out_of_order_are_told_and_put_in_order(tenant: Tenant, name: str) -> None:
    """After somebody wrote to the table by hand."""
    await tenant.things(name)
    model = await tenant.model(name)
    code = model.columns["code"]
    await model.table.update({code: "zzz"}).where(code == RECORDS[0]["code"])
    assert await kinds(tenant) == {"stale-sort"}
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert ([one.kind for one in repaired], remaining) == (["stale-sort"], [])
    page = await tenant.records.page(SCOPE, MANAGER, name, (("sort", "-code"), ("limit", "1")))
    assert page.data[0]["code"] == "zzz"
    await tenant.drop(name, name)


@ON_MARIADB
async def test_a_search_index_made_by_hand_is_told_and_keeps_nothing_else_from_being_repaired(
    tenant: Tenant, name: str
) -> None:
    await tenant.things(name)
    model = await tenant.model(name)
    table = model.table_name
    title, code = (model.columns[one]._meta.db_column_name for one in ("title", "code"))
    await DB.run_ddl(
        f'ALTER TABLE "{table}" ADD FULLTEXT INDEX "mine" ("{title}"), '
        f'DROP INDEX "{index_name(table, f"{code}_sort", unique=False)}"'
    )
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert [one.kind for one in repaired] == ["missing-index"]
    assert [one.kind for one in remaining] == ["extra-search"]
    await tenant.drop(name, name)


@ON_SERVERS
async def test_words_that_are_not_those_of_the_records_are_told_and_written(
    tenant: Tenant, name: str
) -> None:
    await tenant.things(name, searched=True)
    model = await tenant.model(name)
    title = model.columns["title"]
    await model.table.update({title: "Changed by hand"}).where(title == "Two")
    await DB.run_ddl(f'DELETE FROM "{model.words_table}" LIMIT 1')  # noqa: S608 - the test's own name
    assert await kinds(tenant) == {"stale-search"}
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert ([one.kind for one in repaired], remaining) == (["stale-search"], [])
    assert await tenant.found(name, "hand") == ["Changed by hand"]
    await tenant.drop(name, name)


@ON_SERVERS
async def test_a_table_of_words_over_other_fields_is_replaced(tenant: Tenant, name: str) -> None:
    await tenant.things(name, searched=True)
    model = await tenant.model(name)
    await DB.run_ddl(f'DROP TABLE "{model.words_table}"')
    async with dialect_of_bound().exclusive(5):
        await dialect_of_bound().apply(AddSearch(model.table_name, (model.fields["note"].column_name,)))
    assert await kinds(tenant) == {"wrong-search"}
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert ([one.kind for one in repaired], remaining) == (["wrong-search"], [])
    assert await tenant.found(name, "three") == ["Three"]
    await tenant.drop(name, name)


@ON_SERVERS
async def test_an_object_with_an_index_as_it_once_was_gets_a_table_of_words(
    tenant: Tenant, database: Config, name: str
) -> None:
    """While records are written by a process that does not know of it."""
    await tenant.things(name, searched=True)
    model = await tenant.model(name)
    await DB.run_ddl(f'DROP TABLE "{model.words_table}"')
    title = model.fields["title"].column_name
    await DB.run_ddl(f'ALTER TABLE "{model.table_name}" ADD FULLTEXT INDEX "search_0a1b2c3d" ("{title}")')
    assert await kinds(tenant) == {"wrong-search", "extra-search"}
    tenant.catalog.forget(SCOPE)
    with pytest.raises(InvalidQuery):
        await tenant.found(name, "three")
    async with tenant_on(database) as slow:
        slow.catalog = Catalog(VersionedCache(DEFINITIONS, 86_400.0))
        assert (await slow.model(name)).words_table == ""

        async def meanwhile() -> None:
            while model.words_table not in await tables_of_words():  # noqa: ASYNC110 - another connection makes it
                await asyncio.sleep(0.01)
            await slow.records.create(SCOPE, MANAGER, name, {"title": "Latecomer"})

        await asyncio.gather(ensure_searches(), meanwhile())
    tenant.catalog.forget(SCOPE)
    assert await kinds(tenant) == set()
    assert await tenant.found(name, "three") == ["Three"]
    assert await tenant.found(name, "late") == ["Latecomer"]
    plan = await tenant.add_field(name, FieldDraft(name="x", label="X", type="text"), dry_run=True)
    assert [one.algorithm for one in plan.statements] == ["INSTANT"]
    await tenant.drop(name, name)
