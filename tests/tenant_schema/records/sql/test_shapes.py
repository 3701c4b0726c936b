"""What generated functions make of the rows of each driver is what field types say, to the byte."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from types import CodeType, MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import pytest

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.conversions import ID as ID_TEXT
from piccolo_engines.conversions import SAME, UNIQUE_ID, called
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.fields.date import DateType
from tenant_schema.objects.fields.phone import PhoneType
from tenant_schema.objects.fields.protocol import FieldSpec
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.model import FieldModel, ObjectModel, object_model
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.export_csv import cell_of, csv_lines, export
from tenant_schema.records.query.export_format import ExportFormat
from tenant_schema.records.query.model import Query, SortTerm
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.reading.offset_pages import read_rows
from tenant_schema.records.reading.plans import plan_page, plan_record
from tenant_schema.records.reading.read import read_page, read_record
from tenant_schema.records.service import RecordService
from tenant_schema.records.sql import shapes
from tenant_schema.records.sql.nesting import Nest
from tenant_schema.records.sql.rendering import shown
from tenant_schema.records.sql.shapes import Layout, Shape
from tenant_schema.records.sql.statements import insert
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tests.support.record_tables import make_table
from tests.tenant_schema.objects.databases import Bound
from tests.tenant_schema.records.models import Models

OPTIONS = {"options": ["red", "bläulich", "it's"]}
SETTINGS: dict[str, dict[str, Any]] = {
    "select": OPTIONS,
    "multi_select": OPTIONS,
    "lookup": {"target": "samples"},
    "auto_number": {"format": "N-{0000}"},
}
DIGITS = [(1, 0), (15, 0), (15, 2), (12, 6), (12, 7), (15, 15), (16, 2), (38, 0), (38, 30)]


def drafts() -> list[FieldDraft]:
    found = [
        FieldDraft(name=f"a_{one}", label=one, type=one, settings=SETTINGS.get(one, {}))
        for one in FIELD_TYPES
    ]
    for precision, scale in DIGITS:
        name, settings = f"d{precision}_{scale}", {"precision": precision, "scale": scale}
        found.append(FieldDraft(name=name, label=name, type="decimal", settings=settings))
    return found


SAMPLES = ObjectDraft(name="samples", label="Sample", plural_label="Samples", fields=tuple(drafts()))
"""A field of every type, and decimals as they are stored in different ways."""
ID = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
EDGES: dict[str, Sequence[object]] = {
    "text": ["", " x ", "NULL", "'\"\\\n\u2028", "😀e\u0301", "12", "2026-01-01 00:00:00+00:00"],
    "long_text": ["", "x" * 16_000, "\t\x01", "{}"],
    "email": ["Ann@Example.COM"],
    "url": ["https://example.com/a?b#ü"],
    "phone": ["+49 30 123456"],
    "integer": [0, -1, 2**63 - 1, -(2**63), 2**53 + 1],
    "boolean": [True, False],
    "date": ["1000-01-01", "9999-12-31", "2024-02-29"],
    "datetime": [
        "1000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "2026-03-29T01:30:00.5Z",
        "2026-03-29T01:30:00.000001+02:00",
    ],
    "time": ["00:00:00", "23:59:59.999999", "09:30:00.5"],
    "select": ["red", "bläulich", "it's"],
    "multi_select": [[], ["red"], ["it's", "bläulich"]],
    "lookup": [ID, "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    "auto_number": [f"N-{number:04}" for number in range(9_990, 10_002)],  # unique
    "json": [{}, [], "x", 0, 1.5, 1e300, -0.0, 2**63 - 1, {"b": [None, {"é": "\u2028"}], "a": 1}, False],
}


class Dialled(PhoneType):
    """A type that somebody adds: it shows something else than it stores."""

    plain = False

    def render(self, value: Any, _field: FieldSpec) -> object:
        return UUID(int=len(value))


class Weekday(DateType):
    """Another one, which shows less than it stores."""

    plain = False

    def render(self, value: Any, _field: FieldSpec) -> object:
        return str(value)[8:]


def decimals(precision: int, scale: int) -> list[str]:
    """The greatest and least numbers with these digits, those next to zero, and zero."""
    digits = "9" * precision
    greatest = f"{digits[: precision - scale] or '0'}.{digits[:scale]}".rstrip(".")
    least = f"0.{'0' * (scale - 1)}1" if scale else "1"
    return ["0", "-0", least, f"-{least}", greatest, f"-{greatest}"]


@pytest.fixture(scope="module")
def samples() -> ObjectModel:
    made = object_model(*object_rows(SAMPLES))
    added = {"a_phone": Dialled(), "a_date": Weekday()}
    return replace(
        made,
        fields=MappingProxyType(
            {name: replace(one, type=added.get(name, one.type)) for name, one in made.fields.items()}
        ),
    )


def edges(field: FieldModel) -> Sequence[object]:
    """Values of a field in stored form."""
    kind = field.name.removeprefix("a_")
    given = EDGES[kind] if kind in EDGES else decimals(*field.type.digits(field))  # type: ignore[attr-defined]
    return given if kind == "auto_number" else [field.type.parse(one, field) for one in given]


def bodies(model: ObjectModel) -> list[dict[str, object]]:
    """Records in stored form that have every edge, and one without values."""
    by_name = {name: edges(field) for name, field in model.fields.items() if not field.system}
    longest = max(map(len, by_name.values()))
    return [{}] + [{name: one[turn % len(one)] for name, one in by_name.items()} for turn in range(longest)]


@pytest.fixture
async def target(any_database: Bound, samples: ObjectModel) -> Target:
    """The object with its records."""
    await make_table(samples)
    me = new_id()
    service = RecordService(Models(samples), Cursors(lambda _: [b"k" * 32]))
    access = Access(me, me, "ada@acme.example", "Ada", (), frozenset({"*:*"}))
    target = await service.targets.open(TenantScope(me, "acme", "Acme"), access, "samples", "read")
    statement = insert(samples, target.dialect)
    for body in bodies(samples):
        now = utc_now()
        system = {"id": new_id(), "version": 1, "created_at": now, "updated_at": now, "owner": me}
        await target.run(statement, [{**system, **body}.get(name) for name in samples.columns])
    return target


async def as_types_say(target: Target) -> list[dict[str, object]]:
    """Every record with values of the columns' types, each rendered by the type of its field."""
    model = target.model
    columns = [column.as_alias(name) for name, column in model.columns.items()]
    rows = await model.table.select(*columns).order_by(model.columns["id"])
    return [{name: shown(field, row[name]) for name, field in model.fields.items()} for row in rows]


CURSORS = Cursors(lambda _: [b"k" * 32])


async def test_every_type_is_shown_as_it_says_in_lists_records_and_files(target: Target) -> None:
    assert {one.type for one in SAMPLES.fields} == set(FIELD_TYPES)
    expected = await as_types_say(target)
    names = tuple(target.model.fields)
    query = Query(names, limit=200)
    found = await read_page(target, plan_page(target, query, CURSORS), CURSORS)
    assert msgspec.json.encode(found.encodable) == msgspec.json.encode(expected)
    assert found.data == expected
    assert await read_rows(target, query, 200, 0) == expected
    plan = plan_record(target, Query(names))
    for row in expected:
        record = await read_record(target, UUID(str(row["id"])), plan)
        assert msgspec.json.encode(record.encodable) == msgspec.json.encode(row)
    convert = {name: cell_of(field) for name, field in target.model.fields.items()}
    cells = [
        [one if one is None or (cell := convert[name]) is None else cell(one) for name, one in row.items()]
        for row in expected
    ]
    file = b"".join([piece async for piece in export(target, query, ExportFormat())])
    assert file == csv_lines([names, *cells], ",")


async def test_moments_of_rows_are_compared_with_others(target: Target) -> None:
    plan = plan_page(target, Query(("updated_at",), limit=1), CURSORS)
    found = await target.read(plan.reading, plan.values_for(target.access.user_id))
    moment = dt.datetime.fromisoformat(str(found.shown()[0]["updated_at"]))
    before, after = [
        (moment + dt.timedelta(microseconds=one)).isoformat().replace("+00:00", "Z") for one in (-1, 0)
    ]
    for text, is_later in ((before, True), (after, False), ("", True)):
        assert found.shape.is_later(found.rows[0], "updated_at", text) is is_later


async def test_rows_of_prepared_statements_give_the_same(target: Target) -> None:
    """A server prepares a statement that is sent repeatedly, unless it returns times."""
    names = tuple([one for one in target.model.fields if one != "a_time"])
    expected = [{name: row[name] for name in names} for row in await as_types_say(target)]
    plan = plan_page(target, Query(names, limit=200), CURSORS)
    for _ in range(9):
        found = await read_page(target, plan, CURSORS)
        assert msgspec.json.encode(found.encodable) == msgspec.json.encode(expected)
    small = plan_page(target, Query(("id",), limit=1), CURSORS)
    for _ in range(9):
        await read_page(target, small, CURSORS)
    assert 1 <= len(small.reading._latest) <= 2, "small results of one session have the same description"


async def test_pages_go_on_at_every_type(target: Target) -> None:
    """Cursors hold values in stored form, to which the engine has not converted the rows."""
    ids = {row["id"] for row in await as_types_say(target)}
    for name in [one.name for one in target.model.fields.values() if one.type.sortable]:
        seen: list[str] = []
        query = Query(("id",), sort=(SortTerm(name),), limit=4)
        while not seen or query.cursor is not None:
            found = await read_page(target, plan_page(target, query, CURSORS), CURSORS)
            seen += [row["id"] for row in found.data]
            query = replace(query, cursor=found.next)
        assert (len(seen), set(seen)) == (len(ids), ids), name


EVIL = 'x"]}, __import__("os")._exit(1) or {"'
NASTY = (EVIL, "f0", "v0", "ids", "record", "rows", "None", "k0", "a\nb", "{v}", "{0}")


def test_ids_that_are_converted_together_may_be_missing_beyond_lookups() -> None:
    layout = Layout(("id", "account.id"), (), (Nest("account", (("account.id", "id"),)),))
    shape = Shape(layout, [UNIQUE_ID] * 2, [None] * 2)
    this, other = UUID(ID), new_id()
    rows = [(this.bytes, other.bytes), (other.bytes, None)]
    expected = [{"id": ID, "account": {"id": str(other)}}, {"id": str(other), "account": None}]
    assert msgspec.to_builtins(shape.encodable(rows, {})) == expected == shape.shown(rows, {})
    assert shape.encodable([], {}) == []


def test_names_and_functions_are_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fields are called, the code is made of positions."""
    compiled: list[str] = []
    original = shapes._compiled

    def noted(code: str, width: int, columns: tuple[int, ...]) -> CodeType:
        compiled.append(code)
        return original(code, width, columns)

    monkeypatch.setattr(shapes, "_compiled", noted)
    nest = Nest("account", (("account.id", "id"), ("account.{v}", "{v}")))
    layout = Layout((*NASTY, "account.id", "account.{v}", "hidden"), ("hidden",), (nest,))
    conversions = [SAME] * (len(NASTY) - 1) + [called(str.upper), SAME, called(len), None]
    shape = Shape(layout, conversions, [None] * len(conversions))
    row = (*NASTY, "an id", "text", 0)
    expected = {**{name: name for name in NASTY}, "{0}": "{0}".upper(), "account": {"id": "an id", "{v}": 4}}
    assert shape.shown([row, row], {}) == [expected, expected]
    assert shape.shown([(*NASTY, None, None, 0)], {})[0]["account"] is None
    assert shape.value(row, "account.{v}") == 4
    assert shape.stored(row, "hidden") == 0
    plain = Layout(("rows", "f0", "account.id"), (), (Nest("account", (("account.id", "id"),)),))
    encodable = Shape(plain, [SAME] * 3, [None] * 3).encodable([(1, None, "x")], {})
    assert msgspec.json.encode(encodable) == b'[{"rows":1,"f0":null,"account":{"id":"x"}}]'
    assert len(compiled) == 3
    assert not any(name in code for code in compiled for name in (EVIL, "account", "a\nb", "hidden"))


def test_ids_become_texts_as_uuids_do() -> None:
    ids = [UUID(int=0), UUID(int=2**128 - 1), UUID(ID), new_id()]
    shape = Shape(Layout(("owner",), (), ()), [ID_TEXT], [None])
    rows = [(one.bytes,) for one in ids * 2] + [(None,)] * 2
    expected = [{"owner": str(one)} for one in ids * 2] + [{"owner": None}] * 2
    assert msgspec.to_builtins(shape.encodable(rows, {})) == expected == shape.shown(rows, {})
