"""What somebody did to the tables by hand is found, and ended where that loses nothing."""

from piccolo_conf import DB
from tenant_schema.objects.drafts import FieldDraft
from tenant_schema.objects.tables import SchemaChange
from tests.tenant_schema.objects.changes.conftest import ON_MARIADB
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant


async def kinds(tenant: Tenant) -> set[str]:
    return {kind for kind, _, _ in await tenant.drift()}


async def test_a_missing_table_is_made_again(tenant: Tenant, name: str) -> None:
    await tenant.things(name, searched=True)
    model = await tenant.model(name)
    await model.table.delete(force=True)
    if DB.engine_type == "sqlite":
        await DB.run_ddl(f'DROP TABLE "{model.table_name}_search"')
        await DB.run_ddl(f'DROP TABLE "{model.table_name}_search_ids"')
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
    await DB.run_ddl(f'DROP INDEX "{table}_{code}"{where}')
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
    await model.table.update({note: "the same"}, force=True)
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert (repaired, [one.kind for one in remaining]) == ([], ["missing-unique"])
    assert not await SchemaChange.exists().where(SchemaChange.state == "undoing")
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
        f'ALTER TABLE "{table}" ADD FULLTEXT INDEX "mine" ("{title}"), DROP INDEX "{table}_{code}"'
    )
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert [one.kind for one in repaired] == ["missing-index"]
    assert [one.kind for one in remaining] == ["wrong-search"]
    await tenant.drop(name, name)
