"""Filters, as the database understands them: the same as they mean in plain Python, prepared or not."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.sort_columns import kept_keys
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.model import And, Condition, Filter, Or
from tenant_schema.records.query.query_string import parse_query
from tenant_schema.records.query.value_lists import join_values
from tenant_schema.records.sql.compiler import compile_filter, with_slots
from tenant_schema.records.sql.dialects.registry import SQLITE
from tenant_schema.records.sql.statements import Source, reading
from tests.support.thoroughly import times
from tests.tenant_schema.records.models import Caller
from tests.tenant_schema.records.worlds import FILTERS, ME, ROWS, Row, fill, filled, lets_pass

on_one_database = settings(
    max_examples=times(40, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@on_one_database
@given(rows=ROWS, wanted=FILTERS)
async def test_a_filter_finds_what_it_means(
    free_table: ObjectModel, bound: SQLiteEngine, rows: list[Row], wanted: Filter
) -> None:
    stored = await fill(free_table, rows)
    values: list[object] = []
    shape = with_slots(wanted, ME, values)
    plan = reading(Source(free_table, shape), ["id"], None, SQLITE)
    prepared = await bound.run_querystring(plan.statement.bind(values))
    predicate = compile_filter(filled(shape, values), free_table.columns, SQLITE)
    query = free_table.table.select(free_table.columns["id"])
    plain = await (query if predicate is None else query.where(predicate))
    meant = {row["id"] for row in stored if lets_pass(wanted, row)}
    assert {row["id"] for row in plain} == meant
    assert sorted(row["id"] for row in prepared) == sorted(str(one) for one in meant)


@given(FILTERS)
def test_no_value_enters_the_sql(unused: ObjectModel, wanted: Filter) -> None:
    values: list[object] = []
    sql = reading(Source(unused, with_slots(wanted, ME, values)), ["id"], None, SQLITE).statement.sql
    assert "'" not in sql
    assert set(re.findall(r'"([^"]*)"', sql)) <= names_in_the_database(unused)
    assert set(re.findall(r"-?\d+", re.sub(r'"[^"]*"', "", sql))) <= {
        "0",
        "1",
    }  # INSTR(…) > 0, SUBSTR(…, 1, …)


def names_in_the_database(model: ObjectModel) -> set[str]:
    physical = {column._meta.db_column_name for column in model.columns.values()}
    keys = {column._meta.db_column_name for column in kept_keys(model.table).values()}
    return {model.table_name, "id", "version", *physical, *keys}


@pytest.fixture(scope="module")
def unused(gadgets: ObjectModel, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The object with an engine that is never used: Piccolo asks it for its dialect."""
    with DB.bind(SQLiteEngine(tmp_path_factory.mktemp("none") / "none.sqlite")):
        yield gadgets


ATTACKS = [
    "'; DROP TABLE users; --",
    '" OR 1=1 --',
    "{}",
    "{0}",
    "?",
    "%s",
    "\\",
    "%",
    "_",
    "*",
    "[a-z]",
    "x') OR ('1'='1",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("operator", ["eq", "contains", "icontains", "startswith", "endswith", "in"])
async def test_text_that_means_something_to_sql_is_only_text(
    caller: Caller, attack: str, operator: str
) -> None:
    await caller.create(name=attack)
    await caller.create(name="innocent")
    text = join_values([attack]) if operator == "in" else attack
    assert await caller.names((f"filter[name][{operator}]", text)) == [attack]


@on_one_database
@given(
    st.dictionaries(
        st.sampled_from(["name", "name][contains", "code][in", "count", "or][0][name", "count][in"]),
        st.text(max_size=30) | st.integers().map(str),
        max_size=3,
    )
)  # fmt: skip
async def test_whatever_the_grammar_accepts_the_database_answers(
    free_table: ObjectModel, bound: SQLiteEngine, given_filters: dict[str, str]
) -> None:
    pairs = [(f"filter[{key}]", text) for key, text in given_filters.items()]
    try:
        query = parse_query(pairs, free_table.fields)
    except InvalidQuery:
        return
    values: list[object] = []
    plan = reading(Source(free_table, with_slots(query.filter, ME, values)), ["id"], None, SQLITE)
    assert await bound.run_querystring(plan.statement.bind(values)) == []


async def test_what_is_not_equal_includes_what_has_no_value(caller: Caller) -> None:
    for name, code in (("a", "1"), ("b", "2"), ("c", None)):
        await caller.create(name=name, code=code)
    assert await caller.names(("filter[code][ne]", "1")) == ["b", "c"]
    assert await caller.names(("filter[code][nin]", "1,2")) == ["c"]
    assert await caller.names(("filter[code][ne]", "1"), ("filter[code][null]", "false")) == ["b"]


async def test_contains_tells_upper_from_lower_case_and_icontains_does_not(caller: Caller) -> None:
    for name in ("Alpha", "ALPHA", "beta"):
        await caller.create(name=name)
    assert await caller.names(("filter[name][contains]", "LPH")) == ["ALPHA"]
    assert await caller.names(("filter[name][icontains]", "lPh")) == ["Alpha", "ALPHA"]
    for name in ("Zürich", "ZÜRICH", "Łódź", "ÑANDÚ", "Ёлка", "ΟΔΟΣ", "Œuvre"):
        await caller.create(name=name)
    for text, found in (
        ("Ü", ["Zürich", "ZÜRICH"]),
        ("zü", ["Zürich", "ZÜRICH"]),
        ("u", ["Œuvre"]),
        ("ŁÓ", ["Łódź"]),
        ("ñandú", ["ÑANDÚ"]),
        ("ЁЛ", ["Ёлка"]),
        ("οδοσ", ["ΟΔΟΣ"]),
        ("œU", ["Œuvre"]),
    ):
        assert await caller.names(("filter[name][icontains]", text)) == found, text
    assert await caller.names(("filter[name][startswith]", "Al")) == ["Alpha"]
    assert await caller.names(("filter[name][endswith]", "A")) == ["ALPHA"]


async def test_an_option_of_several_is_found_as_a_whole(caller: Caller) -> None:
    await caller.create(name="both", colors=["red", "blue"])
    await caller.create(name="bluish", colors=["bläulich"])
    await caller.create(name="none", colors=[])
    assert await caller.names(("filter[colors][contains]", "blue")) == ["both"]
    assert await caller.names(("filter[colors][contains]", "bläulich")) == ["bluish"]


async def test_me_is_whoever_asks(caller: Caller) -> None:
    await caller.create(name="mine")
    await caller.create(name="nobody's", owner=None)
    assert await caller.names(("filter[owner]", "$me")) == ["mine"]
    assert await caller.names(("filter[owner][in]", "$me")) == ["mine"]
    assert await caller.names(("filter[owner][ne]", "$me")) == ["nobody's"]


async def test_a_list_may_hold_a_hundred_values(caller: Caller) -> None:
    await caller.create(name="x", count=99)
    hundred = ",".join(str(number) for number in range(100))
    assert await caller.names(("filter[count][in]", hundred)) == ["x"]
    assert await caller.names(("filter[count][nin]", hundred)) == []


def test_filters_of_one_shape_share_a_statement() -> None:
    def shape(*values: object) -> Filter:
        wanted = Or((Condition("name", "eq", values[0]), Condition("count", "in", values[1:])))
        return with_slots(And((wanted,)), ME, [])

    assert shape("a", 1, 2, 3) == shape("b", 4, 5, 6, 7)
    assert hash(shape("a", 1, 2, 3)) == hash(shape("b", 4, 5, 6, 7))
    assert shape("a", 1, 2) != shape("a", 1, 2, 3)
