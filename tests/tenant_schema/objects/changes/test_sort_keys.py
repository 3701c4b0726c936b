"""Columns of sort keys come and go with the indexes of texts, while records are written."""

from typing import Any

import pytest

from piccolo_conf import DB
from piccolo_engines.identifiers import quote
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.missing_sort_keys import ensure_sort_keys
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.sort_columns import kept_keys
from tenant_schema.objects.tables import FieldDefinition
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tests.tenant_schema.objects.changes.conftest import ON_SERVERS
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Config, Tenant, tenant_on

NAMES = ["zulu", "Äpfel", "apple", "Cherry", "banana", "Zebra"]
IN_ORDER = ["Äpfel", "apple", "banana", "Cherry", "Zebra", "zulu"]


def words(*fields: FieldDraft, name: str) -> ObjectDraft:
    return ObjectDraft(name=name, label="Word", plural_label="Words", fields=fields)


async def names(tenant: Tenant, name: str, sort: str = "word") -> list[str]:
    page = await tenant.records.page(SCOPE, MANAGER, name, (("sort", sort),))
    return [row["word"] for row in page.data]


async def keys(tenant: Tenant, name: str) -> list[str]:
    """The columns of sort keys that the table has."""
    shape = await dialect_of_bound().read((await tenant.model(name)).table_name)
    assert shape is not None
    return [one.name.partition("_")[0] for one in shape.columns if one.name.endswith("_sort")]


async def fill(tenant: Tenant, name: str) -> None:
    for word in NAMES:
        await tenant.records.create(SCOPE, MANAGER, name, {"word": word})


async def test_an_index_on_a_text_that_is_there_has_its_records_in_order(tenant: Tenant, name: str) -> None:
    await tenant.create(words(FieldDraft(name="word", label="Word", type="text"), name=name))
    await fill(tenant, name)
    assert (await names(tenant, name), await keys(tenant, name)) == (IN_ORDER, [])
    await tenant.change_field(name, "word", {"indexed": True})
    assert (await names(tenant, name), await keys(tenant, name)) == (IN_ORDER, ["word"])
    assert await tenant.drift() == []
    await tenant.change_field(name, "word", {"unique": True, "indexed": False})
    await tenant.records.create(SCOPE, MANAGER, name, {"word": "Apfel"})
    assert (await names(tenant, name))[:3] == ["Apfel", "Äpfel", "apple"]
    assert await tenant.drift() == []
    await tenant.change_field(name, "word", {"unique": False})
    assert (await names(tenant, name))[:3] == ["Apfel", "Äpfel", "apple"]
    assert (await keys(tenant, name), await tenant.drift()) == ([], [])
    await tenant.drop(name, name)


async def test_a_new_text_with_a_default_and_an_index_is_in_order(tenant: Tenant, name: str) -> None:
    await tenant.create(words(FieldDraft(name="other", label="Other", type="text"), name=name))
    await tenant.records.create(SCOPE, MANAGER, name, {"other": "x"})
    await tenant.add_field(
        name, FieldDraft(name="word", label="Word", type="text", indexed=True, default="melon")
    )
    await fill(tenant, name)
    assert await names(tenant, name) == [*IN_ORDER[:4], "melon", *IN_ORDER[4:]]
    assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_a_text_with_an_index_can_get_another_type_and_length(tenant: Tenant, name: str) -> None:
    field = FieldDraft(name="word", label="Word", type="text", indexed=True, settings={"maxLength": 30})
    await tenant.create(words(field, name=name))
    await fill(tenant, name)
    await tenant.change_field(name, "word", {"settings": {"maxLength": 300}})
    await tenant.change_field(name, "word", {"type": "select", "settings": {"options": NAMES}})
    assert await names(tenant, name, "-word") == IN_ORDER[::-1]
    assert await tenant.drift() == []
    await tenant.drop_field(name, "word", "word")
    assert (await keys(tenant, name), await tenant.drift()) == ([], [])
    await tenant.drop(name, name)


async def made_before_there_were_keys(tenant: Tenant, name: str) -> None:
    """An object as it was made by an earlier version."""
    fields = [
        FieldDraft(name="word", label="Word", type="text", indexed=True),
        FieldDraft(name="code", label="Code", type="text", unique=True),
    ]
    await tenant.create(words(*fields, name=name))
    model = await tenant.model(name)
    table = quote(model.table_name)
    for source, key in kept_keys(model.table).items():
        index = quote(f"{model.table_name}_{key._meta.db_column_name}")
        await DB.run_ddl(f"DROP INDEX {index}" + ("" if DB.engine_type == "sqlite" else f" ON {table}"))
        await DB.run_ddl(f"ALTER TABLE {table} DROP COLUMN {quote(key._meta.db_column_name)}")
        if source.startswith("word"):
            columns = f'{quote(source)}, "id", "deleted_at"'
            await DB.run_ddl(f"CREATE INDEX {quote(f'{model.table_name}_{source}')} ON {table} ({columns})")
    await FieldDefinition.update({FieldDefinition.sort_key: False}).where(FieldDefinition.object == model.id)
    tenant.catalog.forget(SCOPE)


async def test_what_was_made_before_there_were_keys_gets_them(tenant: Tenant, name: str) -> None:
    await made_before_there_were_keys(tenant, name)
    assert await tenant.drift() == []
    await fill(tenant, name)
    assert (await names(tenant, name), await keys(tenant, name)) == (IN_ORDER, [])
    await tenant.change_field(name, "word", {"label": "A word"})
    assert await keys(tenant, name) == []
    await ensure_sort_keys()
    tenant.catalog.forget(SCOPE)
    assert (await names(tenant, name), await keys(tenant, name)) == (IN_ORDER, ["word", "code"])
    assert await tenant.drift() == []
    statements: list[str] = []
    DB.bound.on_statement = statements.append  # type: ignore[attr-defined]  # of both engines
    await ensure_sort_keys()
    DB.bound.on_statement = None  # type: ignore[attr-defined]
    assert len([one for one in statements if "_definitions" in one]) == 2
    await tenant.drop(name, name)


@ON_SERVERS
async def test_what_is_written_without_knowing_of_the_keys_is_put_in_order(
    tenant: Tenant, database: Config, name: str
) -> None:
    await made_before_there_were_keys(tenant, name)
    async with tenant_on(database) as slow:
        slow.catalog = Catalog(VersionedCache(DEFINITIONS, 86_400.0))
        assert not kept_keys((await slow.model(name)).table)
        with DB.bind(tenant.engine):
            await ensure_sort_keys()
        with DB.bind(slow.engine):
            await fill(slow, name)
    assert [kind for kind, _, _ in await tenant.drift()] == ["stale-sort"]
    await tenant.service.repair(SCOPE, MANAGER)
    tenant.catalog.forget(SCOPE)
    assert await names(tenant, name) == IN_ORDER
    await tenant.drop(name, name)


@pytest.mark.parametrize("unique", [False, True])
async def test_as_many_texts_can_have_an_index_as_there_may_be(
    tenant: Tenant, name: str, unique: bool
) -> None:
    facts: dict[str, Any] = {"unique": unique, "indexed": not unique, "settings": {"maxLength": 9}}
    most = 29 if unique else 50
    fields = [FieldDraft(name=f"f{at}", label="F", type="text", **facts) for at in range(most)]
    await tenant.create(words(*fields, name=name))
    assert len(await keys(tenant, name)) == most
    await tenant.drop(name, name)
