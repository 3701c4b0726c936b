"""What holds for every type of field, whatever it is given."""

import datetime as dt
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from piccolo_engines.columns import new_id
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import OPERATORS
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tests.tenant_schema.objects.fields.making import make_field

ANY_TEXT = st.text(st.characters(exclude_categories=()))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
ANY_JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner), max_leaves=10
)
TYPES = sorted(FIELD_TYPES)
FIRST_DAY, FIRST_MOMENT = dt.date(1000, 1, 1), dt.datetime(1000, 1, 1, tzinfo=dt.UTC)

GOOD = {
    "text": st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=80),
    "long_text": st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))),
    "email": st.emails(),
    "url": st.sampled_from(["https://example.com/", "http://[::1]:8000/a?b#c"]),
    "phone": st.from_regex(r"\A\+[1-9][0-9]{5,12}\Z"),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "decimal": st.decimals(places=2, allow_nan=False, min_value=-(10**12), max_value=10**12).map(str),
    "currency": st.decimals(places=2, allow_nan=False, min_value=-(10**12), max_value=10**12).map(str),
    "percent": st.floats(-99_999, 99_999).map(lambda number: round(number, 2)),
    "boolean": st.booleans(),
    "date": st.dates(FIRST_DAY).map(dt.date.isoformat),
    "datetime": st.datetimes(FIRST_MOMENT.replace(tzinfo=None), timezones=st.just(dt.UTC)).map(
        dt.datetime.isoformat
    ),
    "time": st.times().map(dt.time.isoformat),
    "select": st.sampled_from(["new", "won", "lost"]),
    "multi_select": st.lists(st.sampled_from(["new", "won", "lost"]), unique=True),
    "lookup": st.builds(new_id).map(str),
    "auto_number": st.integers(0, 99_999).map(lambda number: f"INV-{number:04}"),
    "json": st.lists(st.integers(0, 9)) | st.text(st.characters(exclude_categories=("Cs",))),
}


NEARLY_VERBATIM = (
    "",
    " ",
    "\t\n",
    "a\x00",
    "é",
    "x" * 1001,
    "+" + "1" * 41,
    "https://A.example/",
    "won ",
    "Won",
    "1\n",
)
"""What a text type changes or refuses."""
SMALLEST = {
    "text": {"maxLength": 1},
    "long_text": {"maxLength": 1},
    "decimal": {"precision": 1, "scale": 1},
    "auto_number": {"format": "{YYYY}-{0}"},
}


def shown(field, stored):
    """What a client sees of a stored value."""
    return msgspec.json.decode(msgspec.json.encode(field.type.render(stored, field)))


def test_the_contract_names_these_types() -> None:
    named = (
        "text long_text email url phone integer decimal currency percent boolean date datetime time select"
    )
    assert set(TYPES) == {*named.split(), "multi_select", "lookup", "auto_number", "json"} == set(GOOD)


@pytest.mark.parametrize("type_name", TYPES)
@settings(max_examples=40)
@given(value=ANY_JSON)
def test_any_json_is_taken_or_refused_as_invalid(type_name: str, value: object) -> None:
    field = make_field(type_name)
    for parse in (field.type.parse, field.type.parse_operand):
        try:
            stored = parse(value, field)
        except InvalidValue:
            continue
        assert stored is not None


@pytest.mark.parametrize("type_name", TYPES)
@settings(max_examples=40)
@given(text=ANY_TEXT)
def test_any_query_string_is_taken_or_refused_as_invalid(type_name: str, text: str) -> None:
    field = make_field(type_name)
    with suppress(InvalidValue):
        assert field.type.parse_text(text, field) is not None


@pytest.mark.parametrize("type_name", TYPES)
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_shown_can_be_given_back(type_name: str, data: st.DataObject) -> None:
    field = make_field(type_name)
    stored = field.type.parse(data.draw(GOOD[type_name]), field)
    assert field.type.parse(shown(field, stored), field) == stored


@pytest.mark.parametrize("type_name", TYPES)
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_given_and_shown_fits_the_schemas(type_name: str, data: st.DataObject) -> None:
    field = make_field(type_name)
    value = data.draw(GOOD[type_name])
    if not isinstance(value, float):  # validators compute multipleOf inexactly
        Draft202012Validator(field.type.input_schema(field)).validate(value)
    Draft202012Validator(field.type.json_schema(field)).validate(shown(field, field.type.parse(value, field)))


@pytest.mark.parametrize("type_name", TYPES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_text_that_is_verbatim_is_stored_as_it_is(type_name: str, data: st.DataObject) -> None:
    for field in (make_field(type_name), make_field(type_name, **SMALLEST.get(type_name, {}))):
        is_verbatim = field.type.verbatim(field)
        if is_verbatim is None:
            continue
        for text in (data.draw(ANY_TEXT), data.draw(GOOD[type_name]), *NEARLY_VERBATIM):
            if isinstance(text, str) and is_verbatim(text):
                assert field.type.parse(text, field) == text
                assert not field.type.is_missing(text)


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("text", "Ann's\t1"),
        ("long_text", "a\nb"),
        ("url", "https://a.example/b?c#d"),
        ("phone", "+49 30 123456"),
        ("select", "won"),
    ],
)
def test_usual_texts_are_verbatim(type_name: str, text: str) -> None:
    is_verbatim = make_field(type_name).type.verbatim(make_field(type_name))
    assert is_verbatim is not None
    assert is_verbatim(text)
    assert not any(map(is_verbatim, ("", " ", "\x00", "é")))


@pytest.mark.parametrize("type_name", TYPES)
def test_the_example_is_one_of_its_values(type_name: str) -> None:
    for field in (make_field(type_name), make_field(type_name, **SMALLEST.get(type_name, {}))):
        example = field.type.example(field)
        stored = field.type.parse(example, field)
        assert shown(field, stored) == example or type_name in {"datetime", "time"}
        for schema in (field.type.input_schema(field), field.type.json_schema(field)):
            Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize("type_name", TYPES)
@settings(max_examples=20)
@given(data=st.data())
def test_what_filters_take_fits_the_schema_of_operands(type_name: str, data: st.DataObject) -> None:
    field = make_field(type_name)
    value = data.draw(GOOD[type_name])
    operands = value if type_name == "multi_select" else [value]
    for operand in operands:
        if not isinstance(operand, float):
            Draft202012Validator(field.type.operand_schema(field)).validate(operand)
        field.type.parse_operand(operand, field)


@pytest.mark.parametrize("type_name", TYPES)
@settings(max_examples=40)
@given(value=LEAVES)
def test_a_plain_type_shows_what_is_stored(type_name: str, value: object) -> None:
    field = make_field(type_name)
    assert not field.type.plain or field.type.render(value, field) is value


@pytest.mark.parametrize("type_name", TYPES)
def test_a_type_is_registered_under_its_name_and_says_what_it_can(type_name: str) -> None:
    field_type = FIELD_TYPES[type_name]
    assert field_type.name == type_name
    assert field_type.label
    assert {"null"} <= field_type.operators <= OPERATORS


@pytest.mark.parametrize("type_name", TYPES)
def test_unknown_settings_are_refused(type_name: str) -> None:
    problems = FIELD_TYPES[type_name].parse_settings({"colour": "red"})[1]
    assert "unknown-setting" in {problem.code for problem in problems if problem.field == "colour"}


@pytest.mark.parametrize("type_name", TYPES)
def test_complete_settings_are_taken_again_unchanged(type_name: str) -> None:
    settings = make_field(type_name).settings
    assert FIELD_TYPES[type_name].parse_settings(settings) == (settings, [])


@pytest.mark.parametrize("type_name", TYPES)
def test_columns_are_nullable_and_have_no_default(type_name: str) -> None:
    column = make_field(type_name).type.column(make_field(type_name))
    assert column._meta.null
    assert column.get_default_value() is None
