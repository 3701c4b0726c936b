"""A value is made canonical before it is compared, wherever it comes in, on every database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.records.errors import InvalidQuery, UniqueConflict, ValidationFailed
from tenant_schema.records.query.value_lists import join_values, split_values
from tests.tenant_schema.records.models import Caller

WRITTEN = [
    ("email", "Ann@example.com", "Ann@EXAMPLE.com"),
    ("site", "https://example.com/Path?Q=A", "HTTPS://Example.COM/Path?Q=A"),
    ("site", "https://Ann@example.com:8080", "https://Ann@EXAMPLE.com:8080"),
    ("phone", "+49 (30) 12-34.56", "+4930123456"),
    ("phone", "+4930123456", "+49 30/123456"),
    ("phone", "212.555.0100 ext. 12", "(212) 555-0100 x12"),
    ("name", "Caf\u00e9", "Cafe\u0301"),
    ("weight", "1.500", "+01.5"),
    ("price", "12", "12.00"),
    ("seen", "2026-02-28T12:30:00Z", "2026-02-28T14:30:00.000+02:00"),
    ("opens", "09:30", "09:30:00.000"),
    ("color", "bl\u00e4ulich", "bla\u0308ulich"),
    ("count", 5, "+5"),
]
DIFFERENT = {
    "email": "ann@example.com",
    "site": "https://example.com/path?Q=A",
    "phone": "+49 30 123457",
    "name": "Cafe",
    "weight": "1.501",
    "price": "12.01",
    "seen": "2026-02-28T12:30:01Z",
    "opens": "09:31",
    "color": "red",
    "count": 6,
}


@pytest.mark.parametrize(("field", "stored", "asked"), WRITTEN)
async def test_a_filter_finds_a_value_however_it_is_written(
    anywhere: Caller, field: str, stored: object, asked: str
) -> None:
    await anywhere.create(**{"name": "same", field: stored})
    await anywhere.create(**{"name": "other", field: DIFFERENT[field]})
    await anywhere.create(name="none", color=None)
    found = {row["id"] for row in (await anywhere.page((f"filter[{field}]", asked))).data}
    assert len(found) == 1
    for operator, text in (("in", f"{asked},{asked}"), ("eq", asked)):
        page = await anywhere.page((f"filter[{field}][{operator}]", text))
        assert {row["id"] for row in page.data} == found
    for operator in ("ne", "nin"):
        page = await anywhere.page((f"filter[{field}][{operator}]", asked))
        assert found.isdisjoint(row["id"] for row in page.data)
        assert len(page.data) == 2
    value: object = int(asked) if field == "count" else asked
    for condition in ({"eq": value}, {"in": [value]}):
        assert {row["id"] for row in (await anywhere.query({"filter": {field: condition}})).data} == found


@pytest.mark.parametrize(
    ("field", "stored", "operator", "part"),
    [
        ("email", "Ann@example.com", "endswith", "EXAMPLE.com"),
        ("email", "Ann@example.com", "endswith", "@EXAMPLE.com"),
        ("email", "Ann@example.com", "contains", "nn@Exam"),
        ("email", "Ann@example.com", "startswith", "Ann@EX"),
        ("site", "https://Example.com/Path", "startswith", "HTTPS://EXAMPLE.com/Pa"),
        ("site", "https://Example.com/Path", "contains", "https://EXAMPLE"),
        ("email", "Ann@EXAMPLE.com", "between", "Ann@EXAMPLE.com,Ann@EXAMPLE.com"),
        ("email", "Ann@EXAMPLE.com", "gte", "Ann@EXAMPLE.com"),
    ],
)
async def test_a_part_of_a_value_is_canonical_too(
    anywhere: Caller, field: str, stored: str, operator: str, part: str
) -> None:
    await anywhere.create(**{"name": "same", field: stored})
    assert await anywhere.names((f"filter[{field}][{operator}]", part)) == ["same"]


async def test_a_unique_value_is_the_same_however_it_is_written(anywhere: Caller) -> None:
    made, is_new = await anywhere.put(("code", "Caf\u00e9"), {"name": "first"})
    again, is_new_again = await anywhere.put(("code", "Cafe\u0301"), {"name": "second", "code": "Cafe\u0301"})
    assert (is_new, is_new_again, again.data["id"]) == (True, False, made.data["id"])
    with pytest.raises(UniqueConflict):
        await anywhere.create(name="third", code="Cafe\u0301")


EMPTY = ["", " ", "\t\n", "\u00a0\u2003"]
TEXTS = ["code", "notes", "email", "site", "phone", "color"]


@pytest.mark.parametrize("blank", EMPTY)
async def test_an_empty_text_is_no_value_in_every_body(anywhere: Caller, blank: str) -> None:
    empty = dict.fromkeys(TEXTS, blank)
    made = await anywhere.create(name="a", **empty, colors=[])
    assert all(made.data[name] is None for name in (*TEXTS, "colors"))
    again = await anywhere.create(name="b", **empty)  # a unique field ignores it
    full = {"code": "x", "notes": "x", "email": "a@b.example", "phone": "110", "color": "red"}
    changed = await anywhere.update(again, {**full, "colors": ["red"]})
    assert changed.data["code"] == "x"
    emptied = await anywhere.update(again, {**empty, "colors": []})
    assert all(emptied.data[name] is None for name in (*TEXTS, "colors"))
    items = await anywhere.bulk("create", {"name": "c", **empty}, {"name": "d", **empty})
    assert [item.status for item in items] == [201, 201]
    items = await anywhere.bulk("update", {"id": made.data["id"], "code": blank})
    assert (items[0].status, items[0].version) == (200, 1)
    assert sorted(await anywhere.names(("filter[code][null]", "true"))) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("blank", EMPTY)
async def test_a_required_text_refuses_the_empty_one(anywhere: Caller, blank: str) -> None:
    made = await anywhere.create(name="a")
    for attempt in (anywhere.create(name=blank), anywhere.update(made, {"name": blank})):
        with pytest.raises(ValidationFailed) as caught:
            await attempt
        assert [(one.field, one.code) for one in caught.value.problems] == [("name", "required")]


@pytest.mark.parametrize("blank", ["", " "])
async def test_an_empty_text_in_a_filter_asks_for_no_value(anywhere: Caller, blank: str) -> None:
    for name, code in (("none", None), ("x", "x"), ("y", "y")):
        await anywhere.create(name=name, code=code)
    meant = {
        ("eq", blank): ["none"],
        ("ne", blank): ["x", "y"],
        ("in", f"{blank},x"): ["none", "x"],
        ("in", f"{blank},{blank}"): ["none"],
        ("nin", f"x,{blank}"): ["y"],
        ("nin", f"{blank},{blank}"): ["x", "y"],
    }
    for (operator, text), names in meant.items():
        assert sorted(await anywhere.names((f"filter[code][{operator}]", text))) == names
        value: object = text.split(",") if operator in {"in", "nin"} else text
        page = await anywhere.query({"filter": {"code": {operator: value}}})
        assert sorted(row["name"] for row in page.data) == names
    for operator in ("contains", "gt", "startswith"):
        with pytest.raises(InvalidQuery):
            await anywhere.page((f"filter[code][{operator}]", ""))


async def test_a_path_names_no_record_by_an_empty_value(anywhere: Caller) -> None:
    with pytest.raises(InvalidQuery) as caught:
        await anywhere.put(("code", "  "), {"name": "x"})
    assert [one.code for one in caught.value.problems] == ["empty-value"]
    with pytest.raises(ValidationFailed):
        await anywhere.put(("code", "x"), {"name": "x", "code": ""})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('"Doe, John",Smith', ["Doe, John", "Smith"]),
        ('"Doe, John"', ["Doe, John"]),
        ('"""Ace"" Ltd"', ['"Ace" Ltd']),
        ('19" rack,x', ['19" rack', "x"]),
        ('"a","b,c",d', ["a", "b,c", "d"]),
    ],
)
async def test_values_of_a_list_may_hold_commas_and_quotes(
    anywhere: Caller, text: str, values: list[str]
) -> None:
    for value in (*values, "not asked for"):
        await anywhere.create(name=value)
    assert sorted(await anywhere.names(("filter[name][in]", text))) == sorted(values)
    assert await anywhere.names(("filter[name][nin]", text)) == ["not asked for"]


@given(st.lists(st.text(st.sampled_from('ab,"') | st.characters(codec="utf-8")), min_size=1, max_size=9))
def test_any_values_come_back_from_the_text_they_are_written_as(values: list[str]) -> None:
    assert split_values(join_values(values), 9) == values


@pytest.mark.parametrize("text", ['"open', '"a"b', '"a" ,b', 'x,"'])
async def test_a_quote_that_is_not_closed_is_refused(caller: Caller, text: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        await caller.page(("filter[name][in]", text))
    assert [one.code for one in caught.value.problems] == ["malformed"]
