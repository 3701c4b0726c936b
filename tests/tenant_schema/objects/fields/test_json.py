"""``json`` keeps any value but null."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piccolo.columns import Text

from tenant_schema.objects.errors import InvalidValue
from tests.tenant_schema.objects.fields.making import make_field, parse, refusal

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES.filter(lambda value: value is not None))
def test_every_value_comes_back(value: object) -> None:
    field = make_field("json")
    assert field.type.render(parse(field, value), field) == value


def test_a_text_is_kept_with_its_quotes() -> None:
    assert parse(make_field("json"), "{}") == '"{}"'


def test_the_column_takes_text_as_it_is() -> None:
    field = make_field("json")
    assert isinstance(field.type.column(field), Text)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "not-json"),
        ("\ud800", "not-json"),
        (2**63, "out-of-range"),
        ([{"a": nested(29)}], "too-deep"),
        (nested(100_000), "too-deep"),
        ("x" * 64_000, "too-long"),
    ],
)
def test_what_cannot_be_kept_is_refused(given: object, code: str) -> None:
    assert refusal(make_field("json"), given) == code


def test_what_every_database_can_look_into_is_kept() -> None:
    assert refusal(make_field("json"), nested(30)) == ""
    assert refusal(make_field("json"), [2**63 - 1, -(2**63), True]) == ""


@pytest.mark.parametrize("text", ["", "{", "null", "[" * 100_000, "\ud800"])
def test_query_strings_hold_json_too(text: str) -> None:
    field = make_field("json")
    assert field.type.parse_text("[1]", field) == "[1]"
    with pytest.raises(InvalidValue):
        field.type.parse_text(text, field)


def test_it_is_not_looked_into() -> None:
    field = make_field("json")
    assert field.type.operators == {"null"}
    assert not field.type.sortable
