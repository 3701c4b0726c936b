"""Every operator of every type of field, by query string and by JSON, on three databases: as data."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.model import object_model
from tests.support.record_tables import make_table
from tests.tenant_schema.records.family import Family

SETTINGS: dict[str, dict[str, Any]] = {
    "select": {"options": ["red", "green", "blue"]},
    "multi_select": {"options": ["red", "green", "blue"]},
    "lookup": {"target": "samples"},
    "decimal": {"precision": 10, "scale": 3},
}
SAMPLES = ObjectDraft(
    name="samples",
    label="Sample",
    plural_label="Samples",
    fields=tuple(
        FieldDraft(name=f"a_{name}", label=name, type=name, settings=SETTINGS.get(name, {}))
        for name in FIELD_TYPES
    ),
)
ONE, TWO, NONE = (UUID(int=number) for number in (1, 2, 3))
VALUES: dict[str, tuple[Any, Any]] = {
    "text": ("Ada_L", "ada%b"),
    "long_text": ("Ada_L", "ada%b"),
    "email": ("ada@x.org", "bob@x.org"),
    "url": ("https://a.org/x", "https://b.org/X"),
    "phone": ("+31 20", "+31 30"),
    "integer": (-5, 2**60),
    "decimal": (Decimal("-0.125"), Decimal("1234567.891")),
    "currency": (Decimal("0.10"), Decimal("9999999999999.99")),
    "percent": (Decimal("12.50"), Decimal("99.99")),
    "boolean": (True, False),
    "date": (date(1999, 12, 31), date(2026, 2, 28)),
    "datetime": (datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    "time": (time(9, 30), time(23, 59, 59, 500)),
    "select": ("red", "blue"),
    "multi_select": ('["red","blue"]', '["blue"]'),
    "lookup": (ONE, TWO),
    "auto_number": ("INV-0001", "INV-0002"),
    "json": ('{"a":1}', "[]"),
}
"""What the first record and the second have; the third has no value."""
TEXTS = {
    "text": ("Ada_L", "ada%b"),
    "email": ("ada@x.org", "bob@x.org"),
    "url": ("https://a.org/x", "https://b.org/X"),
    "phone": ("+31 20", "+31 30"),
    "auto_number": ("INV-0001", "INV-0002"),
}
ORDERED = {
    **TEXTS,
    "integer": ("-5", str(2**60)),
    "decimal": ("-0.125", "1234567.891"),
    "currency": ("0.10", "9999999999999.99"),
    "percent": ("12.5", "99.99"),
    "date": ("1999-12-31", "2026-02-28"),
    "datetime": ("2000-01-01T00:59:59.999999+01:00", "2026-01-01"),
    "time": ("09:30", "23:59:59.0005"),
}
COMPARABLE = {**ORDERED, "select": ("red", "blue"), "lookup": (str(ONE), str(TWO))}
Scenario = tuple[str, str, str, str]


def each(name: str, *scenarios: tuple[str, str, str]) -> list[Scenario]:
    return [(name, *one) for one in scenarios]


def comparisons() -> list[Scenario]:
    """Those that mean the same for every type; the first value is the lesser."""
    found: list[Scenario] = []
    for name, (one, two) in COMPARABLE.items():
        found += each(name, ("eq", one, "1"), ("eq", two, "2"), ("ne", one, "2 3"), ("ne", two, "1 3"))
        found += each(name, ("in", f"{one},{two}", "1 2"), ("in", two, "2"))
        found += each(name, ("nin", f"{one},{two}", "3"), ("nin", one, "2 3"))
    for name, (one, two) in ORDERED.items():
        found += each(name, ("gt", one, "2"), ("gt", two, ""), ("gte", one, "1 2"), ("gte", two, "2"))
        found += each(name, ("lt", two, "1"), ("lt", one, ""), ("lte", two, "1 2"), ("lte", one, "1"))
        found += each(name, ("between", f"{one},{two}", "1 2"), ("between", f"{one},{one}", "1"))
    for name in FIELD_TYPES:
        found += each(name, ("null", "true", "3"), ("null", "false", "1 2"))
    return found


def matches(name: str) -> list[Scenario]:
    return [
        *each(name, ("contains", "da", "1 2"), ("contains", "Ada", "1"), ("contains", "a_L", "1")),
        *each(name, ("contains", "a%", "2"), ("contains", "%", "2"), ("contains", "_", "1")),
        *each(name, ("icontains", "ADA", "1 2"), ("icontains", "%B", "2"), ("icontains", "x", "")),
        *each(name, ("startswith", "Ad", "1"), ("startswith", "ada%", "2"), ("startswith", "%", "")),
        *each(name, ("endswith", "_L", "1"), ("endswith", "b", "2"), ("endswith", "l", "")),
    ]


MATCHES: list[Scenario] = [
    *matches("text"),
    *matches("long_text"),
    ("email", "contains", "@x", "1 2"),
    ("email", "icontains", "ADA", "1"),
    ("email", "startswith", "bob", "2"),
    ("email", "endswith", ".org", "1 2"),
    ("url", "contains", "/b.", "2"),
    ("url", "icontains", "/x", "1 2"),
    ("url", "startswith", "https://a", "1"),
    ("url", "endswith", "/X", "2"),
    ("phone", "contains", "1 2", "1"),
    ("phone", "icontains", "+31", "1 2"),
    ("phone", "startswith", "+31", "1 2"),
    ("phone", "endswith", "30", "2"),
    ("auto_number", "contains", "0001", "1"),
    ("auto_number", "icontains", "inv", "1 2"),
    ("auto_number", "startswith", "INV", "1 2"),
    ("auto_number", "endswith", "2", "2"),
    ("long_text", "eq", "Ada_L", "1"),
    ("long_text", "ne", "Ada_L", "2 3"),
    ("boolean", "eq", "true", "1"),
    ("boolean", "eq", "false", "2"),
    ("boolean", "ne", "true", "2 3"),
    ("multi_select", "contains", "red", "1"),
    ("multi_select", "contains", "blue", "1 2"),
    ("multi_select", "contains", "green", ""),
]
SCENARIOS = comparisons() + MATCHES


def test_every_operator_of_every_type_has_a_scenario() -> None:
    shown = {(name, operator) for name, operator, _, _ in SCENARIOS}
    assert shown == {(name, operator) for name, kind in FIELD_TYPES.items() for operator in kind.operators}


@pytest.fixture
async def samples(family: Family) -> Family:
    """Three records: with the first values, with the second, and without any."""
    model = object_model(*object_rows(SAMPLES))
    await make_table(model)
    family.add(model)
    rows = [{f"a_{name}": values[at] for name, values in VALUES.items()} for at in (0, 1)]
    await family.fill("samples", [{"id": ONE, **rows[0]}, {"id": TWO, **rows[1]}, {"id": NONE}])
    return family


def numbers(rows: list[dict[str, Any]]) -> str:
    return " ".join(str(UUID(row["id"]).int) for row in rows)


async def test_by_query_string(samples: Family) -> None:
    caller = samples.caller("samples")
    for name, operator, text, expected in SCENARIOS:
        page = await caller.page((f"filter[a_{name}][{operator}]", text), ("sort", "id"))
        assert (name, operator, text, numbers(page.data)) == (name, operator, text, expected)


async def test_by_json_and_beyond_a_lookup(samples: Family) -> None:
    """Each of the two looks up itself, so that the same conditions hold beyond."""
    caller = samples.caller("samples")
    for name, operator, text, expected in SCENARIOS:
        value = in_json(name, operator, text)
        page = await caller.query({"filter": {f"a_{name}": {operator: value}}, "sort": ["id"]})
        assert (name, operator, value, numbers(page.data)) == (name, operator, value, expected)
        beyond = await caller.query({"filter": {f"a_lookup.a_{name}": {operator: value}}, "sort": ["id"]})
        assert (name, operator, value, numbers(beyond.data)) == (name, operator, value, expected)
        complement = await caller.query({"filter": {"not": {f"a_{name}": {operator: value}}}, "sort": ["id"]})
        assert {*numbers(complement.data).split()} == {"1", "2", "3"} - {*expected.split()}


def in_json(name: str, operator: str, text: str) -> Any:
    """The same value as JSON has it."""
    if operator == "null" or name == "boolean":
        return text == "true"
    one: Any = int if name == "integer" else (lambda part: part)
    if name == "datetime":
        one = lambda part: part if "T" in part else f"{part}T00:00:00Z"  # noqa: E731
    return [one(part) for part in text.split(",")] if operator in {"in", "nin", "between"} else one(text)
