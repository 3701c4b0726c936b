"""``select`` and ``multi_select`` keep options that their field defines."""

import pytest
from piccolo.columns import Text, Varchar

from tenant_schema.objects.errors import InvalidValue
from tests.tenant_schema.objects.fields.making import make_field, parse, problems_of, refusal


def test_an_option_is_kept() -> None:
    assert parse(make_field("select"), "won") == "won"


def test_another_text_is_refused_with_the_nearest_option() -> None:
    field = make_field("select")
    with pytest.raises(InvalidValue) as refused:
        field.type.parse("losst", field)
    assert (refused.value.code, refused.value.did_you_mean) == ("not-an-option", "lost")
    assert refused.value.message == "must be one of: new, won, lost"


@pytest.mark.parametrize("type_name", ["select", "multi_select"])
@pytest.mark.parametrize(
    ("options", "named", "more"), [(20, 20, ""), (21, 20, " and 1 more"), (500, 20, " and 480 more")]
)
def test_a_refusal_names_twenty_options(type_name: str, options: int, named: int, more: str) -> None:
    field = make_field(type_name, options=[f"o{number}" for number in range(options)])
    with pytest.raises(InvalidValue) as refused:
        field.type.parse_text("O1", field)
    names = ", ".join(f"o{number}" for number in range(named))
    assert refused.value.message == f"must be one of: {names}{more}"
    assert refused.value.did_you_mean == "o1"


def test_a_refusal_has_a_greatest_length() -> None:
    field = make_field("select", options=[f"{number:03}{'x' * 97}" for number in range(30)])
    with pytest.raises(InvalidValue) as refused:
        parse(field, "y")
    assert len(refused.value.message) < 1_000
    assert refused.value.message.endswith(" more")


@pytest.mark.parametrize(
    ("given", "code"), [(None, "not-text"), (1, "not-text"), ("Won", "not-an-option"), (["won"], "not-text")]
)
def test_what_is_no_option_is_refused(given: object, code: str) -> None:
    assert refusal(make_field("select"), given) == code


def test_options_are_completed() -> None:
    assert make_field("select").settings["options"] == [
        {"value": "new", "label": "new"},
        {"value": "won", "label": "won"},
        {"value": "lost", "label": "Lost to a competitor"},
    ]


@pytest.mark.parametrize("options", [None, [], "abc", {}, ["x"] * 501])
def test_options_are_needed(options: object) -> None:
    assert problems_of("select", options=options) == {"options": "options-missing"}


@pytest.mark.parametrize(
    ("option", "code"),
    [
        *(
            ("", "invalid-option"),
            ("a,b", "invalid-option"),
            ('a"', "invalid-option"),
            ("a\\", "invalid-option"),
        ),
        *(
            (" a", "invalid-option"),
            ("a ", "invalid-option"),
            ("a\nb", "invalid-option"),
            ("x" * 101, "invalid-option"),
        ),
        *(
            ("\x00", "nul-character"),
            ("\ud800", "invalid-unicode"),
            (5, "not-an-option"),
            (None, "not-an-option"),
        ),
        *(
            ({"label": "x"}, "not-text"),
            ({"value": "x", "label": ""}, "invalid-option"),
            ({"value": "x", "z": 1}, "not-an-option"),
        ),
    ],
)
def test_every_bad_option_is_told(option: object, code: str) -> None:
    assert problems_of("select", options=["good", option, ""]) == {
        "options.1": code,
        "options.2": "invalid-option",
    }


def test_options_that_differ_only_in_case_are_refused() -> None:
    assert problems_of("select", options=["a", "b", "A"]) == {"options": "duplicate-option"}


def test_a_list_of_options_is_kept_as_json_and_shown_as_a_list() -> None:
    field = make_field("multi_select")
    assert parse(field, ["won", "new"]) == '["won","new"]'
    assert field.type.render('["won","new"]', field) == ["won", "new"]
    assert parse(field, []) == "[]"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "not-a-list"),
        ("won", "not-a-list"),
        (["won", "won"], "duplicate-option"),
        (["wonn"], "not-an-option"),
        ([1], "not-text"),
    ],
)
def test_what_is_no_list_of_options_is_refused(given: object, code: str) -> None:
    assert refusal(make_field("multi_select"), given) == code


def test_a_filter_finds_an_option_within_the_list_and_never_half_of_one() -> None:
    field = make_field("multi_select", options=["tech", "biotech"])
    wanted = field.type.parse_text("tech", field)
    assert wanted == field.type.parse_operand("tech", field)
    assert wanted in parse(field, ["biotech", "tech"])
    assert wanted not in parse(field, ["biotech"])


def test_the_columns_are_text() -> None:
    select, several = make_field("select"), make_field("multi_select")
    assert isinstance(select.type.column(select), Varchar)
    assert isinstance(several.type.column(several), Text)
