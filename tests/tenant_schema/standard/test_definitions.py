"""The standard objects are sound definitions, and say the same as the tables that the migrations made."""

from typing import Any

import pytest
from piccolo.columns import UUID, Column, ForeignKey

from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.definitions.checks import check_object, object_rows
from tenant_schema.objects.definitions.drafts import ObjectDraft
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.standard.definitions import ACCOUNTS, STANDARD_OBJECTS
from tenant_schema.standard.tables import Account, Contact, Opportunity
from tenant_schema.users.tables import User

TABLES = {"accounts": Account, "contacts": Contact, "opportunities": Opportunity}


def model_of(draft: ObjectDraft) -> ObjectModel:
    return object_model(*object_rows(draft, standard=True))


def facts(column: Column) -> dict[str, Any]:
    """What the database is told of a column, but for where it refers to."""
    meta = column._meta
    return {
        "type": UUID if isinstance(column, ForeignKey) else type(column),
        "name": meta.db_column_name,
        "null": meta.null,
        "unique": meta.unique,
        "index": meta.index,
        "primary_key": meta.primary_key,
        "length": getattr(column, "length", None),
        "digits": getattr(column, "digits", None),
        "auto_update": meta.auto_update,
        "has_default": column.get_default_value() is not None,
    }


def test_every_standard_object_has_a_table() -> None:
    assert {draft.name for draft in STANDARD_OBJECTS} == set(TABLES)


@pytest.mark.parametrize("draft", STANDARD_OBJECTS, ids=lambda draft: draft.name)
def test_a_standard_object_is_a_sound_definition(draft: ObjectDraft) -> None:
    assert check_object(draft, {other.name for other in STANDARD_OBJECTS}) == []


@pytest.mark.parametrize("draft", STANDARD_OBJECTS, ids=lambda draft: draft.name)
def test_definition_and_table_agree_column_by_column(draft: ObjectDraft) -> None:
    defined = {column._meta.db_column_name: facts(column) for column in model_of(draft).table._meta.columns}
    real = {column._meta.db_column_name: facts(column) for column in TABLES[draft.name]._meta.columns}
    assert defined == real


@pytest.mark.parametrize("draft", STANDARD_OBJECTS, ids=lambda draft: draft.name)
def test_lookups_refer_to_what_they_say(draft: ObjectDraft) -> None:
    targets = {"users": User, **TABLES}
    lookups = {
        field.column_name: field for field in model_of(draft).fields.values() if field.type.name == "lookup"
    }
    references = {column._meta.name: column for column in TABLES[draft.name]._meta.foreign_key_columns}
    assert lookups.keys() == references.keys()
    for name, field in lookups.items():
        meta = references[name]._foreign_key_meta
        assert meta.resolved_references is targets[field.settings["target"]]
        assert meta.on_delete.name == field.settings["onDelete"]


@pytest.mark.parametrize("draft", STANDARD_OBJECTS, ids=lambda draft: draft.name)
def test_one_field_says_what_to_call_a_record(draft: ObjectDraft) -> None:
    named = {field.name: field for field in draft.fields}[draft.name_field]
    assert named.required
    assert named.searchable


@pytest.mark.parametrize("draft", STANDARD_OBJECTS, ids=lambda draft: draft.name)
async def test_the_database_has_the_columns_and_indexes_that_the_definition_says(
    bound: SQLiteEngine, draft: ObjectDraft
) -> None:
    model = model_of(draft)
    rows = await bound.run_ddl(f"PRAGMA table_info({draft.name})")
    assert {row["name"]: row["type"] for row in rows} == {
        column._meta.db_column_name: column.column_type for column in model.table._meta.columns
    }
    indexes = await bound.run_ddl(f"PRAGMA index_list({draft.name})")
    indexed = {
        (await bound.run_ddl(f"PRAGMA index_info({index['name']})"))[0]["name"]
        for index in indexes
        if index["origin"] == "c"
    }
    assert indexed == {field.column_name for field in model.fields.values() if field.indexed}


async def test_a_record_written_through_the_definition_is_read_through_the_table(bound: SQLiteEngine) -> None:
    model = model_of(ACCOUNTS)
    revenue = model.fields["annual_revenue"]
    values = {
        "name": "Globex",
        "industry": "technology",
        "annual_revenue": revenue.type.parse("2500000", revenue),
    }
    await model.table.insert(model.table({model.columns[name]: value for name, value in values.items()}))
    account = await Account.objects().first()
    assert (account.name, account.industry, account.annual_revenue) == ("Globex", "technology", 2500000)
    assert (account.version, account.deleted_at, account.owner) == (1, None, None)


async def test_what_is_updated_says_when(bound: SQLiteEngine) -> None:
    model = model_of(ACCOUNTS)
    await model.table.insert(model.table({model.columns["name"]: "Globex"}))
    await model.table.update({model.columns["name"]: "Initech"}, force=True)
    row = await Account.select().first()
    assert row["name"] == "Initech"
    assert row["updated_at"] > row["created_at"]


async def test_the_records_of_a_user_who_goes_stay(bound: SQLiteEngine) -> None:
    ann = User(email="ann@example.com", name="Ann")
    await ann.save()
    await Account(name="Globex", owner=ann.id, created_by=ann.id, updated_by=ann.id).save()
    await ann.remove()
    row = await Account.select().first()
    assert (row["name"], row["owner"], row["created_by"], row["updated_by"]) == ("Globex", None, None, None)
