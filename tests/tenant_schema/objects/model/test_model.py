"""Object models come with a Piccolo table that works, and that leaves nothing behind."""

import asyncio
import gc
import weakref
from uuid import UUID

import msgspec
import piccolo.table
import pytest
from piccolo.columns.reference import LAZY_COLUMN_REFERENCES

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.errors import EngineNotBound
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.fields.lookup import joined
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.model import SYSTEM_FIELDS, ObjectModel, object_model
from tenant_schema.objects.model.runtime_table import SharedTables
from tenant_schema.users.tables import User
from tests.tenant_schema.objects.fields.making import NEEDED

SYSTEM = ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner"]
VALUES = {
    "text": "Ann",
    "long_text": "a\nb",
    "email": "ann@example.com",
    "url": "https://example.com/",
    "phone": "+49 30 123456",
    "integer": 2**63 - 1,
    "decimal": "-12.34",
    "currency": "9999999999999.99",
    "percent": "12.50",
    "boolean": True,
    "date": "1000-01-01",
    "datetime": "2026-02-28T12:30:00.000001Z",
    "time": "09:30:00",
    "select": "won",
    "multi_select": ["won", "new"],
    "lookup": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    "json": 1e300,
}


def make_object(name: str, *fields: FieldDraft) -> ObjectModel:
    return object_model(*object_rows(ObjectDraft(name=name, label=name, plural_label=name, fields=fields)))


def one_of_each_type() -> ObjectModel:
    fields = [
        FieldDraft(name=f"a_{name}", label=name, type=name, settings=NEEDED.get(name, {}))
        for name in FIELD_TYPES
    ]
    return make_object("things", *fields)


def test_fields_come_in_order_the_system_ones_first() -> None:
    model = one_of_each_type()
    assert list(model.fields) == SYSTEM + [f"a_{name}" for name in FIELD_TYPES]
    assert [field.name for field in SYSTEM_FIELDS] == SYSTEM


def test_columns_are_found_by_field_name_and_called_by_their_physical_names() -> None:
    model = one_of_each_type()
    assert list(model.columns) == [*model.fields, "deleted_at"]
    for name, field in model.fields.items():
        assert model.columns[name]._meta.db_column_name == field.column_name
        assert model.columns[name]._meta.table is model.table
    assert model.table._meta.tablename == model.table_name


def test_only_the_owner_of_the_system_fields_can_be_written() -> None:
    assert [field.name for field in SYSTEM_FIELDS if not field.read_only] == ["owner"]
    assert all(field.system for field in SYSTEM_FIELDS)


def test_a_model_cannot_be_changed() -> None:
    model = one_of_each_type()
    with pytest.raises(TypeError):
        model.fields["x"] = model.fields["id"]
    with pytest.raises(AttributeError):
        model.name = "other"


async def test_a_record_of_every_type_comes_back_as_it_was_given(bound: SQLiteEngine) -> None:
    model = one_of_each_type()
    await model.table.create_table()
    given = {f"a_{name}": value for name, value in VALUES.items()}
    stored = {name: model.fields[name].type.parse(value, model.fields[name]) for name, value in given.items()}
    await model.table.insert(model.table({model.columns[name]: value for name, value in stored.items()}))

    aliased = [model.columns[name].as_alias(name) for name in model.fields]
    row = await model.table.select(*aliased).first()
    assert {name: row[name] for name in stored} == stored
    assert isinstance(row["id"], UUID)
    assert row["version"] == 1
    shown = {name: model.fields[name].type.render(row[name], model.fields[name]) for name in given}
    assert msgspec.json.decode(msgspec.json.encode(shown)) == given


async def test_a_record_without_values_is_all_null(bound: SQLiteEngine) -> None:
    model = one_of_each_type()
    await model.table.create_table()
    await model.table.insert(model.table())
    row = await model.table.select().first()
    assert {row[field.column_name] for field in model.fields.values() if not field.system} == {None}


async def test_fields_may_have_names_that_piccolo_uses(bound: SQLiteEngine) -> None:
    names = (
        "count",
        "copy",
        "objects",
        "save",
        "default_value",
        "select_all",
        "ref",
        "indexes",
        "querystring",
    )
    model = make_object("odd", *(FieldDraft(name=name, label=name, type="text") for name in names))
    await model.table.create_table()
    await model.table.insert(model.table({model.columns[name]: name for name in names}))
    row = await model.table.select(*[model.columns[name].as_alias(name) for name in names]).first()
    assert row == {name: name for name in names}
    assert await model.table.count() == 1


async def test_a_lookup_can_be_joined_through_to_run_time_and_to_fixed_tables(bound: SQLiteEngine) -> None:
    ann = User(email="ann@example.com", name="Ann")
    await ann.save()
    lookup = {"target": "makers"}
    makers = make_object("makers", FieldDraft(name="copy", label="Copy", type="text"))
    goods = make_object("goods", FieldDraft(name="maker", label="Maker", type="lookup", settings=lookup))
    for model in (makers, goods):
        await model.table.create_table()
    maker_id = new_id()
    maker = {makers.columns["id"]: maker_id, makers.columns["copy"]: "ACME", makers.columns["owner"]: ann.id}
    await makers.table.insert(makers.table(maker))
    await goods.table.insert(goods.table({goods.columns["maker"]: maker_id}))

    through = joined(goods.columns["maker"], makers.columns["id"])
    boss = joined(through.owner, User.id)
    row = await goods.table.select(through.copy_.as_alias("maker"), boss.name.as_alias("boss")).first()
    assert row == {"maker": "ACME", "boss": "Ann"}


def test_a_table_asks_the_tenant_slot_and_nothing_else() -> None:
    model = one_of_each_type()
    assert model.table._meta.db is DB
    with pytest.raises(EngineNotBound):
        asyncio.run(model.table.select().run())


def test_a_dropped_model_leaves_nothing_in_piccolo() -> None:
    registered, lazy = len(piccolo.table.TABLE_REGISTRY), len(LAZY_COLUMN_REFERENCES.foreign_key_columns)
    referring = len(User._meta._foreign_key_references)
    tables = weakref.WeakSet(one_of_each_type().table for _ in range(50))
    gc.collect()
    assert len(tables) == 0
    assert len(piccolo.table.TABLE_REGISTRY) == registered
    assert len(LAZY_COLUMN_REFERENCES.foreign_key_columns) == lazy
    assert len(User._meta._foreign_key_references) == referring


def test_equal_definitions_share_a_table_as_long_as_somebody_holds_it() -> None:
    tables = SharedTables()
    draft = ObjectDraft(
        name="deals",
        label="Deal",
        plural_label="Deals",
        fields=(FieldDraft(name="name", label="Name", type="text", settings={"maxLength": 10}),),
    )
    here, there = (object_model(*object_rows(draft, standard=True), tables) for _ in range(2))
    assert here.table is there.table
    row, (name,) = object_rows(draft, standard=True)
    longer = object_model(row, [msgspec.structs.replace(name, settings={"maxLength": 20})], tables)
    assert longer.table is not here.table
    relabelled = object_model(row, [msgspec.structs.replace(name, label="Title")], tables)
    assert relabelled.table is here.table
    held = weakref.ref(here.table)
    del here, there, relabelled
    gc.collect()
    assert held() is None
