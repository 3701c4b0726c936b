"""Every column type is created, written, read back the same, found, ordered and indexed, on both servers."""

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from piccolo import columns as c
from piccolo.columns.column_types import Blob, Float
from piccolo.columns.defaults.date import DateCustom, DateNow, DateOffset
from piccolo.columns.defaults.interval import IntervalCustom
from piccolo.columns.defaults.numeric import InfinityDecimal, NegativeInfinityDecimal
from piccolo.columns.defaults.real import InfinityFloat, NegativeInfinityFloat
from piccolo.columns.defaults.time import TimeCustom, TimeNow, TimeOffset
from piccolo.columns.defaults.timestamp import TimestampCustom, TimestampNow, TimestampOffset
from piccolo.columns.defaults.timestamptz import TimestamptzCustom, TimestamptzNow, TimestamptzOffset
from piccolo.columns.defaults.uuid import UUID4
from piccolo.querystring import QueryString
from piccolo.table import Table, create_table_class

from piccolo_engines.errors import CheckViolation, DataTooLong, UnstorableValue, Unsupported
from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import created

PARIS = dt.timezone(dt.timedelta(hours=2))
NEW_YORK = dt.timezone(dt.timedelta(hours=-5))


class Colour(enum.Enum):
    red = "r"


CASES: dict[str, tuple[Callable[..., c.Column], list[Any]]] = {
    "Varchar": (
        lambda **k: c.Varchar(length=60, **k),
        ["", "a", "a ", "B", 'it\'s \\ %s {} "q"', "Zürich 😀"],
    ),
    "Varchar without length": (lambda **k: c.Varchar(length=None, **k), ["a", "x" * 100_000]),
    "Char": (lambda **k: c.Char(length=2, **k), ["GB", "US"]),
    "Email": (lambda **k: c.Email(**k), ["a@example.com", "b@example.com"]),
    "Secret": (lambda **k: c.Secret(**k), ["s3cret", "t"]),
    "Text": (lambda **k: c.Text(**k), ["", "line\nline\0\x1a", "y" * 200_000]),
    "UUID": (lambda **k: c.UUID(**k), sorted([uuid.uuid4(), uuid.uuid4(), uuid.UUID(int=0x2727 << 64)])),
    "Integer": (lambda **k: c.Integer(**k), [-(2**31), 0, 2**31 - 1]),
    "BigInt": (lambda **k: c.BigInt(**k), [-(2**63), 0, 2**63 - 1]),
    "SmallInt": (lambda **k: c.SmallInt(**k), [-(2**15), 0, 2**15 - 1]),
    "Boolean": (lambda **k: c.Boolean(**k), [False, True]),
    "Real": (lambda **k: c.Real(**k), [-1.1, 0.0, 3.5e20]),
    "Float": (lambda **k: Float(**k), [-1.1, 1e-7]),
    "DoublePrecision": (
        lambda **k: c.DoublePrecision(**k),
        [float("-inf"), -1.1, 0.1 + 0.2, 1.7976931348623155e308, float("inf")],
    ),
    "Numeric": (
        lambda **k: c.Numeric(**k),
        [
            *(decimal.Decimal("-Infinity"), decimal.Decimal("-1.5")),
            *(decimal.Decimal("1e20") + decimal.Decimal("0.125"), decimal.Decimal("Infinity")),
        ],
    ),
    "Numeric with digits": (
        lambda **k: c.Numeric(digits=(20, 4), **k),
        [decimal.Decimal("-0.0001"), decimal.Decimal("99.99")],
    ),
    "Decimal": (
        lambda **k: c.Decimal(digits=(5, 2), **k),
        [decimal.Decimal("1.00"), decimal.Decimal("999.99")],
    ),
    "Date": (lambda **k: c.Date(**k), [dt.date(1000, 1, 1), dt.date(9999, 12, 31)]),
    "Time": (lambda **k: c.Time(**k), [dt.time(0, 0), dt.time(23, 59, 59, 999999)]),
    "Timestamp": (
        lambda **k: c.Timestamp(**k),
        [dt.datetime(1900, 1, 1), dt.datetime(2100, 2, 3, 4, 5, 6, 789)],  # noqa: DTZ001 - a naive column
    ),
    "Timestamptz": (
        lambda **k: c.Timestamptz(**k),
        [dt.datetime(1969, 1, 1, tzinfo=dt.UTC), dt.datetime(2039, 1, 1, 1, 2, 3, 456789, tzinfo=PARIS)],
    ),
    "Interval": (
        lambda **k: c.Interval(**k),
        [dt.timedelta(days=-3, microseconds=1), dt.timedelta(0), dt.timedelta(days=4000, seconds=5)],
    ),
    "Bytea": (lambda **k: c.Bytea(**k), [b"", bytes(range(256)), b"\xff%s'\\"]),
    "Blob": (lambda **k: Blob(**k), [b"a"]),
    "JSON": (lambda **k: c.JSON(**k), ['{"a": [1, "x"]}', "[]", '"%s {}"', "1.5"]),
    "JSONB": (lambda **k: c.JSONB(**k), ['{"a": "\\u0000 \\"q\\""}', "null"]),
    "Array of integers": (lambda **k: c.Array(c.Integer(), **k), [[], [1, 2, 3]]),
    "Array of arrays": (lambda **k: c.Array(c.Array(c.Varchar()), **k), [[["a'", "b"], []]]),
    "Array of aware datetimes": (
        lambda **k: c.Array(c.Timestamptz(), **k),
        [[dt.datetime(2039, 1, 1, 1, 2, 3, 456789, tzinfo=dt.UTC)]],
    ),
    "Array of dates": (lambda **k: c.Array(c.Date(), **k), [[dt.date(2020, 1, 2)]]),
}
UNORDERED = ("Array", "Bytea", "Blob", "JSON")


def table_with(column: c.Column, name: str = "sample") -> type[Table]:
    return create_table_class("Sample", class_kwargs={"tablename": name}, class_members={"value": column})


@pytest.mark.parametrize("name", CASES)
async def test_values_come_back_as_they_were_and_are_found(engine: MySQLEngine, name: str) -> None:
    make, values = CASES[name]
    table = table_with(make())
    async with created(engine, table):
        await table.insert(*(table(value=value) for value in values))
        rows = await table.select().order_by(table._meta.primary_key)
        assert [row["value"] for row in rows] == values
        assert [type(row["value"]) for row in rows] == [type(value) for value in values]
        objects = await table.objects().order_by(table._meta.primary_key)
        assert [one.value for one in objects] == values  # type: ignore[attr-defined]  # made above
        for value in values:
            found = await table.select(table.value).where(table.value == value)  # type: ignore[attr-defined]  # made above
            assert found == [{"value": value}]
        raw = await table.raw("SELECT * FROM sample ORDER BY id")
        assert [row["value"] for row in raw] == values


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith(UNORDERED)])
async def test_values_are_ordered_and_compared(engine: MySQLEngine, name: str) -> None:
    make, values = CASES[name]
    table = table_with(make())
    async with created(engine, table):
        await table.insert(*(table(value=value) for value in reversed(values)))
        column: Any = table.value  # type: ignore[attr-defined]  # made above
        ordered = await table.select(column).order_by(column).output(as_list=True)
        assert ordered == sorted(values)
        assert await table.count().where(column > values[0]) == len(values) - 1
        assert await table.select(column).where(column.is_in(values[:2])).order_by(column).output(
            as_list=True
        ) == sorted(values[:2])
        assert await table.count().where(column.not_in(values[:1])) == len(values) - 1


@pytest.mark.parametrize("name", CASES)
async def test_null_is_stored_and_found(engine: MySQLEngine, name: str) -> None:
    make, values = CASES[name]
    table = table_with(make(null=True, default=None))
    async with created(engine, table):
        await table.insert(table(value=None), table(value=values[0]))
        column: Any = table.value  # type: ignore[attr-defined]  # made above
        assert await table.select(column).where(column.is_null()) == [{"value": None}]
        assert await table.select(column).where(column.is_not_null()) == [{"value": values[0]}]
        await engine.run_ddl("INSERT INTO sample (id) VALUES (NULL)")
        assert await table.count().where(column.is_null()) == 2


@pytest.mark.parametrize("name", CASES)
async def test_columns_can_be_indexed(engine: MySQLEngine, name: str) -> None:
    make, values = CASES[name]
    table = table_with(make(index=True))
    async with created(engine, table):
        assert "sample_value" in await table.indexes()
        await table(value=values[0]).save()
        assert await table.count().where(table.value == values[0]) == 1  # type: ignore[attr-defined]  # made above
        await table.drop_index([table.value])  # type: ignore[attr-defined]  # made above
        assert "sample_value" not in await table.indexes()


DEFAULTS: dict[str, c.Column] = {
    "Varchar": c.Varchar(default="it's \\ %s"),
    "Enum": c.Varchar(default=Colour.red),
    "Text": c.Text(default="x'y"),
    "Integer": c.Integer(default=7),
    "Boolean": c.Boolean(default=True),
    "Numeric": c.Numeric(digits=(5, 2), default=decimal.Decimal("1.25")),
    "UUID": c.UUID(default=uuid.UUID(int=5)),
    "UUID4": c.UUID(default=UUID4()),
    "Date": c.Date(default=dt.date(2020, 2, 2)),
    "DateNow": c.Date(default=DateNow()),
    "DateCustom": c.Date(default=DateCustom(2020, 2, 29)),
    "TimeCustom": c.Time(default=TimeCustom(3, 4, 5)),
    "TimestamptzCustom": c.Timestamptz(default=TimestamptzCustom(year=2039, month=2)),
    "BigInt": c.BigInt(default=2**40),
    "SmallInt": c.SmallInt(default=-3),
    "Real": c.Real(default=-1.5),
    "Double Precision": c.DoublePrecision(default=0.1),
    "Char": c.Char(length=2, default="GB"),
    "JSONB": c.JSONB(default=[1]),
    "InfinityFloat": c.Real(default=InfinityFloat()),
    "NegativeInfinityFloat": c.DoublePrecision(default=NegativeInfinityFloat()),
    "InfinityDecimal": c.Numeric(default=InfinityDecimal()),
    "NegativeInfinityDecimal": c.Numeric(default=NegativeInfinityDecimal()),
    "Array of texts": c.Array(c.Varchar(), default=["it's"]),
    "Time": c.Time(default=dt.time(1, 2, 3)),
    "Timestamp": c.Timestamp(default=TimestampCustom(year=2021)),
    "TimestampOffset": c.Timestamp(default=TimestampOffset(days=1, hours=2)),
    "Timestamptz": c.Timestamptz(default=TimestamptzNow()),
    "TimestamptzOffset": c.Timestamptz(default=TimestamptzOffset(days=-1)),
    "Interval": c.Interval(default=IntervalCustom(days=2, seconds=3)),
    "JSON": c.JSON(default={"a": ["'", 1]}),
    "Bytea": c.Bytea(default=b"\x00\xff"),
    "Array": c.Array(c.Integer(), default=[1, 2]),
}
MOVING = ("UUID4", "TimestampOffset", "Timestamptz", "TimestamptzOffset")


@pytest.mark.parametrize("name", DEFAULTS)
async def test_the_database_knows_the_default(engine: MySQLEngine, name: str) -> None:
    table = table_with(DEFAULTS[name].copy())
    async with created(engine, table):
        await engine.run_ddl("INSERT INTO sample (id) VALUES (NULL)")
        await table().save()
        by_database, by_piccolo = (
            await table.select(table.value).order_by(table._meta.primary_key).output(as_list=True)
        )  # type: ignore[attr-defined]  # made above
        assert type(by_database) is type(by_piccolo)
        if name not in MOVING:
            assert by_database == by_piccolo


@pytest.mark.parametrize(
    "column",
    [
        c.Date(default=DateOffset(days=1)),
        c.Time(default=TimeOffset(1, 2, 3)),
        c.Time(default=TimeNow()),
        c.Timestamp(default=TimestampNow()),
    ],
)
async def test_what_moves_is_a_default_in_the_database(engine: MySQLEngine, column: c.Column) -> None:
    table = table_with(column)
    async with created(engine, table):
        await engine.run_ddl("INSERT INTO sample (id) VALUES (NULL)")
        assert await table.count() == 1


async def test_numbers_are_drawn_for_serial_keys(engine: MySQLEngine) -> None:
    class Numbered(Table):
        id = c.BigSerial(primary_key=True)

    async with created(engine, Numbered):
        rows = [Numbered() for _ in range(3)]
        await Numbered.insert(*rows)
        assert [row.id for row in rows] == [1, 2, 3]


async def test_a_uuid_may_be_given_as_text(engine: MySQLEngine) -> None:
    table = table_with(c.UUID())
    async with created(engine, table):
        key = uuid.uuid4()
        await table(value=str(key)).save()
        assert await table.select(table.value).where(table.value == str(key)) == [{"value": key}]  # type: ignore[attr-defined]  # made above


@pytest.mark.parametrize("value", [float("nan"), decimal.Decimal("NaN"), object()])
async def test_what_cannot_be_stored_is_refused(engine: MySQLEngine, value: object) -> None:
    table = table_with(c.DoublePrecision())
    async with created(engine, table):
        with pytest.raises(UnstorableValue):
            await table(value=value).save()


async def test_what_is_too_long_or_too_big_is_refused(engine: MySQLEngine) -> None:
    class Short(Table):
        text = c.Varchar(length=3)
        number = c.SmallInt()

    async with created(engine, Short):
        with pytest.raises(DataTooLong) as too_long:
            await Short(text="abcd").save()
        assert too_long.value.column == "text"
        with pytest.raises(UnstorableValue):
            await Short(number=40_000).save()
        assert await Short.count() == 0


async def test_moments_that_utc_does_not_have_are_refused(engine: MySQLEngine) -> None:
    table = table_with(c.Timestamptz())
    async with created(engine, table):
        for moment in (dt.datetime.min.replace(tzinfo=PARIS), dt.datetime(9999, 12, 31, 23, tzinfo=NEW_YORK)):
            with pytest.raises(UnstorableValue, match="in UTC"):
                await table(value=moment).save()


async def test_what_is_no_json_fails_a_check(engine: MySQLEngine) -> None:
    table = table_with(c.JSON())
    async with created(engine, table):
        with pytest.raises(CheckViolation) as violation:
            await table(value="{").save()
        assert violation.value.constraint == f"{table._meta.tablename}.value"


async def test_a_statement_beyond_what_the_server_takes_is_too_long(engine: MySQLEngine) -> None:
    (limit,) = await engine.run_querystring(QueryString("SELECT @@max_allowed_packet AS bytes"))
    for _ in range(2):
        with pytest.raises(DataTooLong):
            await engine.run_querystring(QueryString("SELECT LENGTH({})", "x" * (limit["bytes"] + 1_000_000)))
        one = await engine.run_querystring(QueryString("SELECT 1 AS one"))
        assert one == [{"one": 1}]


async def test_long_texts_cannot_be_unique(engine: MySQLEngine) -> None:
    table = table_with(c.Text(unique=True))
    table._meta.db = engine
    with pytest.raises(Unsupported, match=r"Varchar\(length=…\)"):
        await table.create_table()
