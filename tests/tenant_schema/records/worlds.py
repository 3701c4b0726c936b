"""Random gadgets and random filters over them, and what a filter means in plain Python."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.sort_keys import sort_key as text_key
from piccolo_engines.statements import Slot
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.query.model import And, Condition, Filter, Me, Or, SortTerm
from tenant_schema.records.sql.dialects.registry import dialect_of
from tenant_schema.records.sql.statement_cache import repeated
from tenant_schema.records.sql.statements import insert

Row = dict[str, Any]

ME = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
OTHER = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c")

TEXTS = st.text("aAbBäÄ%_*?[]\\'\"{}\U0001f600 ", max_size=4)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MOMENTS = [NOON, NOON.replace(microsecond=250_000), datetime(1999, 12, 31, tzinfo=UTC)]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXTS,
    "code": TEXTS,
    "notes": TEXTS,
    "count": st.integers(-3, 3) | st.sampled_from([2**63 - 1, -(2**63)]),
    "weight": st.decimals(-2, 2, places=3) | st.sampled_from([Decimal("123456789.123"), Decimal("-0.001")]),
    "price": st.decimals(0, 3, places=2) | st.just(Decimal("9999999999999.99")),
    "active": st.booleans(),
    "born": st.sampled_from([date(1999, 12, 31), date(2026, 1, 1), date(9999, 12, 31)]),
    "seen": st.sampled_from(MOMENTS),
    "opens": st.sampled_from([time(9, 30), time(9, 30, 0, 500), time(23, 59, 59)]),
    "color": st.sampled_from(["red", "green", "blue", "bläulich"]),
    "manager": st.sampled_from([ME, OTHER]),
}
ORDERED = ("count", "weight", "price", "born", "seen", "opens")
MATCHED = ("name", "notes")
SORTABLE = tuple(name for name in VALUES if name != "notes")

ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()}), max_size=8
)


def conditions() -> st.SearchStrategy[Condition]:
    """Any comparison that the grammar can produce, in stored form."""
    return st.one_of(
        st.sampled_from([*VALUES]).flatmap(equality),
        st.sampled_from(ORDERED).flatmap(ordering),
        st.sampled_from(MATCHED).flatmap(matching),
        st.builds(Condition, st.sampled_from([*VALUES]), st.just("null"), st.booleans()),
    )


def equality(name: str) -> st.SearchStrategy[Condition]:
    values = VALUES[name] | st.just(Me.ME) if name == "manager" else VALUES[name]
    several = st.lists(values, min_size=1, max_size=5).map(tuple)
    return st.builds(Condition, st.just(name), st.sampled_from(["eq", "ne"]), values) | st.builds(
        Condition, st.just(name), st.sampled_from(["in", "nin"]), several
    )


def ordering(name: str) -> st.SearchStrategy[Condition]:
    limits = st.tuples(VALUES[name], VALUES[name])
    return st.builds(
        Condition, st.just(name), st.sampled_from(["gt", "gte", "lt", "lte"]), VALUES[name]
    ) | st.builds(Condition, st.just(name), st.just("between"), limits)


def matching(name: str) -> st.SearchStrategy[Condition]:
    operators = st.sampled_from(["contains", "icontains", "startswith", "endswith"])
    return st.builds(Condition, st.just(name), operators, TEXTS.filter(bool))


FILTERS: st.SearchStrategy[Filter] = st.recursive(
    conditions() | st.just(And()),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda terms: And(tuple(terms)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda terms: Or(tuple(terms)))
    ),
    max_leaves=6,
)
SORTS = st.lists(
    st.builds(SortTerm, st.sampled_from([*SORTABLE, "id"]), st.booleans()),
    max_size=4,
    unique_by=lambda term: term.field,
).map(tuple)


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "gt": lambda value, limit: gt(rank(value), rank(limit)),
    "gte": lambda value, limit: ge(rank(value), rank(limit)),
    "lt": lambda value, limit: lt(rank(value), rank(limit)),
    "lte": lambda value, limit: le(rank(value), rank(limit)),
    "in": lambda value, values: value in values,
    "between": lambda value, limits: rank(limits[0]) <= rank(value) <= rank(limits[1]),
    "contains": lambda value, text: text in value,
    "icontains": lambda value, text: text.lower() in value.lower(),
    "startswith": lambda value, text: value.startswith(text),
    "endswith": lambda value, text: value.endswith(text),
}


def lets_pass(tree: Filter, row: Row) -> bool:
    """What the filter means."""
    if isinstance(tree, And):
        return all(lets_pass(term, row) for term in tree.terms)
    if isinstance(tree, Or):
        return any(lets_pass(term, row) for term in tree.terms)
    value, wanted = row[tree.field], with_me(tree.value)
    if tree.operator == "null":
        return (value is None) == wanted
    if tree.operator == "ne":
        return bool(value != wanted)
    if tree.operator == "nin":
        return value not in wanted
    return value is not None and COMPARISONS[tree.operator](value, wanted)


def with_me(value: Any) -> Any:
    """The value with the caller's id for ``$me``."""
    if isinstance(value, tuple):
        return tuple(with_me(one) for one in value)
    return ME if isinstance(value, Me) else value


def in_order(rows: Sequence[Row], sort: Sequence[SortTerm]) -> list[Row]:
    """What the sort means: nulls first ascending and last descending, ties by id in the last direction."""
    found = sorted(rows, key=lambda row: row["id"], reverse=bool(sort) and sort[-1].descending)
    for term in reversed(sort):
        found.sort(key=lambda row: sort_key(row[term.field]), reverse=term.descending)
    return found


def sort_key(value: Any) -> tuple[bool, Any]:
    return (value is not None, rank(value) if value is not None else 0)


def rank(value: Any) -> Any:
    """What tells the order of a value; text by text, from the order of their keys."""
    return text_key(value) if isinstance(value, str) else value


def filled(tree: Filter, values: Sequence[object]) -> Filter:
    """A filter of slots with its values back in their places."""
    if not isinstance(tree, Condition):
        return type(tree)(tuple(filled(term, values) for term in tree.terms))
    if isinstance(tree.value, tuple):
        return Condition(tree.field, tree.operator, tuple(of_slot(slot, values) for slot in tree.value))
    return Condition(tree.field, tree.operator, of_slot(tree.value, values))


def of_slot(value: object, values: Sequence[object]) -> object:
    return values[int(value)] if isinstance(value, Slot) else value


async def fill(model: ObjectModel, rows: Sequence[Row]) -> list[Row]:
    """Replace what is in the object's table by the rows, and return them as they are stored."""
    await model.table.delete(force=True)
    stored = [dict.fromkeys(model.columns) | system_values() | row for row in rows]
    if stored:
        values = [row[name] for row in stored for name in model.columns]
        await DB.run_querystring(repeated(insert(model, dialect_of(DB)), len(stored)).bind(values))
    return stored


def system_values() -> Row:
    now = utc_now()
    return {"id": new_id(), "version": 1, "created_at": now, "updated_at": now}
