"""Whatever a value is, it goes to the server and comes back unchanged, and never becomes SQL."""

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from piccolo.columns import Varchar
from piccolo.table import Table

from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.literals import microseconds, quote_name
from tests.piccolo_engines.mysql.tables import bound

MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # one example is one statement


class Anything(Table):
    name = Varchar()


def test_intervals_are_exact() -> None:
    for value in (dt.timedelta.min, dt.timedelta.max, dt.timedelta(microseconds=-1)):
        assert dt.timedelta(microseconds=microseconds(value)) == value


def test_names_are_quoted_whatever_they_contain() -> None:
    assert quote_name('a"b') == '"a""b"'


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NASTY = st.sampled_from(["'", "\\", "\\'", "%s", "%", "{}", "';--", "\0", "\x1a", "😀'"])
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(
    allow_nan=False, allow_infinity=False, allow_subnormal=False
)
DECIMALS = st.decimals(-(10**20), 10**20, places=6)


@MANY
@given(value=TEXTS | NASTY | NUMBERS | DECIMALS)
async def test_values_come_back_unchanged(engine: MySQLEngine, value: object) -> None:
    bound(engine, Anything)
    assert await Anything.raw("SELECT {} AS value", value) == [{"value": value}]


@MANY
@given(content=st.binary(max_size=60))
async def test_bytes_come_back_unchanged(engine: MySQLEngine, content: bytes) -> None:
    bound(engine, Anything)
    (row,) = await Anything.raw("SELECT HEX({}) AS value", content)
    assert bytes.fromhex(row["value"]) == content
