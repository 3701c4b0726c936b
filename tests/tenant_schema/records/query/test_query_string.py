"""Query strings: what they mean, and everything that is refused."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.problems import Problem
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.model import And, Condition, Me, Or, Query, SortTerm
from tenant_schema.records.query.query_string import parse_fields, parse_query
from tests.tenant_schema.records.models import make_gadgets

ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
FIELDS = make_gadgets().fields
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def parsed(*pairs: tuple[str, str]) -> Query:
    return parse_query(pairs, FIELDS)


def filtered(*pairs: tuple[str, str]) -> object:
    return parsed(*pairs).filter


def refused(*pairs: tuple[str, str]) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InvalidQuery) as caught:
        parse_query(pairs, FIELDS)
    return [(problem.field, problem.code, problem.did_you_mean) for problem in caught.value.problems]


def test_no_parameters_ask_for_the_first_page_of_everything() -> None:
    assert parsed() == Query(fields=tuple(FIELDS), filter=And(), sort=(), limit=25, cursor=None)


@pytest.mark.parametrize(
    ("key", "text", "condition"),
    [
        ("filter[name]", "Acme, Inc.", Condition("name", "eq", "Acme, Inc.")),
        ("filter[name][ne]", "Acme", Condition("name", "ne", "Acme")),
        ("filter[count][gt]", "-3", Condition("count", "gt", -3)),
        ("filter[count][gte]", "3", Condition("count", "gte", 3)),
        ("filter[price][lt]", "1000.5", Condition("price", "lt", Decimal("1000.50"))),
        ("filter[weight][lte]", "0", Condition("weight", "lte", Decimal(0))),
        ("filter[color][in]", "red,blue", Condition("color", "in", ("red", "blue"))),
        ("filter[color][nin]", "red", Condition("color", "nin", ("red",))),
        ("filter[notes][contains]", "100%", Condition("notes", "contains", "100%")),
        ("filter[name][icontains]", "acme", Condition("name", "icontains", "acme")),
        ("filter[email][startswith]", "ann", Condition("email", "startswith", "ann")),
        ("filter[phone][endswith]", "99", Condition("phone", "endswith", "99")),
        ("filter[count][between]", "1,5", Condition("count", "between", (1, 5))),
        ("filter[active]", "true", Condition("active", "eq", True)),
        ("filter[extra][null]", "true", Condition("extra", "null", True)),
        ("filter[owner][null]", "false", Condition("owner", "null", False)),
        ("filter[owner]", "$me", Condition("owner", "eq", Me.ME)),
        ("filter[manager][in]", f"$me,{ID}", Condition("manager", "in", (Me.ME, UUID(ID)))),
        ("filter[created_at][gte]", "2026-01-01", Condition("created_at", "gte", NEW_YEAR)),
        ("filter[colors][contains]", "red", Condition("colors", "contains", '"red"')),
        ("filter[id][gt]", ID, Condition("id", "gt", UUID(ID))),
    ],
)  # fmt: skip
def test_a_parameter_is_a_condition_with_a_parsed_value(key: str, text: str, condition: Condition) -> None:
    assert filtered((key, text)) == And((condition,))


def test_parameters_side_by_side_must_all_hold() -> None:
    both = And((Condition("count", "gte", 1), Condition("count", "lt", 5), Condition("active", "eq", False)))
    assert (
        filtered(("filter[count][gte]", "1"), ("filter[count][lt]", "5"), ("filter[active]", "false")) == both
    )


def test_what_shares_a_number_in_a_group_holds_together() -> None:
    found = filtered(
        ("filter[or][0][color]", "red"),
        ("filter[or][1][color]", "blue"),
        ("filter[or][1][count][gt]", "3"),
        ("filter[name]", "x"),
    )
    blue = And((Condition("color", "eq", "blue"), Condition("count", "gt", 3)))
    assert found == And((Or((Condition("color", "eq", "red"), blue)), Condition("name", "eq", "x")))


def test_groups_stand_within_groups() -> None:
    found = filtered(
        ("filter[or][0][and][0][count][gt]", "3"),
        ("filter[or][0][and][1][or][0][color]", "red"),
        ("filter[or][0][and][1][or][7][color]", "blue"),
        ("filter[or][01][active]", "true"),
    )
    colors = Or((Condition("color", "eq", "red"), Condition("color", "eq", "blue")))
    assert found == And((Or((And((Condition("count", "gt", 3), colors)), Condition("active", "eq", True))),))


def test_sort_fields_limit_and_cursor() -> None:
    found = parsed(("sort", "-count,name"), ("fields", "name,id,name"), ("limit", "200"), ("cursor", "abc"))
    assert found.sort == (SortTerm("count", descending=True), SortTerm("name"))
    assert (found.fields, found.limit, found.cursor) == (("version", "name", "id"), 200, "abc")


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("filtr[name]", "x", ("filtr[name]", "unknown-parameter", "filter")),
        ("expand", "owner", ("expand", "unknown-relation", None)),
        ("include", "cant", ("include", "unknown-addition", "can")),
        ("search", "x", ("search", "not-searchable", None)),
        ("page", "2", ("page", "unknown-parameter", None)),
        ("", "x", ("", "unknown-parameter", None)),
        ("sort[0]", "name", ("sort[0]", "unknown-parameter", "sort")),
        ("filter[nmae]", "x", ("filter[nmae]", "unknown-field", "name")),
        ("filter[deleted_at][null]", "false", ("filter[deleted_at][null]", "unknown-field", "updated_at")),
        ("filter[owner.name]", "x", ("filter[owner.name]", "unknown-field", "owner")),
        ("filter[name][equals]", "x", ("filter[name][equals]", "unknown-operator", None)),
        ("filter[name][containz]", "x", ("filter[name][containz]", "unknown-operator", "contains")),
        ("filter[count][>=]", "1", ("filter[count][>=]", "unknown-operator", "gte")),
        ("filter[active][gt]", "true", ("filter[active][gt]", "operator-not-allowed", None)),
        ("filter[extra][eq]", "{}", ("filter[extra][eq]", "operator-not-allowed", None)),
        ("filter[count]", "many", ("filter[count]", "not-an-integer", None)),
        ("filter[count]", "9" * 25, ("filter[count]", "out-of-range", None)),
        ("filter[color]", "rde", ("filter[color]", "not-an-option", "red")),
        ("filter[color][in]", "red,rde", ("filter[color][in]", "not-an-option", "red")),
        ("filter[parent]", "$me", ("filter[parent]", "not-an-id", None)),
        ("filter[count]", "", ("filter[count]", "empty-value", None)),
        ("filter[count][in]", "1,,2", ("filter[count][in]", "empty-value", None)),
        ("filter[name][contains]", "", ("filter[name][contains]", "empty-value", None)),
        ("filter[name][EQ]", "x", ("filter[name][EQ]", "unknown-operator", "eq")),
        ("filter[name][LIKE]", "x", ("filter[name][LIKE]", "unknown-operator", "contains")),
        ("filter[NAME]", "x", ("filter[NAME]", "unknown-field", "name")),
        ("SORT", "name", ("SORT", "unknown-parameter", "sort")),
        ("timezone", "UTC", ("timezone", "unknown-parameter", "timeZone")),
        ("timeZone", "Europe/Berln", ("timeZone", "unknown-time-zone", "Europe/Berlin")),
        ("timeZone", "europe/berlin", ("timeZone", "unknown-time-zone", "Europe/Berlin")),
        ("timeZone", "+02:00", ("timeZone", "unknown-time-zone", None)),
        ("timeZone", "../../etc/passwd", ("timeZone", "unknown-time-zone", None)),
        ("timeZone", "localtime", ("timeZone", "unknown-time-zone", None)),
        ("filter[created_at]", "2026-02-30", ("filter[created_at]", "not-a-date", None)),
        ("filter[name][null]", "yes", ("filter[name][null]", "invalid-value", None)),
        ("filter[name]", "x" * 2001, ("filter[name]", "invalid-value", None)),
        ("filter[name]", "a\0b", ("filter[name]", "invalid-value", None)),
        ("filter[name]", "a\ud800b", ("filter[name]", "invalid-value", None)),
        ("filter[count][in]", ",".join(["1"] * 101), ("filter[count][in]", "too-many-values", None)),
        ("filter[count][between]", "1", ("filter[count][between]", "invalid-value", None)),
        ("filter[count][between]", "1,2,3", ("filter[count][between]", "invalid-value", None)),
        ("filter[count][between]", "5,1", ("filter[count][between]", "invalid-value", None)),
        ("filter", "x", ("filter", "malformed", None)),
        ("filter[]", "x", ("filter[]", "malformed", None)),
        ("filter[name", "x", ("filter[name", "malformed", None)),
        ("filter[name]]", "x", ("filter[name]]", "malformed", None)),
        ("filter[name]eq", "x", ("filter[name]eq", "malformed", None)),
        ("filter[na[me]]", "x", ("filter[na[me]]", "malformed", None)),
        ("filter[name][eq][0]", "x", ("filter[name][eq][0]", "malformed", None)),
        ("filter[or]", "x", ("filter[or]", "malformed", None)),
        ("filter[or][0]", "x", ("filter[or][0]", "malformed", None)),
        ("filter[or][name]", "x", ("filter[or][name]", "malformed", None)),
        ("filter[or][٣][name]", "x", ("filter[or][٣][name]", "malformed", None)),
        ("filter" + "[or][0]" * 5 + "[name]", "x", ("filter" + "[or][0]" * 5 + "[name]", "too-deep", None)),
        ("sort", "", ("sort", "empty-value", None)),
        ("sort", "name,", ("sort", "unknown-field", None)),
        ("sort", "naem", ("sort", "unknown-field", "name")),
        ("sort", "--name", ("sort", "unknown-field", "name")),
        ("sort", "notes", ("sort", "not-sortable", None)),
        ("sort", "name,-name", ("sort", "repeated", None)),
        ("sort", "id,name,code,email,phone,count", ("sort", "too-many-fields", None)),
        ("fields", "name,cout", ("fields", "unknown-field", "count")),
        ("fields", ",".join(["name"] * 501), ("fields", "too-many-fields", None)),
        ("limit", "0", ("limit", "out-of-range", None)),
        ("limit", "201", ("limit", "out-of-range", None)),
        ("limit", "-1", ("limit", "out-of-range", None)),
        ("limit", "ten", ("limit", "out-of-range", None)),
        ("limit", "٣", ("limit", "out-of-range", None)),
        ("limit", "", ("limit", "empty-value", None)),
        ("cursor", "", ("cursor", "empty-value", None)),
        ("filter[OR][0][name]", "x", ("filter[OR][0][name]", "unknown-field", "or")),
        ("filter[Not][name]", "x", ("filter[Not][name]", "unknown-field", "not")),
        ("cursor", "x" * 16_385, ("cursor", "too-long", None)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(key: str, text: str, problem: tuple[str, str, str | None]) -> None:
    assert refused((key, text)) == [problem]


def test_everything_wrong_is_said_at_once() -> None:
    found = refused(
        ("filter[nmae]", "x"), ("sort", "cuont"), ("limit", "0"), ("color", "red"), ("fields", "x")
    )
    assert {code for _, code, _ in found} == {"unknown-field", "out-of-range", "unknown-parameter"}
    assert len(found) == 5


def test_a_parameter_given_twice_is_refused() -> None:
    assert refused(("limit", "1"), ("limit", "2")) == [("limit", "repeated", None)]
    assert refused(("filter[name]", "a"), ("filter[name][eq]", "b")) == [
        ("filter[name][eq]", "repeated", None)
    ]


def test_the_same_field_may_stand_in_several_members_of_a_group() -> None:
    assert filtered(("filter[or][0][name]", "a"), ("filter[or][1][name]", "b"))


def test_a_filter_has_a_greatest_size() -> None:
    many = [(f"filter[or][{number}][name]", "x") for number in range(51)]
    assert refused(*many) == [("filter", "too-many-terms", None)]
    assert filtered(*many[:50])


def test_the_problems_of_one_query_have_a_greatest_number() -> None:
    assert len(refused(*[(f"unknown{number}", "x") for number in range(10_000)])) == 50


def test_an_endless_name_is_neither_repeated_in_full_nor_searched_for() -> None:
    [(field, code, did_you_mean)] = refused(("x" * 100_000, "1"))
    assert (len(field), code, did_you_mean) == (200, "unknown-parameter", None)


def test_what_may_not_be_read_is_unknown() -> None:
    visible = {name: field for name, field in FIELDS.items() if name != "price"}
    for pairs in ([("filter[price]", "1")], [("sort", "price")], [("fields", "price")]):
        with pytest.raises(InvalidQuery) as caught:
            parse_query(pairs, visible)
        assert [problem.code for problem in caught.value.problems] == ["unknown-field"]


def test_one_record_takes_only_fields_and_expansions() -> None:
    assert parse_fields([("fields", "name")], FIELDS).fields == ("id", "version", "name")
    assert parse_fields([("fields", "name,id,version")], FIELDS).fields == ("name", "id", "version")
    assert parse_fields([], FIELDS).fields == tuple(FIELDS)
    assert parse_fields([("include", "can")], FIELDS).can
    with pytest.raises(InvalidQuery) as caught:
        parse_fields([("filter[name]", "x"), ("limit", "3")], FIELDS)
    assert [problem.code for problem in caught.value.problems] == ["unknown-parameter"] * 2


WORDS = ("deleted_at", "nope", "or", "and", "0", "1", "00", "eq", "in", "null", "between", "$me")
PARTS = st.lists(st.sampled_from([*FIELDS, *WORDS]) | st.text(max_size=4), max_size=9)
KEYS = st.one_of(
    PARTS.map(lambda parts: "filter" + "".join(f"[{part}]" for part in parts)),
    st.sampled_from(["sort", "fields", "limit", "cursor", "filter", "expand"]),
    st.text(max_size=12),
)
LIKELY = ("1", "1,2", "true", "red", "name,-count", "$me", ID, "2026-01-01")
TEXTS = st.text(max_size=20) | st.sampled_from(LIKELY)


@given(st.lists(st.tuples(KEYS, TEXTS), max_size=8))
def test_any_text_is_a_query_or_an_invalid_query(pairs: list[tuple[str, str]]) -> None:
    problems: Sequence[Problem] = ()
    query = Query(fields=())
    try:
        query = parse_query(pairs, FIELDS)
    except InvalidQuery as error:
        problems = error.problems
    assert bool(problems) != bool(query.fields)
    assert 1 <= query.limit <= 200
    assert set(query.fields) <= set(FIELDS)


def test_the_model_of_the_examples_has_every_type(gadgets: ObjectModel) -> None:
    assert len({field.type.name for field in gadgets.fields.values()}) == 18
