"""The seed defines the standard objects once, and leaves alone what a tenant has made of them."""

from dataclasses import replace

from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.definitions.checks import field_row, object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.catalog import load_objects
from tenant_schema.objects.model.row_store import insert_definitions
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition
from tenant_schema.standard.definitions import ACCOUNTS, STANDARD_OBJECTS
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.tenant_cache import CacheVersion
from tests.tenant_schema.objects.databases import count_statements


async def definitions() -> list[list[dict]]:
    return [
        await table.select().order_by(table.id) for table in (ObjectDefinition, FieldDefinition, CacheVersion)
    ]


async def test_a_seeded_tenant_has_the_standard_objects(bound: SQLiteEngine) -> None:
    await seed_standard_objects()
    accounts = (await load_objects())["accounts"]
    assert accounts.standard
    assert accounts.table_name == "accounts"
    own = [field for field in accounts.fields.values() if not field.system]
    assert [field.name for field in own] == [field.name for field in ACCOUNTS.fields]
    assert all(field.standard for field in own)
    assert accounts.fields["name"].required
    assert await accounts.table.count() == 0


async def test_seeding_again_changes_nothing(bound: SQLiteEngine) -> None:
    await seed_standard_objects()
    before = await definitions()
    await seed_standard_objects()
    assert await definitions() == before


async def test_seeding_costs_a_few_statements_however_many_fields(bound: SQLiteEngine) -> None:
    statements = count_statements(bound)
    await seed_standard_objects()
    assert len(statements) == 5
    statements.clear()
    await seed_standard_objects()
    assert len(statements) == 2


async def test_what_a_tenant_changed_stays_changed(bound: SQLiteEngine) -> None:
    await seed_standard_objects()
    await FieldDefinition.update({FieldDefinition.label: "Company"}).where(FieldDefinition.name == "name")
    await seed_standard_objects()
    assert (await load_objects())["accounts"].fields["name"].label == "Company"


async def test_a_field_that_a_later_version_brings_is_added(bound: SQLiteEngine) -> None:
    await seed_standard_objects()
    before = await CacheVersion.select(CacheVersion.version).first()
    rating = FieldDraft(name="rating", label="Rating", type="integer")
    await seed_standard_objects([replace(ACCOUNTS, fields=(*ACCOUNTS.fields, rating))])
    fields = (await load_objects())["accounts"].fields
    assert list(fields)[-1] == "rating"
    after = await CacheVersion.select(CacheVersion.version).first()
    assert after["version"] > before["version"]


async def test_an_object_that_a_later_version_brings_is_added(bound: SQLiteEngine) -> None:
    assert await seed_standard_objects(STANDARD_OBJECTS[:1]) == ["accounts"]
    assert await seed_standard_objects() == ["accounts", "contacts", "opportunities"]
    opportunities = (await load_objects())["opportunities"]
    assert opportunities.fields["contact"].settings["target"] == "contacts"
    assert opportunities.name_field == "name"


async def test_a_renamed_object_is_known_by_its_table(bound: SQLiteEngine) -> None:
    await seed_standard_objects(STANDARD_OBJECTS[:1])
    await ObjectDefinition.update({"name": "companies"}).where(ObjectDefinition.name == "accounts")
    await FieldDefinition.update({"name": "homepage"}).where(FieldDefinition.name == "website")
    rating = FieldDraft(name="rating", label="Rating", type="integer")
    drafts = [replace(ACCOUNTS, fields=(*ACCOUNTS.fields, rating)), *STANDARD_OBJECTS[1:]]
    assert await seed_standard_objects(drafts) == ["companies", "contacts", "opportunities"]
    objects = await load_objects()
    assert {"homepage", "rating"} <= objects["companies"].fields.keys()
    assert "website" not in objects["companies"].fields
    assert objects["contacts"].fields["account"].settings["target"] == "companies"


async def test_a_field_of_the_tenants_own_keeps_its_name(bound: SQLiteEngine) -> None:
    await seed_standard_objects()
    row = await ObjectDefinition.select().where(ObjectDefinition.name == "accounts").first()
    rating = FieldDraft(name="rating", label="Rating", type="integer")
    await insert_definitions([], [field_row(rating, row["id"], 20)])
    await seed_standard_objects([replace(ACCOUNTS, fields=(*ACCOUNTS.fields, rating))])
    field = (await load_objects())["accounts"].fields["rating"]
    assert not field.standard


async def test_what_looks_into_an_object_that_is_not_there_is_left_out(bound: SQLiteEngine) -> None:
    own = ObjectDraft(name="contacts", label="Card", plural_label="Cards")
    await insert_definitions([object_rows(own)[0]], [])
    assert await seed_standard_objects() == ["accounts", "opportunities"]
    fields = (await load_objects())["opportunities"].fields
    assert "account" in fields
    assert "contact" not in fields


async def test_an_object_of_the_tenants_own_keeps_its_name(bound: SQLiteEngine) -> None:
    own = ObjectDraft(name="accounts", label="Book", plural_label="Books")
    await insert_definitions([object_rows(own)[0]], [])
    await seed_standard_objects()
    accounts = (await load_objects())["accounts"]
    assert (accounts.label, accounts.standard) == ("Book", False)
    assert not [field for field in accounts.fields.values() if not field.system]
