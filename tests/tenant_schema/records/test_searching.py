"""Search finds every record in which all words begin some word, on every database, whatever was typed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piccolo_engines.columns import utc_now
from tenant_schema.records.errors import CursorMismatch, InvalidQuery
from tenant_schema.records.searching import words_of
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.test_rules_with_paths import Reader

FIRMS = [
    {"name": "Acme Corporation", "notes": "makes widgets (blue) for the AB Volvo", "industry": "tech"},
    {"name": "ACME Holding", "notes": "owns 3M; see o'Neil & Sons, Zürich", "industry": "food"},
    {"name": "Of Mice", "notes": 'C++ and widget-making: 100% "sure"'},
    {"name": "Bolt", "notes": None},
    {"name": "Acme in the trash", "notes": "widgets", "deleted_at": utc_now()},
]
SEARCHES = {
    "acme": "Acme Corporation|ACME Holding",
    "ACME": "Acme Corporation|ACME Holding",
    "Acm": "Acme Corporation|ACME Holding",
    "cme": "",
    "acme widg": "Acme Corporation",
    "widg acme": "Acme Corporation",
    "acme zürich": "ACME Holding",
    "Zür": "ACME Holding",
    "widget": "Acme Corporation|Of Mice",
    "widget-making": "Of Mice",
    "making": "Of Mice",
    "o'neil": "ACME Holding",
    "neil": "ACME Holding",
    "ab": "Acme Corporation",
    "ab volvo": "Acme Corporation",
    "the volvo": "Acme Corporation",
    "of": "Of Mice",
    "of mice": "Of Mice",
    "c++": "Acme Corporation|Of Mice",
    "3m": "ACME Holding",
    "100": "Of Mice",
    '"sure"': "Of Mice",
    "(blue)": "Acme Corporation",
    "+acme -holding": "ACME Holding",
    "acme*": "Acme Corporation|ACME Holding",
    "name:acme": "",
    "acme OR bolt": "",
    "NOT acme": "",
    "-": "",
    "acme -": "Acme Corporation|ACME Holding",
    "nothing like it": "",
    "\\ % _ ' \" ` ; --": "",
}


async def test_searches(family: Family) -> None:
    await family.fill("firms", FIRMS)
    await family.index("firms")
    firms = family.caller("firms")
    found = {text: await firms.names(("search", text), ("sort", "id")) for text in SEARCHES}
    assert {text: "|".join(sorted(names, key=str.lower)) for text, names in found.items()} == SEARCHES
    both = await firms.query({"search": "acme", "filter": {"industry": "food"}, "sort": ["-name"]})
    assert [row["name"] for row in both.data] == ["ACME Holding"]


async def test_a_cursor_is_bound_to_the_search(family: Family) -> None:
    await family.fill("firms", FIRMS)
    await family.index("firms")
    firms = family.caller("firms")
    first = await firms.page(("search", "acme"), ("limit", "1"))
    assert first.next is not None
    second = await firms.page(("search", "acme"), ("limit", "1"), ("cursor", first.next))
    assert [row["name"] for row in (*first.data, *second.data)] == ["Acme Corporation", "ACME Holding"]
    for pairs in ((("search", "bolt"),), ()):
        with pytest.raises(CursorMismatch):
            await firms.page(*pairs, ("limit", "1"), ("cursor", first.next))


async def test_a_field_that_may_not_be_read_is_not_searched(family: Family) -> None:
    await family.fill("firms", FIRMS)
    await family.index("firms")
    reader = Reader(family, {}, hidden={"firms.notes"})
    assert await reader.names("firms", search="widget") == ""
    assert await reader.names("firms", search="volvo") == ""
    assert await reader.names("firms", search="mice") == "Of Mice"
    assert await reader.names("firms", search="of") == "Of Mice"
    blind = Reader(family, {}, hidden={"firms.notes", "firms.name"})
    with pytest.raises(InvalidQuery) as raised:
        await blind.rows("firms", search="mice", sort=["id"])
    assert [problem.code for problem in raised.value.problems] == ["not-searchable"]


@pytest.mark.parametrize("family", ["sqlite", "mariadb"], indirect=True)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("aA é\"'*+-<>()~@:^{}[]\\%_,;?!#$&|/=0\u0301\U0001f600", min_size=1, max_size=12))
async def test_whatever_is_typed_is_only_text(family: Family, text: str) -> None:
    """No text is an error of the database's search grammar, or means more than its words."""
    if not family.rows:
        await family.fill("firms", FIRMS)
        await family.index("firms")
    found = await family.caller("firms").query({"search": text, "fields": ["name"]})
    if not words_of(text) and text:
        assert found.data == []


async def test_problems(family: Family) -> None:
    for name, text, code in (
        ("tasks", "x", "not-searchable"),
        ("firms", "x" * 201, "invalid-value"),
        ("firms", "a b c d e f g h i j k", "too-many-words"),
    ):
        with pytest.raises(InvalidQuery) as raised:
            await family.caller(name).page(("search", text))
        assert [problem.code for problem in raised.value.problems] == [code]
