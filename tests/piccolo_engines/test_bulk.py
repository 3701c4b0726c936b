"""Whole tables are read as the same lines from every database, and are inserted from them again."""

import asyncio
import contextvars
import datetime as dt
import decimal
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from piccolo import columns as c
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.bulk.kinds import Kind, kind_of
from piccolo_engines.bulk.tables import BulkColumn, BulkTable, bulk_column
from piccolo_engines.bulk.values import canonical_json
from piccolo_engines.columns import ExactNumeric
from piccolo_engines.errors import UnstorableValue, Unsupported
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.bulk.writing import inserts
from piccolo_engines.routed import RoutedEngine
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.exact_decimals import ExactDecimal
from tests.conftest import Found, address_or_skip, cleared

SLOT = RoutedEngine("bulk")
KINDS = ("sqlite", "mariadb", "mysql")


class Everything(Table, db=SLOT):
    """A column of each kind."""

    id = c.UUID(primary_key=True)
    text = c.Varchar(length=100, null=True)
    long = c.Text(null=True)
    number = c.BigInt(null=True)
    flag = c.Boolean(null=True)
    price = c.Numeric(digits=(15, 2), null=True)
    exact = ExactNumeric(digits=(38, 10), null=True)
    some = c.Numeric(null=True)
    ratio = c.DoublePrecision(null=True)
    at = c.Timestamptz(null=True)
    local = c.Timestamp(null=True)
    day = c.Date(null=True)
    clock = c.Time(null=True)
    took = c.Interval(null=True)
    raw = c.Bytea(null=True)
    doc = c.JSON(null=True)


class Child(Table, db=SLOT):
    id = c.UUID(primary_key=True)
    parent = c.ForeignKey(Everything, null=True)


NAMES = (
    *(
        "id",
        "text",
        "long",
        "number",
        "flag",
        "price",
        "exact",
        "some",
        "ratio",
        "at",
        "local",
        "day",
        "clock",
    ),
    *("took", "raw", "doc"),
)
TABLE = BulkTable(
    "everything", tuple([bulk_column(Everything._meta.get_column_by_name(name)) for name in NAMES])
)
CHILD = BulkTable("child", (bulk_column(Child.id), bulk_column(Child.parent)))
IDS = [uuid.UUID(int=number << 64) for number in (1, 2, 0xFFFF)]
UTC = dt.UTC
ROWS: list[dict[str, Any]] = [
    {
        "id": IDS[0],
        "text": "it's \\ % {} \U0001f600",
        "long": "one\ntwo\x00",
        "number": -(2**63),
        "flag": True,
        "price": decimal.Decimal("9999999999999.99"),
        "exact": ExactDecimal("-1234567890123456789012345678.0123456789"),
        "some": decimal.Decimal("12.500"),
        "ratio": 0.1,
        "at": dt.datetime(2026, 2, 28, 12, 30, 0, 250_000, tzinfo=UTC),
        "local": dt.datetime(2026, 2, 28, 12, 30),  # noqa: DTZ001 - what the column is for
        "day": dt.date(2026, 2, 28),
        "clock": dt.time(9, 30),
        "took": dt.timedelta(days=1, microseconds=5),
        "raw": bytes(range(256)),
        "doc": '{"b": [1, 2.50, null], "a": "ü"}',
    },
    {
        "id": IDS[1],
        "flag": False,
        "price": decimal.Decimal("0.10"),
        "exact": ExactDecimal("0"),
        "some": decimal.Decimal("1000"),
        "ratio": 1e300,
        "at": dt.datetime(1000, 1, 1, tzinfo=UTC),
        "local": dt.datetime(2026, 2, 28, 12, 30, 0, 1),  # noqa: DTZ001 - what the column is for
        "clock": dt.time(23, 59, 59, 999_999),
        "doc": "12",
    },
    {"id": IDS[2]},
]
FIRST = [
    "00000000-0000-0001-0000-000000000000",
    "it's \\ % {} \U0001f600",
    "one\ntwo\x00",
    -(2**63),
    True,
    "9999999999999.99",
    "-1234567890123456789012345678.0123456789",
    "12.5",
    0.1,
    "2026-02-28T12:30:00.250000Z",
    "2026-02-28T12:30:00.000000",
    "2026-02-28",
    "09:30:00.000000",
    86_400_000_005,
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xN"
    "Tk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOk"
    "paanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7"
    "/P3+/w==",
    '{"a":"ü","b":[1,2.5,null]}',
]


@asynccontextmanager
async def database(kind: str, found: Found, prefix: str, folder: Path) -> AsyncIterator[Any]:
    """Both tables, empty, in a new database that is bound."""
    if kind == "sqlite":
        engine: Any = SQLiteEngine(folder / "bulk.sqlite", synchronous="OFF")
        with SLOT.bind(engine):
            await Everything.create_table()
            await Child.create_table()
            yield engine
        await engine.close()
        return
    async with cleared(address := address_or_skip(found, kind), prefix) as root:
        await root.run_ddl(f'CREATE DATABASE "{prefix}bulk"')
        engine = MySQLEngine(address.config | {"database": f"{prefix}bulk"}, PoolSettings(max_size=4))
        with SLOT.bind(engine):
            await Everything.create_table()
            await Child.create_table()
            yield engine
        await engine.close()


@pytest.fixture(params=KINDS)
async def engine(
    request: pytest.FixtureRequest, servers_found: Found, prefix: str, tmp_path: Path
) -> AsyncIterator[Any]:
    async with database(request.param, servers_found, prefix, tmp_path) as made:
        yield made


async def lines_of(engine: Any, table: BulkTable = TABLE, limit: int = 2) -> list[Any]:
    lines: list[bytes] = []
    async with engine.snapshot() as snapshot:
        page = await snapshot.read_page(table, None, limit)
        while page.lines:
            lines += page.lines
            page = await snapshot.read_page(table, page.last, limit)
    return [msgspec.json.decode(line) for line in lines]


async def test_values_have_one_form_and_come_back_as_they_were(engine: Any) -> None:
    await Everything.insert(*[Everything(**{**dict.fromkeys(NAMES), **row}) for row in ROWS])
    before = await Everything.select().order_by(Everything.id)
    lines = await lines_of(engine)
    assert lines[0] == FIRST
    assert lines[1][4:9] == [False, "0.10", "0.0000000000", "1000", 1e300]
    assert lines[1][9:] == [
        *("1000-01-01T00:00:00.000000Z", "2026-02-28T12:30:00.000001", None, "23:59:59.999999", None, None),
        "12",
    ]
    assert lines[2] == [str(IDS[2]), *[None] * 15]
    await Everything.delete(force=True)
    async with engine.load() as load:
        await load.write(load.encode(TABLE, lines))
    assert await lines_of(engine) == lines
    after = await Everything.select().order_by(Everything.id)
    assert [{**row, "doc": ""} for row in after] == [{**row, "doc": ""} for row in before]


async def test_a_snapshot_is_one_moment_for_all_its_statements(engine: Any) -> None:
    await Everything.insert(*[Everything(id=one) for one in IDS])
    async with engine.snapshot() as snapshot:
        page = await snapshot.read_page(TABLE, None, 1)

        async def meanwhile() -> None:
            with SLOT.bind(engine):
                await change()

        async def change() -> None:
            await Everything.delete().where(Everything.id == IDS[1])
            await Everything.insert(Everything(id=uuid.UUID(int=9 << 70)))

        await contextvars.Context().run(asyncio.create_task, meanwhile())
        assert await Everything.count() == 3  # Piccolo's queries, too
        rest = await snapshot.read_page(TABLE, page.last, 9)
        assert [msgspec.json.decode(line)[0] for line in rest.lines] == [str(IDS[1]), str(IDS[2])]
        assert await snapshot.count(TABLE) == 3
    assert await Everything.count() == 3


async def test_rows_may_refer_to_rows_that_come_later_and_what_is_missing_is_found(engine: Any) -> None:
    child, parent = str(IDS[0]), str(IDS[1])
    async with engine.load() as load:
        await load.write(load.encode(CHILD, [[child, parent]]))
        await load.keep()
        assert await load.broken_reference() == "child"
        await load.write(load.encode(TABLE, [[parent, *[None] * 15]]))
        assert await load.broken_reference() is None
    with pytest.raises(Exception, match="refers to one that does not exist"):
        await Child.insert(Child(id=IDS[2], parent=IDS[2]))


async def test_a_load_that_fails_leaves_what_was_kept_and_a_connection_that_checks(engine: Any) -> None:
    async def fails() -> None:
        async with engine.load() as load:
            await load.write(load.encode(CHILD, [[str(IDS[0]), str(IDS[1])]]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert await Child.count() == 0
    with pytest.raises(Exception, match="refers to one that does not exist"):
        await Child.insert(Child(id=IDS[2], parent=IDS[2]))


async def test_tables_are_written_together_also_when_they_are_long(engine: Any) -> None:
    long = [[str(uuid.UUID(int=number)), None, "x" * 60_000, *[None] * 13] for number in range(1, 31)]
    children = [[row[0], row[0]] for row in long]
    async with engine.load() as load:
        await load.write(load.encode(TABLE, long), load.encode(CHILD, children), load.encode(CHILD, []))
        assert await load.broken_reference() is None
    assert await lines_of(engine) == long
    assert await lines_of(engine, CHILD) == children


SPARSE = BulkTable(
    "sparse",
    (BulkColumn("id", Kind.INTEGER), BulkColumn("name", Kind.TEXT), BulkColumn("n", Kind.INTEGER)),
    sort_keys=(("name", "name_sort"),),
    is_null_by_default=True,
)


async def test_columns_without_any_value_come_back_without_one(engine: Any) -> None:
    columns = '"name" VARCHAR(50), "name_sort" VARBINARY(512), "n" BIGINT'
    await engine.run_ddl(f'CREATE TABLE "sparse" ("id" INTEGER PRIMARY KEY, {columns})')
    portions = [
        [[1, None, None], [2, None, None]],
        [[3, "Globex", None], [4, None, None]],
        [[5, None, 7], [6, None, None]],
        [[7, "Acme", 8]],
    ]
    async with engine.load() as load:
        for portion in portions:
            await load.write(load.encode(SPARSE, portion))
    assert await lines_of(engine, SPARSE) == [row for portion in portions for row in portion]


def test_an_insert_does_not_name_columns_without_any_value() -> None:
    """The server parses every NULL: a sixth of its time for records with many empty fields."""
    (one,) = inserts(SPARSE, [[1, None, 5], [2, None, None]], 1_000)
    assert one == 'INSERT INTO "sparse" ("id", "n") VALUES (1,5),(2,NULL)'
    (all_of_them,) = inserts(replace(SPARSE, is_null_by_default=False), [[1, None, None]], 1_000)
    assert '"name", "n", "name_sort"' in all_of_them


async def test_a_session_has_the_settings_of_its_server_after_a_load(
    servers_found: Found, prefix: str, tmp_path: Path
) -> None:
    names = ("innodb_ddl_buffer_size", "innodb_ddl_threads", "innodb_parallel_read_threads")
    differ = " OR ".join(f"@@SESSION.{name} <> @@GLOBAL.{name}" for name in names)
    async with database("mysql", servers_found, prefix, tmp_path) as engine:
        async with engine.load():
            assert await engine.run_querystring(QueryString(f"SELECT ({differ}) AS found")) == [{"found": 1}]
        assert await engine.run_querystring(QueryString(f"SELECT ({differ}) AS found")) == [{"found": 0}]


WRONG = [
    ("id", "0190a1b2"), ("id", "x" * 36), ("id", 7), ("text", 7), ("text", {"a": 1}), ("number", "7"),
    ("number", "7); DROP TABLE everything; --"), ("number", True), ("number", 1.5), ("flag", 1),
    ("price", "NaN"), ("price", "1') --"), ("price", 1), ("exact", "Infinity"), ("at", "yesterday"),
    ("at", "2026-02-28T12:30:00.250000'"), ("at", 5), ("day", "2026-02-30"), ("day", "20260228"),
    ("clock", "24:00:00.000000"), ("clock", "09:30"), ("took", "1"), ("raw", "***"), ("raw", 1), ("doc", "{"),
    ("ratio", "1"), ("local", "2026-02-28"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), WRONG)
async def test_what_is_no_value_of_its_kind_is_refused(engine: Any, column: str, value: object) -> None:
    names = [one.name for one in TABLE.columns]
    row: list[object] = [str(IDS[0]), *[None] * 15]
    row[names.index(column)] = value
    with pytest.raises(UnstorableValue):
        async with engine.load() as load:
            await load.write(load.encode(TABLE, [row]))
    assert await Everything.count() == 0


async def test_texts_that_look_like_sql_stay_texts(engine: Any) -> None:
    texts = ["'); DROP TABLE child; --", "\\'", "\\", '"', "%s", "{}", "\x1a\0"]
    async with engine.load() as load:
        for number, text in enumerate(texts, 1):
            await load.write(load.encode(TABLE, [[str(uuid.UUID(int=number)), text, text, *[None] * 13]]))
    assert [line[1] for line in await lines_of(engine)] == texts


def test_a_type_without_a_kind_is_named() -> None:
    class Lists(Table, db=SLOT):
        tags = c.Array(base_column=c.Varchar())

    with pytest.raises(Unsupported, match=r"lists\.tags is a Array"):
        kind_of(Lists.tags)


def test_a_foreign_key_is_of_the_kind_it_refers_to() -> None:
    assert kind_of(Child.parent) is Kind.UUID


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ('{"b":1,"a":{"d":2,"c":3}}', '{"a":{"c":3,"d":2},"b":1}'),
        ("[1e3, 1.0, -0.0, 100000000000000000000000]", "[1000.0,1.0,-0.0,1e+23]"),
        (5, "5"),
        ('"\\u00fc"', '"ü"'),
    ],
)
def test_json_has_one_form(text: object, canonical: str) -> None:
    assert msgspec.json.decode(canonical_json(text)) == msgspec.json.decode(canonical)
    assert canonical_json(canonical_json(text)) == canonical_json(text)


def test_functions_of_one_tenant_are_not_used_for_another() -> None:
    """Readers are kept by their columns, with the functions that open secrets."""
    one = BulkColumn("secret", Kind.TEXT, shown=lambda text: f"one {text}")
    other = BulkColumn("secret", Kind.TEXT, shown=lambda text: f"other {text}")
    assert one != other
