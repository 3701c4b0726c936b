"""Exports are the whole list as CSV, read in pages, harmless to spreadsheets, on every database."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.records.csv.export_csv import PAGE
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.users.errors import PermissionDenied
from tests.tenant_schema.records.family import Family

NOON, NOON_TEXT = datetime(2026, 1, 1, 12, tzinfo=UTC), "2026-01-01T12:00:00Z"


async def exported(family: Family, name: str, *pairs: tuple[str, str]) -> bytes:
    caller = family.caller(name)
    pieces = await family.service.export(caller.scope, caller.access, name, pairs)
    return b"".join([piece async for piece in pieces])


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


async def test_every_kind_of_value(family: Family) -> None:
    parent = new_id()
    firms = [
        {"id": parent, "name": "Plain", "size": -5, "worth": Decimal("-1.50"), "founded": date(2026, 2, 28)},
        {
            "name": 'q"uo, te\r\nd',
            "notes": "=1+1",
            "seen": datetime(2026, 1, 1, 12, tzinfo=UTC),
            "parent": parent,
        },
    ]
    await family.fill("firms", firms)
    fields = "name,notes,size,worth,founded,seen,parent,parent.name,parent.worth,industry"
    content = await exported(family, "firms", ("fields", fields), ("sort", "id"))
    assert content.startswith(fields.encode() + b"\r\n")
    assert content.endswith(b"\r\n")
    assert b'"q""uo, te\r\nd"' in content
    assert rows_of(content)[1:] == [
        ["Plain", "", "-5", "-1.50", "2026-02-28", "", "", "", "", ""],
        [
            'q"uo, te\r\nd',
            "'=1+1",
            "",
            "",
            "",
            "2026-01-01T12:00:00Z",
            str(parent),
            "Plain",
            "-1.50",
            "",
        ],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_text_begins_like_a_formula(family: Family, start: str) -> None:
    await family.fill("firms", [{"name": f"{start}cmd|' /C calc'!A0", "notes": "a=b"}])
    content = await exported(family, "firms", ("fields", "name,notes"))
    assert rows_of(content)[1] == [f"'{start}cmd|' /C calc'!A0", "a=b"]


async def test_filter_search_sort_and_pages(family: Family) -> None:
    number = 2 * PAGE + 500
    await family.fill("staff", [{"name": f"n{one:05d}", "pay": Decimal(one % 7)} for one in range(number)])
    with family.counted() as sent:
        content = await exported(family, "staff", ("fields", "name,pay"), ("sort", "-pay,name"))
    assert len(sent) == 3, "one statement for each page"
    rows = rows_of(content)[1:]
    assert len(rows) == number
    assert rows == sorted(rows, key=lambda row: (-Decimal(row[1]), row[0]))
    some = await exported(
        family, "staff", ("fields", "name"), ("filter[pay]", "6"), ("filter[firm.name][null]", "true")
    )
    assert len(rows_of(some)) == 1 + number // 7
    assert rows_of(await exported(family, "staff", ("fields", "id,name"), ("filter[name]", "nobody"))) == [
        ["id", "name"]
    ]


@pytest.mark.parametrize("family", ["sqlite"], indirect=True)
async def test_memory_does_not_grow_with_the_file(family: Family) -> None:
    """Three times the records, at the same peak."""
    peaks = []
    for number in (2, 5):
        await family.fill("staff", [{"name": "x" * 200} for _ in range(number * PAGE)])
        caller = family.caller("staff")
        pieces = await family.service.export(caller.scope, caller.access, "staff", ())
        tracemalloc.start()
        size = 0
        async for piece in pieces:
            size += len(piece)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert size > number * PAGE * 200
    assert peaks[1] < peaks[0] * 1.5


async def test_what_is_wrong_comes_out_before_the_file_begins(family: Family) -> None:
    for pairs in ([("limit", "5")], [("expand", "firm")], [("cursor", "x")], [("fields", "nam")]):
        with pytest.raises(InvalidQuery):
            await exported(family, "staff", *pairs)
    caller = family.caller("staff", frozenset({"firms:read"}))
    with pytest.raises(PermissionDenied):
        await family.service.export(caller.scope, caller.access, "staff", ())
