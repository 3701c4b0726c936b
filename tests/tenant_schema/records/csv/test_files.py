"""Files as people have them: what they are taken for, and that what is open is said instead of guessed."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tenant_schema.records.csv.columns import columns_of
from tenant_schema.records.errors import BulkRefused, UnreadableCsv, ValidationFailed
from tests.tenant_schema.records.csv_callers import counts, exported, problems, rows, take_in
from tests.tenant_schema.records.models import Caller

GERMAN = (
    "sep=;\r\n"
    "Name;E-mail;Price;Born;Active;Color;Phone;\r\n"
    "Müller & Söhne;info@müller.example;1.234,50 €;18.06.2020;ja;Red;+49 30 123456;\r\n"
    "Ärger GmbH;;12,00 €;01.02.2021;nein;BLUE;030/123-45;\r\n"
    ";;;;;;;\r\n"
)
FRENCH = "Name;Price;Born;Active\r\nÉlan;1 234,50;18/06/2020;oui\r\nCœur;-2,00;01/07/2020;non\r\n"
AMERICAN = (
    '\n  \n"Name","Price","Count","Born","Active"\n'
    '"Globex, Inc.","(1,234.50)","5.0","6/18/2020","x"\n"Line\nbreak","$7","1,234,567","7/1/2020",""\n'
)
EXPECTED = {
    "german": [
        ("Müller & Söhne", "1234.50", "2020-06-18", True),
        ("Ärger GmbH", "12.00", "2021-02-01", False),
    ],
    "french": [("Élan", "1234.50", "2020-06-18", True), ("Cœur", "-2.00", "2020-07-01", False)],
    "american": [
        ("Globex, Inc.", "-1234.50", "2020-06-18", True),
        ("Line\nbreak", "7.00", "2020-07-01", None),
    ],
}


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("german", GERMAN.encode("utf-8-sig"), {}),
        ("german", GERMAN.encode("cp1252"), {"encoding": "windows-1252"}),
        ("german", GERMAN.replace("sep=;\r\n", "").replace(";", "\t").encode("utf-16"), {}),
        ("german", GERMAN.replace("sep=;\r\n", "").encode("utf-16-le"), {"encoding": "utf-16le"}),
        ("german", GERMAN.replace(";", "|").encode(), {}),
        ("german", GERMAN.replace("\r\n", "\r").encode(), {}),
        ("french", FRENCH.encode(), {}),
        ("french", FRENCH.encode("iso-8859-15"), {"encoding": "ISO-8859-15"}),
        ("french", FRENCH.replace(" ", "\u202f").encode(), {}),
        ("american", AMERICAN.encode(), {}),
    ],
)
async def test_a_file_as_a_spreadsheet_writes_it(
    caller: Caller, name: str, content: bytes, options: dict[str, Any]
) -> None:
    report = await take_in(caller, content, **options)
    assert counts(report) == (2, 0, 0)
    assert await rows(caller, "name", "price", "born", "active") == EXPECTED[name]


async def test_columns_are_split_where_the_lines_are_split_evenly(caller: Caller) -> None:
    for text in (
        "name;notes\na,b,c;d\n",
        "name|notes\na,b,c|d\n",
        "name\tnotes\na,b,c\td;e\n",
        '"name", "notes"\n"a,b,c", "d"\n',
        "name;notes\na,b,c;d\ne;f\n",
    ):
        report = await take_in(caller, text, dry_run=True)
        assert report.failed == 0, text
        assert report.taken_as is not None
        assert [one.field for one in report.taken_as.columns] == ["name", "notes"]
    assert counts(await take_in(caller, "name;code\na|b;c\n", delimiter="semicolon")) == (1, 0, 0)


async def test_a_dry_run_says_what_was_taken_for_what(caller: Caller) -> None:
    text = "Name;Price;Born;Active;Color;id;Remark;\nA;1.234,50;18/06/2020;ja;Red;7;?;\nB;-;;;;;;\n"
    report = await take_in(caller, text, dry_run=True, mapping={"Remark": None, "id": None})
    assert counts(report) == (2, 0, 0)
    taken = report.taken_as
    assert taken is not None
    assert (taken.encoding, taken.delimiter, taken.header_line) == ("utf-8", ";", 1)
    found = [
        (one.column, one.field, one.date_format or one.decimal or one.reason, [
            (cell.line, cell.cell, cell.value) for cell in one.examples
        ])
        for one in taken.columns
    ]  # fmt: skip
    assert found == [
        ("Name", "name", None, []),
        ("Price", "price", ",", [(2, "1.234,50", "1234.50"), (3, "-", None)]),
        ("Born", "born", "DD/MM/YYYY", [(2, "18/06/2020", "2020-06-18")]),
        ("Active", "active", None, [(2, "ja", True)]),
        ("Color", "color", None, [(2, "Red", "red")]),
        ("id", None, "the mapping leaves it out", []),
        ("Remark", None, "the mapping leaves it out", []),
        ("8", None, "it has no head", []),
    ]
    assert await rows(caller, "name") == []
    assert (await take_in(caller, "name\na\n")).taken_as is None


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        ("name,born\na,03/04/2020\nb,05/06/2020\n", "born", "ambiguous-date"),
        ("name,seen\na,03-04-2020 15:30\n", "seen", "ambiguous-date"),
        ("name,born\na,18/06/2020\nb,06/18/2020\n", "born", "mixed-dates"),
        ('name,weight\na,"1,234"\n', "weight", "ambiguous-number"),
        ('name,count\na,"1,234"\n', "count", "ambiguous-number"),
        ("name;price\na;1.234\n", "price", "ambiguous-number"),
        ("name,price\na,1.230\n", "price", "ambiguous-number"),
        ('name,price\na,"1,5"\nb,1.5\n', "price", "mixed-numbers"),
    ],
)
async def test_what_can_be_read_in_two_ways_is_refused_before_anything_is_kept(
    caller: Caller, text: str, field: str, code: str
) -> None:
    for good_lines in (False, True):
        with pytest.raises(ValidationFailed) as caught:
            await take_in(caller, text, good_lines=good_lines)
        (problem,) = caught.value.problems
        assert (problem.field, problem.code) == (field, code)
        assert "line" in problem.message
        assert "set d" in problem.message  # dateFormat or decimal
    report = await take_in(caller, text, dry_run=True)
    assert {(one.problem.field, one.problem.code) for one in report.errors} == {(field, code)}
    assert await rows(caller, "name") == []


async def test_one_line_settles_how_the_others_of_its_column_are_read(caller: Caller) -> None:
    text = 'name,born,price,weight\na,03/04/2020,"1.234","1,234"\nb,18/04/2020,"0,5",\n'
    assert counts(await take_in(caller, text)) == (2, 0, 0)
    assert await rows(caller, "born", "price", "weight") == [
        ("2020-04-03", "1234.00", "1.234"),
        ("2020-04-18", "0.50", None),
    ]


async def test_every_column_that_is_open_is_named_at_once(caller: Caller) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await take_in(caller, 'name,born,seen,weight\na,03/04/2020,03/04/2020,"1,234"\n')
    assert [one.field for one in caught.value.problems] == ["born", "seen", "weight"]
    options = {"dateFormat": "DD/MM/YYYY", "decimal": "comma"}
    assert counts(await take_in(caller, 'name,born,weight\na,03/04/2020,"1,234"\n', **options)) == (1, 0, 0)
    assert await rows(caller, "born", "weight") == [("2020-04-03", "1.234")]


async def test_faults_are_reported_by_line_and_field_and_nothing_is_half_taken_in(anywhere: Caller) -> None:
    long = "x" * 3_000
    text = (
        "name,email,site,born,count,price,color\n"
        "good,a@b.example,https://b.example,2020-01-01,1,1.00,red\n"
        f"{long},not an email,javascript:alert(1),2020-02-30,x,1.234567,pink\n"
        "good too,,,,,,\n"
    )
    expected = [
        *((3, "name", "too-long"), (3, "email", "not-an-email"), (3, "site", "not-a-url")),
        *((3, "born", "not-a-date"), (3, "count", "not-an-integer"), (3, "price", "too-many-decimals")),
        (3, "color", "not-an-option"),
    ]
    assert problems(await take_in(anywhere, text, dry_run=True)) == expected
    with pytest.raises(BulkRefused) as caught:
        await take_in(anywhere, text)
    assert [(one.field, one.code) for one in caught.value.problems] == [
        (f"lines[3].{field}", code) for _, field, code in expected
    ]
    assert await rows(anywhere, "name") == []
    report = await take_in(anywhere, text, good_lines=True)
    assert (counts(report), problems(report)) == ((2, 0, 1), expected)
    assert await rows(anywhere, "name") == [("good",), ("good too",)]


async def test_a_file_without_a_head_is_mapped_by_the_numbers_of_its_columns(caller: Caller) -> None:
    text = "a,1,junk\nb,2,\n"
    report = await take_in(caller, text, header="none", mapping={"1": "name", " 2 ": "count", "3": None})
    assert counts(report) == (2, 0, 0)
    assert await rows(caller, "name", "count") == [("a", 1), ("b", 2)]
    with pytest.raises(ValidationFailed) as caught:
        await take_in(caller, text, header="none", mapping={"1": "name"})
    assert [(one.field, one.code) for one in caught.value.problems] == [
        ("2", "missing-mapping"), ("3", "missing-mapping"),
    ]  # fmt: skip


async def test_the_head_may_be_further_down(caller: Caller) -> None:
    text = "Report of 2020;;\n;;\nname;count;\na;1;\n"
    assert counts(await take_in(caller, text, header="3")) == (1, 0, 0)
    assert await rows(caller, "name", "count") == [("a", 1)]
    for content, header in ((text, "30"), ("\n" * 1_001 + text, "first")):
        with pytest.raises(UnreadableCsv):
            await take_in(caller, content, header=header)


async def test_a_column_without_a_head_that_holds_something_is_reported_by_line(caller: Caller) -> None:
    text = ",name,\n0,a,\n1,b,\n,c,  \n"
    report = await take_in(caller, text, good_lines=True)
    assert (counts(report), problems(report)) == (
        (1, 0, 2), [(2, "1", "column-without-head"), (3, "1", "column-without-head")],
    )  # fmt: skip
    assert counts(await take_in(caller, text, mapping={"1": None})) == (3, 0, 0)


async def test_lines_of_blanks_are_skipped_and_lines_keep_their_numbers(caller: Caller) -> None:
    text = "\n , \nname,count\n\n  ,  \n\u00a0,\na,1\n,\nb,x\n"
    report = await take_in(caller, text, good_lines=True)
    assert (counts(report), problems(report)) == ((1, 0, 1), [(9, "count", "not-an-integer")])


async def test_keys_of_the_mapping_are_trimmed_as_heads_are(caller: Caller) -> None:
    text = " Firm ,Number of staff\na,5\n"
    mapping = {"Firm  ": " name", " Number of staff": "count"}
    assert counts(await take_in(caller, text, mapping=mapping)) == (1, 0, 0)
    with pytest.raises(ValidationFailed) as caught:
        await take_in(caller, text, mapping={"Firm": "name", " Firm": "notes", "Number of staff": "count"})
    assert [one.code for one in caught.value.problems] == ["repeated"]


async def test_bytes_that_are_not_of_the_encoding_are_reported_with_their_line(caller: Caller) -> None:
    text = b"name\na\n" + b"\xfc\n"
    with pytest.raises(UnreadableCsv) as caught:
        await take_in(caller, text)
    assert caught.value.line == 3
    assert "encoding=windows-1252" in str(caught.value)
    late = b"name\n" + b"good\n" * 20_000 + b"\xfc\n"
    report = await take_in(caller, late, good_lines=True)
    assert (counts(report), problems(report)) == ((20_000, 0, 1), [(20_002, "", "unreadable-csv")])


async def test_blanks_behind_quotes_are_stray_and_other_texts_are_not(caller: Caller) -> None:
    text = '"name" ;"notes" ;count\n"a ""b"" ; c" ; "d" ;1\n"e\nf" ;;2\n'
    assert counts(await take_in(caller, text)) == (2, 0, 0)
    assert await rows(caller, "name", "notes", "count") == [('a "b" ; c', "d", 1), ("e\nf", None, 2)]
    report = await take_in(caller, 'name,notes\nx,"say \\"hi\\" there"\n', good_lines=True)
    assert problems(report) == [(2, "", "unreadable-csv")]
    assert "a quote within a quoted cell is doubled" in report.errors[0].problem.message


ORIGINAL = {"name": "  a ", "notes": "-5 ", "phone": "+49 (30) 12-34", "weight": "1.500", "price": "2.50"}


@pytest.mark.parametrize("more", [(), (("bom", "true"), ("delimiter", ";")), (("delimiter", "tab"),)])
async def test_an_export_that_was_edited_changes_the_records_that_it_names(
    anywhere: Caller, more: tuple[tuple[str, str], ...]
) -> None:
    texts = ['="1"', "= 1", "'x'", "' y '", "it's", "+49 30 1", "'+49"]
    made = [await anywhere.create(**ORIGINAL), *[await anywhere.create(name=text) for text in texts]]
    content = await exported(anywhere, *more)
    again = await take_in(anywhere, content, key="id")
    assert counts(again) == (0, len(made), 0)
    assert await rows(anywhere, "version") == [(1,)] * len(made)
    edited = content.replace(b"2.50", b"3.75").replace(b"it's", b"changed")
    assert counts(await take_in(anywhere, edited, key="id")) == (0, len(made), 0)
    after = await rows(anywhere, "name", "notes", "price", "version")
    assert after[0] == ("  a ", "-5 ", "3.75", 2)
    assert [row[0] for row in after[1:]] == ['="1"', "= 1", "'x'", "' y '", "changed", "+49 30 1", "'+49"]
    assert [row[3] for row in after] == [2, 1, 1, 1, 1, 2, 1, 1]


async def test_ids_without_upsert_are_refused_instead_of_making_doubles(anywhere: Caller) -> None:
    made = await anywhere.create(name="a")
    content = await exported(anywhere)
    for options in ({}, {"good_lines": True}, {"dry_run": True}):
        with pytest.raises(ValidationFailed) as caught:
            await take_in(anywhere, content, **options)
        (problem,) = caught.value.problems
        assert (problem.field, problem.code) == ("id", "id-without-upsert")
        assert "upsertBy=id" in problem.message
    assert await rows(anywhere, "id") == [(made.data["id"],)]


async def test_by_id_lines_without_one_create_and_unknown_ones_are_errors(anywhere: Caller) -> None:
    made = await anywhere.create(name="a")
    gone = await anywhere.create(name="gone")
    await anywhere.delete(gone)
    text = f"id,name\n{made.data['id']},b\n,new\n{gone.data['id']},x\n7,y\n{made.data['id']},c\n"
    report = await take_in(anywhere, text, key="id", good_lines=True)
    assert (counts(report), problems(report)) == (
        (1, 2, 2), [(4, "id", "record-not-found"), (5, "id", "not-an-id")],
    )  # fmt: skip
    assert sorted(await rows(anywhere, "name")) == [("c",), ("new",)]


STAFF = "Name,Code,Parent.Code\nAnn,A,A\nBob,B,A\nCy,C,B\nDan,D,Z\nEve,E,D\nFay,F,F2\nGil,F2,C\n"
"""Her own manager; a chain; a code that is nowhere, and one who refers to that line; a manager below."""


async def test_a_line_refers_to_one_above_it_by_a_natural_key(anywhere: Caller) -> None:
    missing = [(line, "parent", "reference-not-found") for line in (5, 6, 7)]
    report = await take_in(anywhere, STAFF, good_lines=True)
    assert (counts(report), problems(report)) == ((4, 0, 3), missing)
    report = await take_in(anywhere, STAFF, good_lines=True, key="code")  # by now the last one is there
    assert (counts(report), problems(report)) == ((1, 4, 2), missing[:2])
    ids = {code: record for record, code in await rows(anywhere, "id", "code")}
    parents = dict(await rows(anywhere, "code", "parent"))
    assert parents == {"A": ids["A"], "B": ids["A"], "C": ids["B"], "F2": ids["C"], "F": ids["F2"]}


async def test_lines_that_change_records_refer_to_lines_that_make_some(anywhere: Caller) -> None:
    await take_in(anywhere, "name,code\nBob,B\nCy,C\n")
    text = "code,name,parent.name\nN,New,\nB,Bob,New\nC,Cyril,Bob\nM,Max,Cyril\nK,Kim,Cy\n"
    report = await take_in(anywhere, text, key="code", good_lines=True)
    assert (counts(report), problems(report)) == ((2, 2, 1), [(6, "parent", "reference-not-found")])
    ids = {code: record for record, code in await rows(anywhere, "id", "code")}
    parents = dict(await rows(anywhere, "code", "parent"))
    assert parents == {"B": ids["N"], "C": ids["B"], "N": None, "M": ids["C"]}


async def test_a_name_that_a_line_above_and_a_record_have_is_ambiguous(anywhere: Caller) -> None:
    await anywhere.create(name="twin")
    report = await take_in(anywhere, "name,parent.name\ntwin,\nchild,twin\n", good_lines=True)
    assert (counts(report), problems(report)) == ((1, 0, 1), [(3, "parent", "ambiguous-reference")])


async def test_a_line_that_refers_to_one_that_the_database_refuses_fails_with_it(anywhere: Caller) -> None:
    await anywhere.create(name="there", code="A")
    text = "name,code,parent.name\nboss,A,\nchild,B,boss\ngrandchild,C,child\nother,D,\nlast,E,other\n"
    report = await take_in(anywhere, text, good_lines=True)
    assert (counts(report), problems(report)) == (
        (2, 0, 3),
        [(2, "code", "unique"), (3, "parent", "reference-not-found"), (4, "parent", "reference-not-found")],
    )
    assert "Line 2" in report.errors[1].problem.message


async def test_managers_are_found_in_a_long_list(caller: Caller) -> None:
    lines = "".join(f"n{number},c{number},c{(number - 1) // 3}\n" for number in range(1, 1_600))
    assert counts(await take_in(caller, "name,code,parent.code\nroot,c0,\n" + lines)) == (1_600, 0, 0)
    assert counts(await take_in(caller, "name,code,parent.code\nroot,c0,\n" + lines, key="code")) == (
        0,
        1_600,
        0,
    )


async def test_labels_may_have_dots(caller: Caller) -> None:
    target = await caller.service.targets.open(caller.scope, caller.access, "gadgets", "create")
    labels = {"count": "No. of staff", "parent": "Parent co."}
    fields = {
        name: replace(one, label=labels.get(name, one.label)) for name, one in target.model.fields.items()
    }
    rights = replace(target.rights, readable=fields, creatable=fields)
    seen = msgspec.structs.replace(target, rights=rights)
    found = await columns_of(seen, ["name", "no. of  Staff", "Parent co..Code"], None)
    assert [(one.field.name, one.by and one.by.name) for one in found.taken] == [
        ("name", None),
        ("count", None),
        ("parent", "code"),
    ]
