"""Indexes of objects, on SQLite, MariaDB and MySQL: created, used, kept unique, followed and dropped."""

import asyncio
from typing import Any

import pytest
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.errors import ForeignKeyViolation
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.key_names import TAIL
from tenant_schema.objects.errors import FieldInIndex, WouldBreakData
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.problems import InvalidInput
from tenant_schema.records.errors import UniqueConflict
from tests.tenant_schema.objects.changes.drafts import field, made
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant

PLAIN = ObjectIndex(("title", "-amount"))
UNIQUE = ObjectIndex(("stage", "amount"), unique=True)


async def set_indexes(tenant: Tenant, name: str, *indexes: ObjectIndex, **options: Any) -> Any:
    return await tenant.change(name, {"object_indexes": indexes}, **options)


async def columns_of(tenant: Tenant, name: str) -> dict[str, tuple[str, ...]]:
    """The columns of the object's indexes in the database, by name."""
    shape = await dialect_of_bound().read((await tenant.model(name)).table_name)
    assert shape is not None
    return {one.name: one.columns for one in shape.indexes}


async def test_an_index_is_created_follows_names_and_is_dropped(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    await set_indexes(tenant, name, PLAIN)
    model = await tenant.model(name)
    assert model.fields["title"].sort_key
    ((index, columns),) = (await columns_of(tenant, name)).items()
    title, amount = (model.columns[one]._meta.db_column_name for one in ("title", "amount"))
    assert columns == (f"{title}_sort", amount, *TAIL)
    await tenant.change_field(name, "amount", {"name": "total"})
    assert (await tenant.model(name)).indexes == (ObjectIndex(("title", "-total")),)
    with pytest.raises(FieldInIndex, match="title, -total"):
        await tenant.drop_field(name, "total", "total")
    page = await tenant.records.page(SCOPE, MANAGER, name, (("sort", "title,-total"), ("fields", "title")))
    assert [row["title"] for row in page.data] == ["One", "Three", "Two"]
    assert list(await columns_of(tenant, name)) == [index]
    assert await tenant.drift() == []
    await set_indexes(tenant, name)
    assert await columns_of(tenant, name) == {}
    assert not (await tenant.model(name)).fields["title"].sort_key
    assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_an_object_is_created_with_its_indexes(tenant: Tenant, name: str) -> None:
    await made(tenant, name, field("title"), field("amount", "integer"), indexes=(PLAIN,))
    assert len(await columns_of(tenant, name)) == 1
    assert await tenant.drift() == []
    await tenant.drop(name)


async def test_a_dry_run_plans_and_changes_nothing(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    plan = await set_indexes(tenant, name, UNIQUE, dry_run=True)
    (planned,) = plan.statements
    assert "UNIQUE INDEX" in planned.ddl
    assert planned.rows == 3
    assert await columns_of(tenant, name) == {}
    await tenant.drop(name, name)


async def test_values_that_are_there_twice_are_counted_before_anything_is_done(
    tenant: Tenant, name: str
) -> None:
    await tenant.things(name)
    twice = [await tenant.record(name, title=title, stage="open", amount=1) for title in ("Four", "Five")]
    with pytest.raises(WouldBreakData) as refused:
        await set_indexes(tenant, name, UNIQUE)
    assert (refused.value.count, list(refused.value.ids)) == (2, twice)
    assert (await tenant.model(name)).indexes == ()
    assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_of_two_writers_of_the_same_values_one_is_refused(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    await set_indexes(tenant, name, UNIQUE)
    body = {"title": "Four", "stage": "won", "amount": 4}
    results = await asyncio.gather(
        *(tenant.records.create(SCOPE, MANAGER, name, body) for _ in range(2)), return_exceptions=True
    )
    (refused,) = [one for one in results if isinstance(one, UniqueConflict)]
    assert sorted(one.field for one in refused.problems) == ["amount", "stage"]
    await tenant.records.create(SCOPE, MANAGER, name, {**body, "amount": 5})
    for _ in range(2):  # null equals nothing
        await tenant.records.create(SCOPE, MANAGER, name, {**body, "amount": None})
    await tenant.drop(name, name)


async def test_what_was_done_by_hand_is_repaired(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    await set_indexes(tenant, name, PLAIN, UNIQUE)
    model = await tenant.model(name)
    table, code = model.table_name, model.columns["code"]._meta.db_column_name
    where = "" if DB.engine_type == "sqlite" else f' ON "{table}"'
    for index in await columns_of(tenant, name):
        await DB.run_ddl(f'DROP INDEX "{index}"{where}')
    await DB.run_ddl(f'DROP INDEX "{table}_{code}_sort"{where}')
    await DB.run_ddl(f'CREATE INDEX "{table}_{code}_sort" ON "{table}" ("{code}_sort")')
    await DB.run_ddl(f'CREATE INDEX "ix_{table}_old" ON "{table}" ("version", "updated_at")')
    await DB.run_ddl(f'CREATE INDEX "mine_{table}" ON "{table}" ("version", "created_at")')
    kinds = ["extra-index", "extra-index", "missing-index", "missing-unique", "wrong-index"]
    assert sorted(kind for kind, _, _ in await tenant.drift()) == kinds
    _, repaired, remaining = await tenant.service.repair(SCOPE, MANAGER)
    assert (len(repaired), [one.name for one in remaining]) == (4, [f"mine_{table}"])
    await DB.run_ddl(f'DROP INDEX "mine_{table}"{where}')
    assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_a_field_in_an_index_gets_another_type(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    await set_indexes(tenant, name, PLAIN, UNIQUE)
    await tenant.change_field(name, "amount", {"type": "decimal", "settings": {"precision": 9, "scale": 2}})
    assert len(await columns_of(tenant, name)) == 2
    assert await tenant.drift() == []
    with pytest.raises(InvalidInput, match="indexes"):
        await tenant.change_field(name, "title", {"type": "long_text"})
    await tenant.drop(name, name)


async def test_a_lookup_is_checked_by_the_database_whatever_index_it_is_in(tenant: Tenant, name: str) -> None:
    """MySQL 9.6 and later check no row that has null in another column of the index that they choose."""
    one, _, _ = await tenant.things(name)
    await set_indexes(
        tenant,
        name,
        ObjectIndex(("parent", "-due")),
        ObjectIndex(("parent", "amount"), unique=True),
    )
    with pytest.raises(ForeignKeyViolation):
        await tenant.record(name, title="Four", parent=new_id())
    await tenant.record(name, title="Four", parent=one)
    await tenant.drop(name, name)


async def test_counts_and_groups_are_read_from_the_index_alone(
    tenant: Tenant, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = field("stage", "select", settings={"options": ["open", "won"]}, indexed=True)
    await made(tenant, name, stages, field("size", "integer"))
    for stage in ("won", "open", "won", None):
        await tenant.record(name, stage=stage, size=2)
    sent, run = list[QueryString](), type(tenant.engine).run_querystring

    async def remember(self: Any, query: QueryString, *args: Any, **options: Any) -> Any:
        sent.append(query)
        return await run(self, query, *args, **options)

    monkeypatch.setattr(type(tenant.engine), "run_querystring", remember)
    for order in ("", "-count"):
        pairs = [("groupBy", "stage"), ("select", "count"), *([("sort", order)] if order else [])]
        groups = await tenant.records.aggregate(SCOPE, MANAGER, name, pairs)
        counts = {one["stage"]: one["count"] for one in groups.data}
        assert counts == {None: 1, "open": 1, "won": 2}
        explain = "EXPLAIN QUERY PLAN " if DB.engine_type == "sqlite" else "EXPLAIN FORMAT=JSON "
        plan = str(await run(tenant.engine, QueryString(f"{explain}{{}}", sent.pop())))
        # SQLite calls no index covering that has a generated column, and reads nothing else all the same
        marks = ("_sort'",) if DB.engine_type == "sqlite" else ('"using_index": true', '"covering": true')
        assert any(mark in plan for mark in marks), plan
        assert "FOR GROUP BY" not in plan
    for more in (("select", "count,sum(size)"), ("filter[size][gte]", "1")):
        groups = await tenant.records.aggregate(SCOPE, MANAGER, name, [("groupBy", "stage"), more])
        assert [one["stage"] for one in groups.data] == [None, "open", "won"]
        assert "_sort" not in str(sent.pop()), "each record would be read in the order of the index"
    monkeypatch.undo()
    await tenant.drop(name, name)
