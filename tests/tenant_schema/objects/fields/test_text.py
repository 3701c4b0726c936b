"""``text`` keeps a line of limited length, composed."""

import pytest
from piccolo.columns import Varchar

from tests.tenant_schema.objects.fields.making import make_field, parse, problems_of, refusal


@pytest.mark.parametrize(
    ("given", "kept"), [("", ""), ("Ann", "Ann"), ("e\u0301", "é"), ("🚀", "🚀"), ("a\tb\n", "a\tb\n")]
)
def test_text_is_kept_composed(given: str, kept: str) -> None:
    assert parse(make_field("text"), given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "not-text"),
        (5, "not-text"),
        (True, "not-text"),
        (["a"], "not-text"),
        ("a\x00b", "nul-character"),
        ("\ud800", "invalid-unicode"),
        ("x" * 256, "too-long"),
    ],
)
def test_what_is_no_text_is_refused(given: object, code: str) -> None:
    assert refusal(make_field("text"), given) == code


def test_length_counts_characters_after_composing() -> None:
    field = make_field("text", maxLength=3)
    assert parse(field, "e\u0301" * 3) == "ééé"
    assert parse(field, "🚀🚀🚀") == "🚀🚀🚀"
    assert refusal(field, "🚀🚀🚀🚀") == "too-long"


def test_settings_have_defaults_and_limits() -> None:
    assert make_field("text").settings == {"maxLength": 255}
    assert make_field("text", maxLength=None).settings == {"maxLength": 255}
    assert problems_of("text", maxLength=0, other=1) == {
        "maxLength": "out-of-range",
        "other": "unknown-setting",
    }
    assert (
        problems_of("text", maxLength="9")
        == problems_of("text", maxLength=True)
        == {"maxLength": "out-of-range"}
    )


def test_a_filter_may_look_for_any_text() -> None:
    field = make_field("text", maxLength=3)
    assert field.type.parse_text("longer than that", field) == "longer than that"


def test_the_column_is_as_long_as_the_field() -> None:
    column = make_field("text", maxLength=40).type.column(make_field("text", maxLength=40))
    assert isinstance(column, Varchar)
    assert (column.length, column._meta.null, column._meta.db_column_name) == (40, True, "field_0a1b")


def test_only_what_fits_into_an_index_can_be_indexed() -> None:
    short, long = make_field("text", maxLength=768), make_field("text", maxLength=769)
    assert short.type.indexable(short)
    assert not long.type.indexable(long)
