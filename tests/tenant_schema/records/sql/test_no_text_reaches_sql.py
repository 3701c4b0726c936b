"""Whatever is asked, in whatever part of a request: the SQL is made of definitions alone."""

import contextlib
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_schema.objects.model.sort_columns import kept_keys
from tenant_schema.records.errors import CursorInvalid, InvalidQuery
from tests.support.thoroughly import times
from tests.tenant_schema.records.family import Family

MARK = "zq"
"""In every text of the requests, and in no name and no constant of ours."""
ATTACKS = [
    *(f"{MARK}' OR '1'='1", f'{MARK}" OR 1=1 --', f"{MARK}`; DROP TABLE users", f"{MARK}{{}}"),
    *(f"{MARK}%s?", f"{MARK}) UNION SELECT", f"{MARK}\\", f"{MARK} NEAR(x)", f"{MARK}*"),
    *(f"-{MARK}", f"name.{MARK}", f"{MARK}.name", f"count({MARK})", f"{MARK}(name)", f"firm.{MARK}"),
    f"{MARK}\u0000",
]
NAMES = [
    *("name", "pay", "firm", "firm.name", "firm.industry", "firm.parent.name"),
    *("boss.firm.size", "owner.email"),
]
FUNCTIONS = [
    *("count", "sum(pay)", "avg(pay)", "max(firm.size)", "min(name)"),
    *("month(hired)", "year(firm.founded)"),
]
OPERATORS = [
    *("eq", "ne", "in", "nin", "gt", "lte", "between", "null"),
    *("contains", "icontains", "startswith", "endswith"),
]

texts = st.sampled_from(ATTACKS) | st.text(max_size=6).map(lambda text: MARK + text)
names = st.sampled_from(NAMES) | texts
values = texts | st.sampled_from(["1.5", True, None, "$me"]) | st.lists(texts, min_size=1, max_size=3)
comparisons = st.dictionaries(st.sampled_from(OPERATORS) | texts, values, min_size=1, max_size=2)
conditions = st.dictionaries(names, values | comparisons, max_size=3)
filters = st.recursive(
    conditions,
    lambda inner: (
        st.fixed_dictionaries({"or": st.lists(inner, min_size=1, max_size=2)})
        | st.fixed_dictionaries({"and": st.lists(inner, min_size=1, max_size=2)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=4,
)
sorts = st.lists(names.map(lambda name: f"-{name}") | names, max_size=3)
listed = st.fixed_dictionaries({}, optional={"filter": filters, "sort": sorts, "limit": st.integers(1, 3)})
related = st.dictionaries(
    st.sampled_from(["firm", "owner", "tasks.doer", "tasks.giver", "boss.firm"]) | texts,
    st.just({}) | listed,
    max_size=2,
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "filter": filters, "search": texts, "sort": sorts, "fields": st.lists(names, min_size=1, max_size=4),
        "expand": related, "cursor": texts, "count": st.sampled_from(["exact", "capped"]) | texts,
    },
)  # fmt: skip
summaries = st.fixed_dictionaries(
    {},
    optional={
        "groupBy": st.lists(names | st.sampled_from(FUNCTIONS), max_size=3),
        "select": st.lists(st.sampled_from(FUNCTIONS) | texts, min_size=1, max_size=3),
        "filter": filters, "search": texts, "sort": sorts,
    },
)  # fmt: skip
keys = st.sampled_from(
    [
        *("filter[name]", "filter[firm.name][in]", "filter[or][0][name]"),
        *("search", "sort", "fields", "expand"),
    ]
)
pairs = st.lists(st.tuples(keys | texts.map(lambda text: f"filter[{text}]"), texts | names), max_size=4)


@pytest.fixture
async def staff(family: Family) -> Family:
    await family.index("staff")
    return family


def written(family: Family) -> set[str]:
    """Every name that may stand in SQL: those of tables and columns, and our own for what is selected."""
    names = {"users", "id", "name", "email", "r1", "r2", "r3", "r4", "r5"}
    names |= {"s", "i", "found", "one", "count", "$parent"}
    for model in family.models.values():
        names |= {model.table_name, f"{model.table_name}_search", f"{model.table_name}_search_ids"}
        names |= {column._meta.db_column_name for column in model.columns.values()} | set(model.columns)
        names |= {column._meta.db_column_name for column in kept_keys(model.table).values()}
    return names


@pytest.mark.parametrize("family", ["sqlite"], indirect=True)
@settings(max_examples=times(40, 150), suppress_health_check=[*HealthCheck])
@given(query=queries, summary=summaries, pairs=pairs)
async def test_it(
    staff: Family, query: dict[str, Any], summary: dict[str, Any], pairs: list[tuple[str, str]]
) -> None:
    caller = staff.caller("staff")
    with staff.counted() as sent:
        with contextlib.suppress(InvalidQuery, CursorInvalid):
            await caller.query(query)
        with contextlib.suppress(InvalidQuery, CursorInvalid):
            await caller.page(*pairs)
        with contextlib.suppress(InvalidQuery):
            await caller.service.aggregate_json(caller.scope, caller.access, "staff", summary)
        with contextlib.suppress(InvalidQuery):
            async for _ in await caller.service.export(caller.scope, caller.access, "staff", pairs):
                pass
    allowed = written(staff)
    for sql in sent:
        assert MARK not in sql
        assert {part.rpartition(".")[2] for part in quoted(sql)} <= allowed


def quoted(sql: str) -> set[str]:
    """What stands between double quotes, but for paths and the places of groups and measures."""
    found = set(re.findall(r'"([^"]*)"', sql))
    return {name for name in found if re.fullmatch(r"[gm]\d+[hln]?", name) is None}


@pytest.mark.parametrize("family", ["sqlite"], indirect=True)
async def test_the_requests_are_not_all_refused(staff: Family) -> None:
    """What the test above asks does reach the database, with an attack in each part of it."""
    caller = staff.caller("staff")
    for attack in ATTACKS[:9]:
        with staff.counted() as sent:
            wanted = {"firm.name": {"in": [attack]}, "name": {"contains": attack}}
            await caller.query({"filter": wanted, "search": attack})
        assert len(sent) == 1
        assert MARK not in sent[0]
