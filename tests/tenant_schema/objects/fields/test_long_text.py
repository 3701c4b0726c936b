"""``long_text`` keeps many lines, and is neither sorted by nor indexed."""

from piccolo.columns import Text

from tests.tenant_schema.objects.fields.making import make_field, parse, refusal


def test_lines_are_kept_as_they_are() -> None:
    assert parse(make_field("long_text"), "one\r\n\ttwo\n") == "one\r\n\ttwo\n"


def test_the_longest_fits_into_the_smallest_text_column_of_a_database() -> None:
    field = make_field("long_text")
    longest = "🚀" * 16_000
    assert len(parse(field, longest).encode()) <= 65_535
    assert refusal(field, longest + "x") == "too-long"


def test_it_is_neither_sorted_by_nor_indexed() -> None:
    field = make_field("long_text")
    assert isinstance(field.type.column(field), Text)
    assert not field.type.sortable
    assert not field.type.indexable(field)
    assert "gt" not in field.type.operators
    assert "icontains" in field.type.operators
