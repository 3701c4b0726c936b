"""Decimals of many digits as texts: equal when the numbers are, and in the order of the numbers."""

import sqlite3
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from piccolo_engines.sqlite.exact_decimals import (
    ExactDecimal,
    decimal_key,
    decimal_of,
    register_functions,
    to_exact,
)

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**28), max_value=10**28)
NEAR = st.sampled_from(["0", "-0", "0.5", "-0.5", "1", "-1", "9.99", "-9.99", "10", "-10"]).map(Decimal)


@given(NUMBERS | NEAR, NUMBERS | NEAR)
def test_texts_are_in_the_order_of_the_numbers(one: Decimal, other: Decimal) -> None:
    left, right = decimal_key(one), decimal_key(other)
    assert (left < right, left == right) == (one < other, one == other)
    assert (left.encode() < right.encode()) == (one < other)


@given(NUMBERS)
def test_a_number_comes_back_to_the_last_digit(number: Decimal) -> None:
    found = to_exact(decimal_key(number).encode())
    assert found == number
    assert isinstance(found, ExactDecimal)


def test_noughts_at_the_end_make_no_difference() -> None:
    assert decimal_key(Decimal("12.50")) == decimal_key(Decimal("12.5"))
    assert decimal_key(Decimal("1E+2")) == decimal_key(Decimal("100.000"))
    assert decimal_key(Decimal("-0.00")) == decimal_key(Decimal(0))


def test_sqlite_sums_converts_and_measures_them() -> None:
    connection = sqlite3.connect(":memory:")
    register_functions(connection)
    connection.execute("CREATE TABLE t (n DECIMALTEXT)")
    numbers = [ExactDecimal("99999999999999999999.9999"), ExactDecimal("-0.0001"), ExactDecimal("1")]
    connection.executemany("INSERT INTO t VALUES (?)", [(one,) for one in [*numbers, None]])
    row = connection.execute("SELECT DECIMAL_SUM(n), DECIMAL_AVERAGE(n), MIN(n), MAX(n) FROM t").fetchone()
    total, average, least, most = (decimal_of(key) for key in row)
    assert (total, least, most) == (Decimal("100000000000000000000.9998"), numbers[1], numbers[0])
    assert str(average).startswith("33333333333333333333.666")
    nothing = "SELECT DECIMAL_SUM(n), DECIMAL_AVERAGE(n) FROM t WHERE 0"
    assert connection.execute(nothing).fetchone() == (None, None)
    conversion = "SELECT DECIMAL_KEY(12.5), DECIMAL_KEY(7), DECIMAL_KEY(0.1 + 0.2)"
    converted = connection.execute(conversion).fetchone()
    assert [str(decimal_of(key)) for key in converted] == ["12.5", "7", "0.3"]
    assert connection.execute("SELECT DECIMAL_TEXT(n) FROM t").fetchall() == [
        *((f"{one:f}",) for one in numbers),
        (None,),
    ]
    fits = connection.execute("SELECT DECIMAL_FITS(n, 24, 4), DECIMAL_FITS(n, 5, 3) FROM t").fetchall()
    assert fits == [(1, 0), (1, 0), (1, 1), (None, None)]
    connection.close()
