"""Parts of dates and times, and the same moment elsewhere: what PostgreSQL answers, in the same types."""

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from piccolo.columns import Date, Interval, Time, Timestamp, Timestamptz, Varchar
from piccolo.query.functions import AtTimeZone, Avg, Case, Cast, Coalesce, Extract, Max, When, Year
from piccolo.table import Table

from piccolo_engines.errors import Unsupported
from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import created

NAIVE = dt.datetime(2020, 2, 29, 13, 14, 15, 999999)  # noqa: DTZ001 - a naive column
AWARE = dt.datetime(2020, 2, 29, 10, 14, 15, 999999, tzinfo=dt.UTC)


class Moment(Table):
    naive = Timestamp(null=True)
    aware = Timestamptz(null=True)
    day = Date(null=True)
    at = Time(null=True)
    took = Interval(null=True)
    name = Varchar()


@pytest.fixture
async def moments(engine: MySQLEngine) -> AsyncIterator[MySQLEngine]:
    async with created(engine, Moment):
        await Moment(
            naive=NAIVE,
            aware=AWARE,
            day=dt.date(1989, 12, 31),
            at=dt.time(10, 30, 0, 5),
            took=dt.timedelta(days=-1, hours=2, minutes=3, seconds=4, microseconds=5),
        ).save()
        yield engine


async def only(expression: Any) -> object:
    row = await Moment.select(expression).first()
    assert row is not None
    (value,) = row.values()
    return value


OF_TIMESTAMPS = {
    "century": 21, "day": 29, "decade": 202, "dow": 6, "doy": 60, "epoch": "1582982055.999999", "hour": 13,
    "isodow": 6, "isoyear": 2020, "julian": "2458909.5515740740625", "microseconds": 15999999,
    "millennium": 3, "milliseconds": "15999.999", "minute": 14, "month": 2, "quarter": 1,
    "second": "15.999999", "week": 9, "year": 2020,
}  # fmt: skip
OF_TIMES = {
    "epoch": "37800.000005", "hour": 10, "microseconds": 5, "milliseconds": "0.005", "minute": 30,
    "second": "0.000005",
}  # fmt: skip
OF_INTERVALS = {
    "century": 0, "day": -1, "decade": 0, "epoch": "-79015.999995", "hour": 2, "microseconds": 4000005,
    "millennium": 0, "milliseconds": "4000.005", "minute": 3, "month": 0, "quarter": 1,
    "second": "4.000005", "year": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "parts"), [("naive", OF_TIMESTAMPS), ("at", OF_TIMES), ("took", OF_INTERVALS)]
)
async def test_parts(moments: MySQLEngine, column: str, parts: dict[str, object]) -> None:
    for part, expected in parts.items():
        value = await only(Extract(getattr(Moment, column), part))  # type: ignore[arg-type]  # a Literal
        assert (part, value) == (part, Decimal(str(expected)))
        assert type(value) is Decimal


async def test_parts_that_a_column_does_not_have_are_refused(moments: MySQLEngine) -> None:
    for column, part in ((Moment.at, "year"), (Moment.took, "dow")):
        with pytest.raises(Unsupported, match=part):
            Extract(column, part)  # type: ignore[arg-type]  # a Literal


async def test_results_are_called_as_in_postgresql(moments: MySQLEngine) -> None:
    row = await Moment.select(Extract(Moment.naive, "day")).first()
    assert row == {"extract": 29}
    assert await Moment.select(Year(Moment.aware)).first() == {"extract": 2020}


async def test_the_same_moment_elsewhere(moments: MySQLEngine) -> None:
    west = dt.timedelta(hours=5)
    assert await only(AtTimeZone(Moment.aware, west)) == dt.datetime(2020, 2, 29, 5, 14, 15, 999999)  # noqa: DTZ001 - naive
    taken_as_western = await only(AtTimeZone(Moment.naive, west))
    assert taken_as_western == dt.datetime(2020, 2, 29, 18, 14, 15, 999999, tzinfo=dt.UTC)
    assert await only(AtTimeZone(Moment.aware, "UTC")) == AWARE.replace(tzinfo=None)
    assert await only(AtTimeZone(AtTimeZone(Moment.aware, west), "UTC")) == AWARE - west
    with pytest.raises(Unsupported):
        AtTimeZone(Moment.at, "UTC")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (lambda: Coalesce(Moment.day, dt.date(2000, 1, 1)), dt.date(1989, 12, 31)),
        (lambda: Coalesce(Moment.at, dt.time(1)), dt.time(10, 30, 0, 5)),
        (lambda: Coalesce(Moment.naive, NAIVE), NAIVE),
        (lambda: Coalesce(Moment.aware, AWARE - dt.timedelta(1)), AWARE),
        (lambda: Case(When(Moment.name == "", then=Moment.aware), default=AWARE), AWARE),
        (lambda: Max(Moment.aware), AWARE),
        (lambda: Avg(Moment.took), dt.timedelta(days=-1, seconds=7384, microseconds=5)),
        (lambda: Cast(Moment.day, Varchar()), "1989-12-31"),
    ],
)
async def test_beside_literals_they_stay_what_they_are(
    moments: MySQLEngine, expression: Any, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piccolo.table.engine_finder", lambda: moments)  # Case asks for it
    value = await only(expression())
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("column", "change", "expected"),
    [
        ("day", dt.timedelta(days=60), dt.date(1990, 3, 1)),
        ("day", dt.timedelta(days=-31), dt.date(1989, 11, 30)),
        ("at", dt.timedelta(hours=20, microseconds=1), dt.time(6, 30, 0, 6)),
        ("at", -dt.timedelta(hours=11), dt.time(23, 30, 0, 5)),
        ("naive", dt.timedelta(days=1, microseconds=1), dt.datetime(2020, 3, 1, 13, 14, 16)),  # noqa: DTZ001 - naive
        ("aware", -dt.timedelta(weeks=1), AWARE - dt.timedelta(weeks=1)),
        ("took", dt.timedelta(days=2), dt.timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5)),
    ],
)
async def test_moving_them_by_a_timedelta(
    moments: MySQLEngine, column: str, change: dt.timedelta, expected: object
) -> None:
    moved: Any = getattr(Moment, column)
    await Moment.update({moved: moved + change}).where(Moment.name == "")
    assert await only(moved) == expected
    await Moment.update({moved: moved - change}, force=True)
    assert await Moment.count() == 1
