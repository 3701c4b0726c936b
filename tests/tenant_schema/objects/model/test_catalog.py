"""The catalog reads definitions once, and again when they have changed."""

import pytest

from piccolo_conf import DB
from piccolo_engines.errors import UniqueViolation
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.catalog import Catalog, load_objects
from tenant_schema.objects.model.row_store import insert_definitions
from tenant_schema.objects.model.runtime_table import SharedTables
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache, bump
from tests.tenant_schema.objects.databases import count_statements

DEALS = ObjectDraft(
    name="deals",
    label="Deal",
    plural_label="Deals",
    fields=(
        FieldDraft(name="title", label="Title", type="text", required=True, default="{}"),
        FieldDraft(
            name="stage", label="Stage", type="select", settings={"options": ["new", "won"]}, default="new"
        ),
        FieldDraft(name="amount", label="Amount", type="currency", default=5),
        FieldDraft(name="extra", label="Extra", type="json", default={"a": [1]}),
    ),
)


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> VersionedCache:
    return VersionedCache(DEFINITIONS, 0.5, clock)


async def define(draft: ObjectDraft) -> None:
    row, fields = object_rows(draft)
    async with DB.transaction():
        await insert_definitions([row], fields)
        await bump(DEFINITIONS)


async def test_what_was_defined_is_found(
    bound: SQLiteEngine, cache: VersionedCache, scope: TenantScope
) -> None:
    await define(DEALS)
    model = await Catalog(cache).get(scope, "deals")
    own = [field for field in model.fields.values() if not field.system]
    assert [(field.name, field.type.name, field.required) for field in own] == [
        ("title", "text", True),
        ("stage", "select", False),
        ("amount", "currency", False),
        ("extra", "json", False),
    ]
    assert [field.default for field in own] == ["{}", "new", 5, {"a": [1]}]
    assert own[0].settings == {"maxLength": 255}
    assert (model.label, model.plural_label, model.standard) == ("Deal", "Deals", False)


async def test_all_objects_cost_two_statements_cold_and_none_warm(
    bound: SQLiteEngine, cache: VersionedCache, scope: TenantScope
) -> None:
    for name in ("deals", "leads", "tasks"):
        await define(ObjectDraft(name=name, label=name, plural_label=name, fields=DEALS.fields))
    catalog = Catalog(cache)
    statements = count_statements(bound)
    assert list(await catalog.all(scope)) == ["deals", "leads", "tasks"]
    definitions = [statement for statement in statements if "definitions" in statement]
    assert len(definitions) == 2
    statements.clear()
    assert (await catalog.get(scope, "tasks")).table is (await catalog.get(scope, "tasks")).table
    assert statements == []


async def test_an_unknown_object_comes_with_the_one_that_was_meant(
    bound: SQLiteEngine, cache: VersionedCache, scope: TenantScope
) -> None:
    await define(DEALS)
    with pytest.raises(ObjectNotFound) as missing:
        await Catalog(cache).get(scope, "deal")
    assert (missing.value.name, missing.value.did_you_mean) == ("deal", "deals")


async def test_a_change_is_seen_at_once_here_and_soon_elsewhere(
    bound: SQLiteEngine, cache: VersionedCache, clock: Clock, scope: TenantScope
) -> None:
    elsewhere = Catalog(VersionedCache(DEFINITIONS, 0.5, clock))
    here = Catalog(cache)
    assert await here.all(scope) == await elsewhere.all(scope) == {}
    row, fields = object_rows(DEALS)
    async with cache.change(scope):
        await insert_definitions([row], fields)
    assert here.known(scope) is None
    assert await here.all(scope) is here.known(scope)
    assert "deals" in await here.all(scope)
    assert "deals" not in await elsewhere.all(scope)
    assert elsewhere.known(scope) == {}
    clock.now += 0.5
    assert elsewhere.known(scope) is None
    assert "deals" in await elsewhere.all(scope)


async def test_a_name_is_taken_once(bound: SQLiteEngine) -> None:
    await define(DEALS)
    with pytest.raises(UniqueViolation):
        await define(DEALS)
    row, fields = object_rows(
        ObjectDraft(name="other", label="O", plural_label="O", fields=DEALS.fields[:1] * 2)
    )
    with pytest.raises(UniqueViolation):
        await insert_definitions([row], fields)


async def test_the_same_field_name_in_two_objects_is_no_clash(bound: SQLiteEngine) -> None:
    await define(DEALS)
    await define(ObjectDraft(name="other", label="O", plural_label="O", fields=DEALS.fields))
    assert await FieldDefinition.count().where(FieldDefinition.name == "title") == 2


async def test_the_fields_of_an_object_go_with_it(bound: SQLiteEngine) -> None:
    await define(DEALS)
    await ObjectDefinition.delete().where(ObjectDefinition.name == "deals")
    assert await FieldDefinition.count() == 0


async def test_what_is_equal_in_two_tenants_is_kept_once(bound: SQLiteEngine) -> None:
    await define(DEALS)
    tables = SharedTables()
    first, second = [(await load_objects(tables))["deals"] for _ in range(2)]
    assert first.table is second.table
    assert first.columns is second.columns
    for name in ("stage", "amount"):
        one, other = first.fields[name], second.fields[name]
        assert (one, one.settings) == (other, other.settings)
        assert one.label is other.label
    assert first.fields["stage"].settings["options"] is second.fields["stage"].settings["options"]
