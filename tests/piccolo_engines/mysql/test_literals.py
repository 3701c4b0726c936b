"""Whatever a value is, it goes to the server and comes back unchanged, and never becomes SQL."""

import datetime as dt
import decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from piccolo.columns import Varchar
from piccolo.table import Table

from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.literals import microseconds, quote_name
from tests.piccolo_engines.mysql.tables import bound

MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # one example is one statement


class Anything(Table):
    name = Varchar()


def test_intervals_are_exact() -> None:
    for value in (dt.timedelta.min, dt.timedelta.max, dt.timedelta(microseconds=-1)):
        assert dt.timedelta(microseconds=microseconds(value)) == value


def test_names_are_quoted_whatever_they_contain() -> None:
    assert quote_name('a"b') == '"a""b"'


async def test_texts_bytes_and_numbers(engine: MySQLEngine) -> None:
    bound(engine, Anything)

    async def echo(value: object) -> object:
        (row,) = await Anything.raw("SELECT {} AS value", value)
        return row["value"]

    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    for strategy in (
        texts,
        st.sampled_from(["'", "\\", "\\'", "%s", "%", "{}", "';--", "\0", "\x1a", "😀'"]),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
        st.decimals(-(10**20), 10**20, places=6),
    ):
        values: list[object] = []

        @MANY
        @given(strategy)
        def collect(value: object, values: list[object] = values) -> None:
            values.append(value)

        collect()
        for value in values[:60]:
            assert await echo(value) == value
    for content in (b"", bytes(range(256)), b"\\'%s\0"):
        (row,) = await Anything.raw("SELECT HEX({}) AS value", content)
        assert bytes.fromhex(row["value"]) == content
    assert await echo(decimal.Decimal("1E+3")) == 1000
