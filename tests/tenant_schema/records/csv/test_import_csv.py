"""CSV taken in: columns and cells, line by line, all or the good ones, made or changed, in little memory."""

import io
import tempfile
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from piccolo_engines.columns import utc_now
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.import_csv import ImportOptions, import_csv
from tenant_schema.records.csv.import_report import ImportReport
from tenant_schema.records.errors import BulkRefused, InvalidQuery, UnreadableCsv, ValidationFailed
from tenant_schema.users.tables import User
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller


async def take_in(caller: Caller, text: str | bytes, **options: Any) -> ImportReport:
    content = text if isinstance(text, bytes) else text.encode()
    return await import_csv(opening(caller), io.BytesIO(content), ImportOptions(**options), utc_now)


def opening(caller: Caller) -> Callable[[], Awaitable[Target]]:
    return partial(
        caller.service.targets.open, caller.scope, caller.access, caller.object_name, "create", "update"
    )


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.created, report.updated, report.failed


def told(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(one.line, one.problem.field, one.problem.code) for one in report.errors]


async def rows(caller: Caller, *names: str) -> list[tuple[Any, ...]]:
    data = (await caller.page(("limit", "200"))).data
    return [tuple(row[name] for name in names) for row in data]


async def test_cells_of_every_type(anywhere: Caller) -> None:
    me = str(anywhere.access.user_id)
    text = (
        "name,notes,count,weight,price,share,active,born,seen,opens,color,colors,manager,extra,email\r\n"
        '"a, ""b""","two\nlines",5,1.5,2.50,10,TRUE,2026-01-02,2026-01-02T03:04:05Z,09:30:00,blue,'
        f'red; green,{me},"{{""a"": 1}}",a@b.example\r\n'
        "\r\n"
        "empty,,,,,,,,,,,,,,\r\n"
    )
    assert counts(await take_in(anywhere, text)) == (2, 0, 0)
    first, second = (await anywhere.page()).data
    expected = {
        "name": 'a, "b"', "notes": "two\nlines", "count": 5, "weight": "1.500", "price": "2.50",
        "active": True, "born": "2026-01-02", "seen": "2026-01-02T03:04:05Z", "opens": "09:30:00",
        "color": "blue", "colors": ["red", "green"], "manager": me, "extra": {"a": 1},
        "email": "a@b.example", "owner": me,
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected
    assert (second["color"], second["count"], second["colors"]) == ("red", None, None)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_delimiters_and_marks(caller: Caller, mark: bytes, delimiter: str) -> None:
    text = delimiter.join(["name", "notes"]) + "\n" + delimiter.join(['"ä;,\t"', "x"]) + "\n"
    await take_in(caller, mark + text.encode())
    assert await rows(caller, "name", "notes") == [("ä;,\t", "x")]


async def test_columns_by_name_by_label_and_by_mapping(caller: Caller) -> None:
    text = "Firm,E-Mail,junk,id,version\nAcme,a@b.example,?,7,9\n"
    report = await take_in(caller, text, mapping={"Firm": "name", "junk": None, "id": None})
    assert counts(report) == (1, 0, 0)
    assert await rows(caller, "name", "email", "version") == [("Acme", "a@b.example", 1)]


@pytest.mark.parametrize(
    ("header", "mapping", "problems"),
    [
        ("name,nmae", None, {"nmae": ("unknown-field", "name")}),
        ("name,name", None, {"name": ("repeated", None)}),
        ("name,Firm", {"Firm": "created_by"}, {"Firm": ("not-allowed", None)}),
        ("name", {"nmae": "name"}, {"nmae": ("unknown-column", "name")}),
        ("name,parent.cod", None, {"parent.cod": ("unknown-field", "parent.code")}),
        ("name,color.name", None, {"color.name": ("unknown-field", None)}),
    ],
)
async def test_columns_that_cannot_be_understood(
    caller: Caller, header: str, mapping: Mapping[str, str | None] | None, problems: dict[str, Any]
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await take_in(caller, f"{header}\nx,y\n", mapping=mapping)
    assert {one.field: (one.code, one.did_you_mean) for one in caught.value.problems} == problems


LINES = 'name,count,code\n"a\nb",1,A\nc,many,B\n,3,C\nd,4,A\ne,5,E\n'
WRONG = [(4, "count", "not-an-integer"), (5, "name", "required"), (6, "code", "unique")]


async def test_good_lines_are_taken_in_and_the_others_reported_by_number(anywhere: Caller) -> None:
    report = await take_in(anywhere, LINES, good_lines=True)
    assert (counts(report), told(report)) == ((2, 0, 3), WRONG)
    assert await rows(anywhere, "name", "count") == [("a\nb", 1), ("e", 5)]


async def test_a_line_with_more_cells_than_headers_is_not_cut_off(caller: Caller) -> None:
    report = await take_in(caller, "name,count\nSmith, John,1\nAda,2,\nBob\n", good_lines=True)
    assert (counts(report), told(report)) == ((2, 0, 1), [(2, "", "too-many-cells")])
    assert await rows(caller, "name", "count") == [("Ada", 2), ("Bob", None)]


async def test_all_or_nothing_tells_of_all_and_does_nothing(anywhere: Caller) -> None:
    with pytest.raises(BulkRefused) as caught:
        await take_in(anywhere, LINES)
    assert [(one.field, one.code) for one in caught.value.problems] == [
        (f"lines[{line}].{field}", code) for line, field, code in WRONG
    ]
    assert await rows(anywhere, "name") == []


async def test_a_dry_run_reports_and_leaves_nothing(anywhere: Caller) -> None:
    report = await take_in(anywhere, LINES, dry_run=True)
    assert (counts(report), told(report)) == ((2, 0, 3), WRONG)
    assert counts(await take_in(anywhere, LINES, dry_run=True, good_lines=True)) == (2, 0, 3)
    assert await rows(anywhere, "name") == []


async def test_lines_change_what_is_there_by_a_unique_field(anywhere: Caller) -> None:
    there = await anywhere.create(name="old", code="A", notes="kept", count=1)
    report = await take_in(anywhere, "code,name,count\nA,new,\nB,made,2\nB,made again,\n,none,\n",
                           key="code", good_lines=True)  # fmt: skip
    assert (counts(report), told(report)) == ((1, 2, 1), [(5, "code", "required")])
    assert await rows(anywhere, "code", "name", "notes", "count", "version") == [
        ("A", "new", "kept", 1, 2),
        ("B", "made again", None, 2, 2),
    ]
    assert [entry["action"] for entry in (await anywhere.history(there)).data] == ["update", "create"]


async def test_a_key_is_a_unique_field_with_a_column(caller: Caller) -> None:
    with pytest.raises(InvalidQuery):
        await take_in(caller, "name\nx\n", key="name")
    with pytest.raises(ValidationFailed) as caught:
        await take_in(caller, "name\nx\n", key="code")
    assert [one.code for one in caught.value.problems] == ["missing-column"]


async def test_lookups_by_what_records_are_called(anywhere: Caller) -> None:
    await User.update({User.name: "Ada"}, force=True)
    mother = await anywhere.create(name="mother", code="M")
    for _ in range(2):
        await anywhere.create(name="twin")
    text = "name,parent.code,owner.email\na,M,ada@acme.example\nb,X,\nc,,nobody@acme.example\n"
    report = await take_in(anywhere, text, good_lines=True)
    assert (counts(report), told(report)) == (
        (1, 0, 2),
        [(3, "parent", "reference-not-found"), (4, "owner", "reference-not-found")],
    )
    assert (await rows(anywhere, "name", "parent"))[-1] == ("a", mother.data["id"])
    report = await take_in(anywhere, "name,parent.name\nx,twin\ny,mother\n", good_lines=True)
    assert (counts(report), told(report)) == ((1, 0, 1), [(2, "parent", "ambiguous-reference")])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        ("name\nä\n".encode("latin-1"), 2),
        (b"n\0a\0m\0e\0", 1),
        (b"PK\x03\x04 a workbook", 1),
    ],
)
async def test_what_is_no_csv_in_utf_8(caller: Caller, content: bytes, line: int) -> None:
    with pytest.raises(UnreadableCsv) as caught:
        await take_in(caller, content)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "bad", [b'"a\n",' * 900_000, b'"open', b'"a"b\n', b"a\0b\n", b"x" * (5 * 1024 * 1024)]
)
async def test_a_file_that_goes_wrong_in_the_middle(caller: Caller, bad: bytes) -> None:
    report = await take_in(caller, b"name\ngood\n" + bad, good_lines=True)
    assert (report.created, told(report)[0][0], told(report)[0][2]) == (1, 3, "unreadable-csv")


async def test_the_list_of_problems_has_an_end(caller: Caller) -> None:
    text = "name,count\n" + "x,y\n" * 1_500
    report = await take_in(caller, text, good_lines=True)
    assert (report.failed, len(report.errors), report.left_out) == (1_500, 1_000, 500)


async def test_a_portion_takes_a_few_statements(caller: Caller, counting: Counting) -> None:
    text = "name,code\n" + "".join(f"n{number},c{number}\n" for number in range(1_000))
    with counting() as sent:
        await take_in(caller, text)
    assert len(sent) == 2  # an INSERT for 500 lines
    with counting() as sent:
        await take_in(caller, text.replace("n", "m", 600).replace("mame", "name"), key="code")
    assert len(sent) <= 2 * 4  # find, lock, change, keep


def many_lines(number: int) -> Iterator[bytes]:
    yield b"name,count,notes\n"
    for line in range(number):
        yield b"name %d,%d,%s\n" % (line, line, b"words " * 300)


async def test_a_big_file_is_not_in_memory(caller: Caller) -> None:
    with tempfile.TemporaryFile() as file:
        for line in many_lines(5_000):
            file.write(line)
        size = file.tell()
        file.seek(0)
        target = opening(caller)
        await import_csv(target, io.BytesIO(b"name\nwarm\n"), ImportOptions(), utc_now)
        tracemalloc.start()
        report = await import_csv(target, file, ImportOptions(good_lines=True), utc_now)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert report.created == 5_000
    assert size > 9_000_000
    assert peak < 4_000_000, f"{peak:,} bytes for a file of {size:,}"


async def test_texts_that_begin_with_apostrophes_come_through_a_file_as_they_are(caller: Caller) -> None:
    texts = ["=1+1", "'=1+1", "''-5", "'tis", "''", "it's =1", "'"]
    made = [await caller.create(name=text) for text in texts]
    pieces = await caller.service.export(caller.scope, caller.access, "gadgets", [("fields", "name")])
    exported = b"".join([piece async for piece in pieces])
    for record in made:
        await caller.delete(record)
    assert counts(await take_in(caller, exported)) == (len(texts), 0, 0)
    assert await rows(caller, "name") == [(text,) for text in texts]


async def test_what_was_exported_can_be_taken_in_again(anywhere: Caller) -> None:
    me = str(anywhere.access.user_id)
    values = {
        "name": 'a, "b"\n', "notes": "x", "count": -5, "weight": "1.5", "price": "2.50", "share": "10",
        "active": False, "born": "2026-01-02", "seen": "2026-01-02T03:04:05.5Z", "opens": "09:30:00",
        "color": "blue", "colors": ["red", "blue"], "manager": me, "extra": {"a": [1, None]},
        "email": "a@b.example", "site": "https://b.example/x", "phone": "+31 20 123",
    }  # fmt: skip
    made = await anywhere.create(**values)
    pieces = await anywhere.service.export(anywhere.scope, anywhere.access, "gadgets", ())
    exported = b"".join([piece async for piece in pieces])
    await anywhere.delete(made, permanent=True)
    assert counts(await take_in(anywhere, exported, mapping={"id": None})) == (1, 0, 0)
    (again,) = (await anywhere.page()).data
    assert {name: again[name] for name in values} == {name: made.data[name] for name in values}
