"""The search index of an object follows its fields and its records."""

# ruff: noqa: S608 - the names in these statements are the tests' own
import asyncio

from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tests.tenant_schema.objects.changes.conftest import ON_SERVERS, ON_SQLITE
from tests.tenant_schema.objects.changes.drafts import field
from tests.tenant_schema.objects.changes.worlds import FIELDS, MANAGER, SCOPE, Config, Tenant, tenant_on


async def test_the_search_index_follows_the_fields_and_the_records(tenant: Tenant, name: str) -> None:
    _, two, _ = await tenant.things(name)
    await tenant.change_field(name, "title", {"searchable": True})
    assert await tenant.found(name, "three") == ["Three"]
    await tenant.change_field(name, "note", {"searchable": True})
    assert await tenant.found(name, "other") == ["Two"]
    plan = await tenant.change(name, {"field_order": [one.name for one in reversed(FIELDS)]}, dry_run=True)
    assert plan.statements == []
    await tenant.change(name, {"field_order": [one.name for one in reversed(FIELDS)]})
    await tenant.record(name, title="Zürich", note="an other one")
    assert await tenant.found(name, "other") == ["Two", "Zürich"]
    await tenant.records.update(SCOPE, MANAGER, name, two, {"note": "changed"})
    assert await tenant.found(name, "other") == ["Zürich"]
    assert await tenant.found(name, "changed") == ["Two"]
    await tenant.records.delete(SCOPE, MANAGER, name, two, permanent=True)
    assert await tenant.found(name, "changed") == []
    await tenant.drop_field(name, "note", "note")
    assert await tenant.found(name, "zurich") == ["Zürich"]
    assert await tenant.drift() == []
    await tenant.change_field(name, "title", {"searchable": False})
    assert await tenant.drift() == []
    model = await tenant.model(name)
    catalog = (
        ("sqlite_master", "name")
        if DB.engine_type == "sqlite"
        else ("information_schema.tables", "table_name")
    )
    sql = "SELECT {1} AS name FROM {0} WHERE {1} LIKE '{2}_search%'".format(*catalog, model.table_name)
    assert await DB.run_querystring(QueryString(sql)) == []
    await tenant.drop(name, name)


@ON_SQLITE
async def test_the_search_index_survives_vacuum(tenant: Tenant, name: str) -> None:
    await tenant.things(name, searched=True)
    model = await tenant.model(name)
    await model.table.delete().where(model.columns["title"] == "One")
    await tenant.record(name, title="Zürich")
    await DB.run_ddl("VACUUM")
    assert await tenant.found(name, "zurich") == ["Zürich"]
    assert await tenant.found(name, "three") == ["Three"]
    await tenant.drop(name, name)


@ON_SERVERS
async def test_a_field_is_added_at_once_to_an_object_that_is_searched(tenant: Tenant, name: str) -> None:
    await tenant.things(name, searched=True)
    for draft in (field("extra"), field("more", default="x"), field("most", "integer")):
        plan = await tenant.add_field(name, draft, dry_run=True)
        assert [(one.algorithm, one.rows) for one in plan.statements] == [("INSTANT", 0)]
        await tenant.add_field(name, draft)
    await tenant.drop(name, name)


@ON_SERVERS
async def test_a_plan_tells_how_an_object_becomes_searched(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    plan = await tenant.change_field(name, "title", {"searchable": True}, dry_run=True)
    told = [one.ddl.split()[0] for one in plan.statements]
    assert told == ["CREATE", "INSERT", "ALTER", "INSERT"]
    assert [one.rows for one in plan.statements if one.algorithm == "ROWS"] == [3, 3]
    await tenant.drop(name, name)


@ON_SERVERS
async def test_what_was_written_without_the_words_is_found_as_well(
    tenant: Tenant, database: Config, name: str
) -> None:
    """By a process that does not know yet that the field is searched, while it becomes so."""
    _, two, _ = await tenant.things(name)
    async with tenant_on(database) as slow:
        slow.catalog = Catalog(VersionedCache(DEFINITIONS, 86_400.0))
        assert "title" in (await slow.model(name)).fields

        async def meanwhile() -> None:
            while not (await tenant.model(name)).fields["title"].searchable:
                tenant.catalog.forget(SCOPE)
                await asyncio.sleep(0.01)
            await slow.records.create(SCOPE, MANAGER, name, {"title": "Latecomer"})
            await slow.records.update(SCOPE, MANAGER, name, two, {"title": "Second"})

        await asyncio.gather(tenant.change_field(name, "title", {"searchable": True}), meanwhile())
    assert await tenant.found(name, "latecomer") == ["Latecomer"]
    assert await tenant.found(name, "second") == ["Second"]
    assert await tenant.found(name, "two") == []
    assert await tenant.drift() == []
    await tenant.drop(name, name)
