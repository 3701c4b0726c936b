"""``integer`` keeps whole numbers of 64 bits."""

import pytest
from piccolo.columns import BigInt

from tenant_schema.objects.errors import InvalidValue
from tests.tenant_schema.objects.fields.making import make_field, parse, refusal


@pytest.mark.parametrize(
    ("given", "kept"), [(0, 0), (-5, -5), (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), (3.0, 3)]
)
def test_whole_numbers_are_kept(given: object, kept: int) -> None:
    value = parse(make_field("integer"), given)
    assert value == kept
    assert type(value) is int


@pytest.mark.parametrize(
    ("given", "code"),
    [
        *(
            (value, "not-an-integer")
            for value in (None, True, False, 1.5, "5", [], float("nan"), float("inf"), 1e300)
        ),
        *((value, "out-of-range") for value in (2**63, -(2**63) - 1, 10**100)),
    ],
)
def test_everything_else_is_refused(given: object, code: str) -> None:
    assert refusal(make_field("integer"), given) == code


def test_query_strings_hold_digits() -> None:
    field = make_field("integer")
    assert field.type.parse_text("-42", field) == -42
    for text in ("", "4.0", "1e3", " 1", "٣", "1_000", "0x10", "9" * 5000):
        with pytest.raises(InvalidValue):
            field.type.parse_text(text, field)


def test_the_column_holds_64_bits() -> None:
    assert isinstance(make_field("integer").type.column(make_field("integer")), BigInt)
