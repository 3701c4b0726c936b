"""``auto_number``: formats that people can read and that never give the same text twice."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.auto_number import number_format
from tenant_schema.objects.fields.number_format import LONGEST_NUMBER, NumberFormat
from tests.tenant_schema.objects.fields.making import make_field, problems_of

DAY = dt.date(2026, 2, 8)
TOKENS = st.sampled_from(["{YYYY}", "{YY}", "{MM}", "{DD}", "-", "1", "0", "INV", " ", "ä", "\\d", "%"])
NUMBERS, DAYS = st.integers(0, 2**63 - 1), st.dates(dt.date(1000, 1, 1))
FORMATS = st.tuples(
    st.lists(TOKENS, max_size=3),
    st.integers(1, 12).map(lambda zeros: f"{{{'0' * zeros}}}"),
    st.lists(TOKENS, max_size=3),
).map(lambda parts: "".join([*parts[0], parts[1], *parts[2]]))


@pytest.mark.parametrize(
    ("text", "number", "written"),
    [
        ("INV-{0000}", 42, "INV-0042"),
        ("INV-{0000}", 12345, "INV-12345"),
        ("{YYYY}/{MM}-{000}", 42, "2026/02-042"),
        ("{YY}{MM}{DD}-{0}", 42, "260208-42"),
        ("{0}", 0, "0"),
        ("№ {000000000000}%s", 2**63 - 1, "№ 9223372036854775807%s"),
    ],
)
def test_a_number_is_written_as_the_format_says(text: str, number: int, written: str) -> None:
    assert NumberFormat.read(text).text(number, DAY) == written
    assert NumberFormat.read(text).number(written) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", "INV", "{0}{0}", "{1}", "{}", "{0", "0}", "{{0}}", "{yyyy}-{0}", "{YYYY}", "{0000000000000}"),
        *(" {0}", "{0} ", "a\n{0}", "x" * 38 + "{0}", "{0}\x00", None, 5, ["{0}"], "{YYY}{0}", "{ 0 }"),
    ],
)
def test_what_is_no_format_is_refused(text: object) -> None:
    with pytest.raises(InvalidValue):
        NumberFormat.read(text)
    if text is not None:
        assert set(problems_of("auto_number", format=text)) == {"format"}


def test_settings_have_defaults_and_limits() -> None:
    assert make_field("auto_number").settings == {"format": "{0000}", "start": 1}
    assert problems_of("auto_number", start=-1) == {"start": "out-of-range"}
    assert problems_of("auto_number", format="x", start=10**16, maxLength=5) == {
        "format": "invalid-format",
        "start": "out-of-range",
        "maxLength": "unknown-setting",
    }


def test_the_system_writes_it_and_it_is_unique() -> None:
    field = make_field("auto_number")
    assert field.type.generated
    assert field.type.indexable(field)
    assert number_format(field).text(7, DAY) == "0007"


@given(FORMATS, NUMBERS, NUMBERS, DAYS, DAYS)
def test_two_numbers_never_look_the_same(
    text: str, one: int, other: int, day: dt.date, another_day: dt.date
) -> None:
    assume(text == text.strip() and len(text) <= 40)
    made = NumberFormat.read(text)
    written = made.text(one, day)
    assert made.number(written) == one
    assert len(written) <= LONGEST_NUMBER
    assert one == other or written != made.text(other, another_day)
