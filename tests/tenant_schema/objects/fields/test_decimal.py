"""``decimal``, ``currency`` and ``percent`` keep exact numbers and show them with all their decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piccolo.columns import Numeric

from tests.tenant_schema.objects.fields.making import make_field, parse, problems_of, refusal


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        *(
            ("12.5", "12.50"),
            ("-0", "0.00"),
            ("0.1", "0.10"),
            ("+7", "7.00"),
            (7, "7.00"),
            (0.1 + 0.2, "0.30"),
        ),
        *(
            (1234567.89, "1234567.89"),
            ("9999999999999.99", "9999999999999.99"),
            (-0.0, "0.00"),
            ("1.500", "1.50"),
        ),
    ],
)
def test_currency_keeps_cents(given: object, kept: str) -> None:
    field = make_field("currency")
    assert field.type.render(parse(field, given), field) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        *(
            (value, "not-a-decimal")
            for value in (None, True, "", "1e3", "1_0", "\u0661", " 1", "1.", ".5", "NaN", "Infinity", [])
        ),
        *((value, "not-a-decimal") for value in (float("nan"), float("inf"), "1" * 100)),
        *((value, "too-many-digits") for value in ("10000000000000", 1e13, -1e300, 10**400)),
        *((value, "too-many-decimals") for value in ("0.001", 0.001, 1e-300, "9999999999999.999")),
    ],
)
def test_what_does_not_fit_is_refused(given: object, code: str) -> None:
    assert refusal(make_field("currency"), given) == code


def test_the_field_chooses_its_digits() -> None:
    field = make_field("decimal", precision=5, scale=3)
    assert parse(field, "99.999") == Decimal("99.999")
    assert refusal(field, "100") == "too-many-digits"
    column = field.type.column(field)
    assert isinstance(column, Numeric)
    assert column.digits == (5, 3)


def test_a_decimal_may_be_all_behind_the_point_or_all_before() -> None:
    fraction, whole = make_field("decimal", precision=2, scale=2), make_field("decimal", precision=3, scale=0)
    assert fraction.type.render(parse(fraction, "0.25"), fraction) == "0.25"
    assert refusal(fraction, 1) == "too-many-digits"
    assert whole.type.render(parse(whole, 250), whole) == "250"
    assert refusal(whole, "0.5") == "too-many-decimals"


def test_settings_are_limited_to_what_every_database_keeps_exactly() -> None:
    assert make_field("decimal").settings == {"precision": 15, "scale": 2}
    assert make_field("decimal", precision=1).settings == {"precision": 1, "scale": 1}
    assert make_field("decimal", precision=38, scale=30).settings == {"precision": 38, "scale": 30}
    assert problems_of("decimal", precision=38, scale=31) == {"scale": "out-of-range"}
    assert problems_of("decimal", precision=39) == {"precision": "out-of-range"}
    assert problems_of("decimal", precision=4, scale=5) == {"scale": "out-of-range"}
    assert problems_of("currency", scale=3) == {"scale": "unknown-setting"}


@pytest.mark.parametrize(
    ("precision", "scale", "text"),
    [
        (19, 4, "123456789012345.6789"),
        (38, 0, "-" + "9" * 38),
        (38, 30, "12345678." + "1234567890" * 3),
        (30, 30, "0." + "1234567890" * 3),
        (38, 10, "9999999999999999999999999999.0123456789"),
    ],
)
def test_up_to_38_digits_are_kept_to_the_last_one(precision: int, scale: int, text: str) -> None:
    field = make_field("decimal", precision=precision, scale=scale)
    assert field.type.render(parse(field, text), field) == text
    assert refusal(field, f"{text}1" if scale else f"{text}.1") == "too-many-decimals"
    assert refusal(field, "1" * (precision - scale + 1)) == "too-many-digits"


def test_percentages_may_pass_a_hundred() -> None:
    field = make_field("percent")
    assert field.type.render(parse(field, "12345.5"), field) == "12345.50"
    assert refusal(field, "123456") == "too-many-digits"


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=2, min_value=-(10**13) + 1, max_value=10**13 - 1
    )
)
def test_amounts_survive_being_kept_as_a_double(amount: Decimal) -> None:
    field = make_field("currency")
    value = parse(field, str(amount))
    assert field.type.render(Decimal(repr(float(value))), field) == field.type.render(value, field)
