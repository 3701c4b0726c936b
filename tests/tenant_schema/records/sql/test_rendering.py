"""What is shown of a record: the same from every path, and the same as the field's type says."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.record import Record
from tenant_schema.records.sql.dialects.registry import mysql_dialect
from tenant_schema.records.sql.dialects.sqlite import utc_text
from tenant_schema.records.sql.rendering import shown
from tests.tenant_schema.records.models import Caller
from tests.tenant_schema.records.worlds import TEXTS

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)
MOMENTS = st.datetimes().filter(lambda moment: 1000 < moment.year < 9999)
BODIES = st.fixed_dictionaries(
    {"name": st.text("xyz", min_size=1)},
    optional={
        "notes": TEXTS,
        "email": st.just("Ann@Example.COM"),
        "site": st.just("https://example.com/a?b"),
        "phone": st.just("+49 30 123456"),
        "count": st.integers(-(2**63), 2**63 - 1),
        "weight": st.decimals(-999_999_999, 999_999_999, places=3).map(str),
        "price": st.decimals(-9_999_999_999_999, 9_999_999_999_999, places=2).map(str),
        "share": st.integers(-100, 100),
        "active": st.booleans(),
        "born": st.dates().filter(lambda day: day.year >= 1000).map(str),
        "seen": MOMENTS.map(lambda moment:
        f"{moment.isoformat()}Z"), "opens": st.times().map(str), "color": st.sampled_from(["red",
        "bläulich"]), "colors": st.lists(st.sampled_from(["red", "blue", "bläulich"]), unique=True),
        "extra": JSON, }, )  # fmt: skip


def as_json(record: Record) -> Any:
    return msgspec.json.decode(msgspec.json.encode(record.data))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODIES)
@example({"name": "x", "price": "9999999999999.99", "weight": "-123456789.001"})
@example({"name": "x", "price": "0", "weight": "0.001", "seen": "2026-01-01T00:00:00Z", "opens": "00:00"})
async def test_a_record_looks_the_same_made_read_listed_and_changed(
    caller: Caller, body: dict[str, Any]
) -> None:
    made = await caller.create(**body)
    read = await caller.read(made)
    listed = await caller.page(("filter[id]", made.data["id"]))
    changed = await caller.update(made, {"name": body["name"]})
    assert made == read == changed == Record(listed.data[0], 1)
    assert as_json(made) == made.data
    assert list(made.data) == list(read.data) == list(listed.data[0])


async def test_values_look_as_their_types_say(caller: Caller) -> None:
    body = {
        "price": "12.3",
        "weight": 5,
        "share": "7.5",
        "active": False,
        "born": "2026-02-28",
        "seen": "2026-02-28T13:30:00.250+01:00",
        "opens": "09:30",
        "colors": ["blue", "red"],
        "extra": {"a": [1, None]},
    }
    found = (await caller.read(await caller.create(name="x", **body))).data
    assert {name: found[name] for name in body} == body | {
        "price": "12.30",
        "weight": "5.000",
        "share": "7.50",
        "seen": "2026-02-28T12:30:00.250000Z",
        "opens": "09:30:00",
    }


async def test_what_has_no_value_is_null(caller: Caller) -> None:
    found = (await caller.read(await caller.create(name="x", color=None))).data
    empty = {name for name, value in found.items() if value is None}
    assert {"notes", "price", "active", "seen", "color", "colors", "parent", "extra"} <= empty


async def test_only_the_fields_asked_for_are_there(caller: Caller) -> None:
    made = await caller.create(name="x", price="1")
    expected = {"id": str(made.data["id"]), "version": 1, "price": "1.00", "name": "x"}
    assert (await caller.read(made, fields="price,name")).data == expected
    assert (await caller.page(("fields", "price,name"))).data == [expected]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("2026-01-01 00:00:00+00:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01 23:59:59.000001+00:00", "2026-01-01T23:59:59.000001Z"),
    ],
)
def test_a_moment_as_sqlite_keeps_it_becomes_rfc_3339(stored: str, text: str) -> None:
    assert utc_text(stored) == text


def test_where_a_driver_has_types_each_value_is_rendered_by_its_type(gadgets: ObjectModel) -> None:
    dialect = mysql_dialect()
    found = {
        name: dialect.renderer(gadgets.fields[name], gadgets.columns[name]) for name in ("price", "colors")
    }
    assert found["price"](gadgets.fields["price"].type.parse("5", gadgets.fields["price"])) == "5.00"
    assert found["colors"]('["red"]') == ["red"]
    assert shown(gadgets.fields["price"], None) is None
