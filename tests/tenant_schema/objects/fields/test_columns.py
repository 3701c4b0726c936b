"""Every type keeps its values to the last digit on every database, and unique means the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from piccolo_engines.errors import UniqueViolation
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.model import ObjectModel, object_model
from tests.tenant_schema.objects.databases import Bound
from tests.tenant_schema.objects.fields.making import NEEDED

EMOJI = "\U0001f600"
NASTY = "'\"\\%_`{}\r\n\t \xade\u0301 \u0308 \u202e "
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST_WITHIN_INDEX = {"text": {"maxLength": 768}}
EXTREMES: Mapping[str, list[Any]] = {
    "text": [EMOJI * 768, "", " x ", NASTY.strip("\r\n"), "x" * 768],
    "long_text": [EMOJI * 16_000, "", "a\r\nb\n", NASTY],
    "email": ["x" * 64 + "@" + "a." * 93 + "io", "jörg@müller.example"],
    "url": ["https://example.com/" + "x" * 980, "http://[::1]:8000/a?b=%27#c"],
    "phone": ["+49 30 123456 x12"],
    "integer": [2**63 - 1, -(2**63), 0],
    "decimal": ["9999999999999.99", "-9999999999999.99", "0.01"],
    "currency": ["9999999999999.99", "-0.01", "0.00"],
    "percent": ["99999.99", "-99999.99"],
    "boolean": [True, False],
    "date": ["1000-01-01", "9999-12-31", "2024-02-29"],
    "datetime": ["1000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-03-29T01:30:00.000001Z"],
    "time": ["00:00:00", "23:59:59.999999", "09:30:00.25"],
    "select": ["new", "lost"],
    "multi_select": [["won", "new"], []],
    "lookup": ["0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"],
    "auto_number": ["INV-0042", "x" * 64],
    "json": [
        {"b": 1, "a": [1e3, 1.5, EMOJI, {"n": None}]},
        "text",
        0,
        False,
        ["\x01", 2**63 - 1],
        "x" * 63_000,
    ],
}


def settings(type_name: str) -> Mapping[str, Any]:
    return NEEDED.get(type_name, LONGEST_WITHIN_INDEX.get(type_name, {}))


def model_of_every_type() -> ObjectModel:
    fields = tuple(
        FieldDraft(
            name=f"f_{name}",
            label=name,
            type=name,
            settings=NEEDED.get(name, LONGEST_WITHIN_INDEX.get(name, {})),
        )
        for name in EXTREMES
    )
    return object_model(*object_rows(ObjectDraft(name="all", label="", plural_label="", fields=fields)))


async def insert(model: ObjectModel, values: Mapping[str, Any]) -> None:
    every = {"created_at": NOW, "updated_at": NOW, **values}
    await model.table.insert(model.table({model.columns[name]: value for name, value in every.items()}))


async def test_every_value_comes_back_as_it_was(any_database: Bound) -> None:
    model = model_of_every_type()
    assert set(EXTREMES) == set(FIELD_TYPES)
    await model.table.create_table()
    for at in range(max(map(len, EXTREMES.values())) + 1):
        given = {f"f_{name}": values[at] for name, values in EXTREMES.items() if at < len(values)}
        fields = model.fields
        stored = {name: fields[name].type.parse(value, fields[name]) for name, value in given.items()}
        await insert(model, stored)
        names = [name for name in fields if name.startswith("f_")]
        query = model.table.select(*(model.columns[name].as_alias(name) for name in names))
        row = await query.order_by(model.columns["id"], ascending=False).first()
        assert {name: row[name] for name in stored} == stored
        assert all(row[name] is None for name in names if name not in stored)
        shown = {name: fields[name].type.render(row[name], fields[name]) for name in given}
        for name, value in shown.items():
            again = msgspec.to_builtins(value)
            assert fields[name].type.parse(again, fields[name]) == stored[name]


@pytest.mark.parametrize("type_name", ["text", "integer", "decimal", "date", "datetime", "lookup"])
async def test_what_is_unique_is_there_once_and_null_as_often_as_one_likes(
    any_database: Bound, type_name: str
) -> None:
    draft = FieldDraft(
        name="code",
        label="Code",
        type=type_name,
        unique=True,
        settings=settings(type_name),
    )
    model = object_model(*object_rows(ObjectDraft(name="one", label="", plural_label="", fields=(draft,))))
    await model.table.create_table()
    field = model.fields["code"]
    for value in EXTREMES[type_name]:
        await insert(model, {"code": field.type.parse(value, field)})
    for _ in range(2):
        await insert(model, {"code": None})
    with pytest.raises(UniqueViolation):
        await insert(model, {"code": field.type.parse(EXTREMES[type_name][0], field)})


async def test_texts_are_different_by_case_accent_and_space(any_database: Bound) -> None:
    draft = FieldDraft(name="code", label="Code", type="text", unique=True)
    model = object_model(*object_rows(ObjectDraft(name="one", label="", plural_label="", fields=(draft,))))
    await model.table.create_table()
    for value in ("ab", "AB", "äb", "ab ", "Ab", "ab\u200b", "", " "):
        await insert(model, {"code": value})
    code = model.columns["code"]
    for value in ("ab", "ab ", ""):
        assert await model.table.count().where(code == value) == 1
    rows = await model.table.select(code.as_alias("code")).order_by(code)
    assert [row["code"] for row in rows] == ["", " ", "AB", "Ab", "ab", "ab ", "ab\u200b", "äb"]
