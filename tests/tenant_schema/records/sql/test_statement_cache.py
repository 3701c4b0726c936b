"""Prepared statements: built once for a shape, never with a value inside, never outliving their table."""

import gc
import weakref
from collections.abc import Hashable, Iterator
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.lru import Lru
from piccolo_engines.mysql.literals import ServerSQL
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.statements import Slot
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import Condition, Query
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.reading.plans import plan_page
from tenant_schema.records.sql.dialects.registry import SQLITE
from tenant_schema.records.sql.statement_cache import Plans, Statement, chained, planned, prepare
from tenant_schema.records.sql.statements import insert, locked, update
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller, make_gadgets


@pytest.fixture(autouse=True)
def dialect(engine: SQLiteEngine) -> Iterator[None]:
    """An engine, so that Piccolo knows the dialect."""
    with DB.bind(engine):
        yield


def test_a_statement_puts_each_value_in_its_place(gadgets: ObjectModel) -> None:
    name, count = gadgets.columns["name"], gadgets.columns["count"]
    query = gadgets.table.select(name).where(
        (count > Slot.at(1)) & (name == Slot.at(0)) & (count < Slot.at(1))
    )
    sql, values = prepare(query).bind(["Acme", 3]).compile_string("sqlite")
    assert values == [3, "Acme", 3]
    assert sql.count("?") == 3


def test_a_statement_with_a_value_inside_is_refused(gadgets: ObjectModel) -> None:
    with pytest.raises(ValueError, match="a value instead of a slot"):
        prepare(gadgets.table.select().where(gadgets.columns["name"] == "Acme"))
    with pytest.raises(
        ValueError, match="a value instead of a slot"
    ):  # Piccolo would add updated_at by itself
        prepare(gadgets.table.update({gadgets.columns["name"]: Slot.at(0)}, force=True))


def test_a_bound_statement_prints_as_its_sql(gadgets: ObjectModel) -> None:
    bound = prepare(
        gadgets.table.select(gadgets.columns["id"]).where(gadgets.columns["id"] == Slot.at(0))
    ).bind(["x"])
    assert str(bound).endswith('"id" = ?')


def test_every_column_has_a_value_of_its_own_in_an_insert(gadgets: ObjectModel) -> None:
    assert sorted(insert(gadgets, SQLITE).order) == list(range(len(gadgets.columns)))


def test_an_update_changes_one_version_of_one_record(gadgets: ObjectModel) -> None:
    statement = update(gadgets, ["name", "version"], SQLITE)
    assert statement.order == (0, 1, 2, 3)
    assert statement.sql.endswith(
        f'WHERE ("{gadgets.table_name}"."id" = ? AND "{gadgets.table_name}"."version" = ?)'
    )


def test_a_plan_is_built_once() -> None:
    plans: Lru[Hashable, Any] = Lru(2)
    built: list[str] = []

    def build() -> str:
        built.append("plan")
        return "plan"

    assert [planned(plans, "key", build) for _ in range(3)] == ["plan"] * 3
    assert built == ["plan"]


def test_plans_are_kept_apart_by_tenant_and_table(gadgets: ObjectModel, things: ObjectModel) -> None:
    plans, acme, demo = Plans(), new_id(), new_id()
    found = [plans.of(acme, gadgets.table), plans.of(demo, gadgets.table), plans.of(acme, things.table)]
    assert len({id(one) for one in found}) == 3
    assert plans.of(acme, gadgets.table) is found[0]


def test_a_changed_definition_starts_anew_and_its_old_table_can_go() -> None:
    plans, tenant_id = Plans(), new_id()
    old, new = make_gadgets(), make_gadgets()
    new.table._meta.tablename = old.table_name
    before = plans.of(tenant_id, old.table)
    before.put("insert", insert(old, SQLITE))
    before.put("lock", locked(old, Condition("id", "eq", Slot.at(0)), SQLITE))
    assert plans.of(tenant_id, new.table) is not before
    watched = weakref.ref(old.table)
    del old
    gc.collect()
    assert watched() is None


async def test_tenants_share_the_reads_of_tables_with_the_same_columns(caller: Caller) -> None:
    """Not those of another class with the same name, nor those that refer to other tables."""
    all_plans, other, changed = Plans(), new_id(), make_gadgets()
    mine = await caller.service.targets.open(caller.scope, caller.access, "gadgets", "read")
    changed.table._meta.tablename = mine.model.table_name

    def read(target: Target, **query: Any) -> Statement:
        return plan_page(
            target, Query(fields=("id", "name"), **query), Cursors(lambda _: [b"k" * 32])
        ).reading.statement

    def of(tenant_id: UUID, model: ObjectModel) -> Target:
        plans = all_plans.of(tenant_id, model.table)
        return structs.replace(mine, model=model, plans=plans, all_plans=all_plans)

    first = read(of(new_id(), mine.model))
    assert read(of(other, mine.model)) is first
    assert read(of(other, changed)) is not first
    assert read(of(other, mine.model), filter=Condition("name", "eq", "a")) is not first
    by_owner = read(of(new_id(), mine.model), filter=Condition("owner.name", "eq", "a"))
    assert read(of(other, mine.model), filter=Condition("owner.name", "eq", "a")) is not by_owner


async def test_many_shapes_leave_a_bounded_number_of_plans(caller: Caller) -> None:
    for limit in range(1, 80):
        await caller.page(("limit", str(limit)))
    target = await caller.service.targets.open(caller.scope, caller.access, "gadgets", "read")
    assert len(target.plans) == 48


async def test_a_second_request_of_a_shape_sends_the_same_statement(
    caller: Caller, counting: Counting
) -> None:
    with counting() as sent:
        await caller.page(("filter[name]", "a"), ("filter[count][in]", "1,2,3"))
        await caller.page(("filter[name]", "b"), ("filter[count][in]", "1,2,3,4"))
    assert sent[0] is sent[1]


def test_a_chained_select_takes_another_value_for_each() -> None:
    """The values at the slot follow one another, the others are the same for all."""
    server = ServerSQL(mysql="m", mariadb="M")
    part = Statement("(SELECT ? WHERE ? = ?)", [0, 1], constants=[(1, server)])
    found = chained(part, 3, slot=1)
    assert found.sql == " UNION ALL ".join(["(SELECT ? WHERE ? = ?)"] * 3)
    bound = found.bind(["same", "first", "second", None])
    assert bound.compile_string("sqlite")[1] == [
        *("same", server, "first"),
        *("same", server, "second"),
        *("same", server, None),
    ]
