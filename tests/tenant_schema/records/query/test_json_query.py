"""Queries as JSON: the same as in a query string, and everything that is refused."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.json_query import parse_json_filter, parse_json_query
from tenant_schema.records.query.model import And, Condition, Me, Or, Query
from tenant_schema.records.query.query_string import parse_query
from tests.tenant_schema.records.models import make_gadgets

ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
FIELDS = make_gadgets().fields


def refused(document: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InvalidQuery) as caught:
        parse_json_query(document, FIELDS)
    return [(problem.field, problem.code, problem.did_you_mean) for problem in caught.value.problems]


def test_a_document_says_the_same_as_a_query_string() -> None:
    pairs = [
        ("filter[or][0][color]", "red"),
        ("filter[or][1][owner]", "$me"),
        ("filter[count][gte]", "1"),
        ("filter[count][lt]", "5"),
        ("filter[price][between]", "1.50,2"),
        ("filter[colors][contains]", "blue"),
        ("filter[seen][null]", "false"),
        ("sort", "-count,name"),
        ("fields", "id,name"),
        ("limit", "7"),
        ("cursor", "abc"),
    ]
    document = {
        "filter": {
            "or": [{"color": {"eq": "red"}}, {"owner": "$me"}],
            "count": {"gte": 1, "lt": 5},
            "price": {"between": ["1.50", 2]},
            "colors": {"contains": "blue"},
            "seen": {"null": False},
        },
        "sort": ["-count", "name"],
        "fields": ["id", "name"],
        "limit": 7,
        "cursor": "abc",
    }
    assert parse_json_query(document, FIELDS) == parse_query(pairs, FIELDS)


def test_an_empty_document_asks_for_the_first_page_of_everything() -> None:
    assert parse_json_query({}, FIELDS) == Query(fields=tuple(FIELDS))
    assert parse_json_query({"cursor": None, "sort": None}, FIELDS) == Query(fields=tuple(FIELDS))


def test_names_may_come_as_one_text() -> None:
    assert parse_json_query({"sort": "-count,name", "fields": "id,name"}, FIELDS) == parse_json_query(
        {"sort": ["-count", "name"], "fields": ["id", "name"]}, FIELDS
    )


def test_a_value_may_hold_a_comma_in_a_list() -> None:
    assert parse_json_filter({"name": {"in": ["a,b", "c"]}}, FIELDS) == And(
        (Condition("name", "in", ("a,b", "c")),)
    )


def test_a_filter_stands_alone_too() -> None:
    found = parse_json_filter({"or": [{"owner": {"eq": "$me"}}, {"manager": ID, "active": True}]}, FIELDS)
    managed = And((Condition("manager", "eq", UUID(ID)), Condition("active", "eq", True)))
    assert found == And((Or((Condition("owner", "eq", Me.ME), managed)),))
    with pytest.raises(InvalidQuery):
        parse_json_filter({"nmae": "x"}, FIELDS)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"filtr": {}}, ("filtr", "unknown-parameter", "filter")),
        ({"filter": []}, ("filter", "invalid-type", None)),
        ({"filter": "name"}, ("filter", "invalid-type", None)),
        ({"filter": {"nmae": 1}}, ("filter.nmae", "unknown-field", "name")),
        ({"filter": {"count": {"gtt": 1}}}, ("filter.count.gtt", "unknown-operator", "gt")),
        ({"filter": {"count": {}}}, ("filter.count", "empty-value", None)),
        ({"filter": {"count": None}}, ("filter.count", "empty-value", None)),
        ({"filter": {"count": [1]}}, ("filter.count", "not-an-integer", None)),
        ({"filter": {"count": "1"}}, ("filter.count", "not-an-integer", None)),
        ({"filter": {"count": {"in": "1,2"}}}, ("filter.count.in", "invalid-type", None)),
        ({"filter": {"count": {"in": []}}}, ("filter.count.in", "too-many-values", None)),
        ({"filter": {"count": {"in": [1, None]}}}, ("filter.count.in", "empty-value", None)),
        ({"filter": {"count": {"null": "true"}}}, ("filter.count.null", "invalid-value", None)),
        ({"filter": {"or": {}}}, ("filter.or", "invalid-type", None)),
        ({"filter": {"or": []}}, ("filter.or", "invalid-type", None)),
        ({"filter": {"or": [{}]}}, ("filter.or.0", "empty-value", None)),
        ({"filter": {"and": [{"name": "x"}, 3]}}, ("filter.and.1", "invalid-type", None)),
        ({"filter": {"or": [{}] * 51}}, ("filter.or", "too-many-terms", None)),
        ({"filter": {"name": {"in": ["x"] * 101}}}, ("filter.name.in", "too-many-values", None)),
        ({"filter": {"OR": [{"name": "x"}]}}, ("filter.OR", "unknown-field", "or")),
        ({"sort": [1]}, ("sort", "invalid-type", None)),
        ({"sort": ["naem"]}, ("sort", "unknown-field", "name")),
        ({"fields": {"name": True}}, ("fields", "invalid-type", None)),
        ({"limit": "25"}, ("limit", "out-of-range", None)),
        ({"limit": True}, ("limit", "out-of-range", None)),
        ({"limit": 201}, ("limit", "out-of-range", None)),
        ({"cursor": 3}, ("cursor", "invalid-type", None)),
    ],
)
def test_what_is_wrong_is_said(document: dict[str, Any], problem: tuple[str, str, str | None]) -> None:
    assert refused(document) == [problem]


def test_a_filter_has_a_greatest_depth() -> None:
    document: dict[str, Any] = {"name": "x"}
    for _ in range(4):
        document = {"or": [document]}
    assert parse_json_filter(document, FIELDS)
    assert [code for _, code, _ in refused({"filter": {"or": [document]}})] == ["too-deep"]


def test_a_filter_has_a_greatest_size_wherever_its_conditions_stand() -> None:
    wide = {"or": [{"name": "x", "code": "y"}] * 26}
    assert refused({"filter": wide}) == [("filter", "too-many-terms", None)]
    bushy = {"or": [{"or": [{"or": [{"name": "x"}] * 50}] * 50}] * 50}
    assert refused({"filter": bushy}) == [("filter", "too-many-terms", None)]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("$me")
NAMES = st.sampled_from([*FIELDS, "or", "and", "eq", "in", "between", "null", "contains"]) | st.text(
    max_size=3
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
PARAMETERS = st.sampled_from(["filter", "sort", "fields", "limit", "cursor"]) | st.text(max_size=3)


@given(st.dictionaries(PARAMETERS, ANYTHING | st.dictionaries(NAMES, ANYTHING, max_size=3), max_size=3))
def test_any_json_is_a_query_or_an_invalid_query(document: dict[str, Any]) -> None:
    try:
        query = parse_json_query(document, FIELDS)
    except InvalidQuery:
        return
    assert 1 <= query.limit <= 200
