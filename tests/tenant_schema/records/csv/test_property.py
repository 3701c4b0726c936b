"""Whatever a file holds: a cell becomes a value or a problem, a file lines or a problem, and what was
exported is what is read again.
"""

import csv
import io
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.records.csv.cells import CellReader, Style, unescaped
from tenant_schema.records.csv.export_csv import cell_of
from tenant_schema.records.csv.file_format import CsvFormat, read_format
from tenant_schema.records.csv.source import CsvSource
from tenant_schema.records.errors import InvalidQuery, UnreadableCsv
from tests.tenant_schema.records.models import make_gadgets

GADGETS = make_gadgets()
WRITTEN = st.text("0123456789.,/-: '’\u00a0+()€$%TZamJnJuly[]\"{}\\;|xX=\x00\ud800", max_size=30) | st.text(
    max_size=30
)
OPTIONS = (
    "delimiter",
    "encoding",
    "header",
    "dateFormat",
    "timeZone",
    "decimal",
    "thousands",
    "nulls",
    "booleans",
)
STYLES = st.sampled_from(
    [
        Style(),
        Style(order="MDY"),
        Style(order="DMY"),
        Style(mark=","),
        Style(mark="."),
        Style(problem=("x", "y")),
    ]
)
_ZONE = {"dateFormat": "MM/DD/YY HH:mm", "decimal": ",", "timeZone": "America/Sao_Paulo"}
_WORDS = {"dateFormat": "YYYYDDMM", "thousands": "space", "nulls": "x", "booleans": "y:n"}
FORMS = st.sampled_from([CsvFormat(), read_format(_ZONE, rounds=True), read_format(_WORDS)])


@given(
    name=st.sampled_from([*GADGETS.fields]), text=WRITTEN, style=STYLES, form=FORMS, operands=st.booleans()
)
@example(name="seen", text="9999-12-31T23:59:59-23:59", style=Style(), form=CsvFormat(), operands=False)
@example(
    name="seen",
    text="0001-01-01",
    style=Style(),
    form=read_format(_ZONE),
    operands=False,
)
@example(name="born", text="٣/٤/٢٠٢٠", style=Style(), form=CsvFormat(), operands=False)
@example(name="count", text="²", style=Style(), form=CsvFormat(), operands=False)
def test_a_cell_becomes_a_value_or_a_problem(
    name: str, text: str, style: Style, form: CsvFormat, operands: bool
) -> None:
    with suppress(InvalidValue):
        CellReader(GADGETS.fields[name], form, style, operands=operands).read(text)


@given(content=st.binary(max_size=200) | st.text('a,;|\t"\n\r \x00ü', max_size=60).map(str.encode))
@example(content=b"sep=")
@example(content=b"sep=;")
@example(content=b"sep=\n")
@example(content=b'sep="\na"b\n')
@example(content=b"\xff\xfe")
@example(content=b"\xff\xfea")
@example(content=b"\n\n\n")
def test_a_file_is_lines_or_a_problem(content: bytes) -> None:
    for header in (None, 0, 2):
        for encoding in (None, "cp1252", "utf-16-le", "cp932"):
            form = CsvFormat(header=header, encoding=encoding)
            with suppress(UnreadableCsv), CsvSource(io.BytesIO(content), form) as source:
                names = source.header()
                first = list(source.lines())
                source.rewind()
                assert list(source.lines()) == first
                assert names or not header


@given(options=st.dictionaries(st.sampled_from(OPTIONS), st.text(max_size=12) | WRITTEN))
def test_an_option_is_understood_or_a_problem(options: dict[str, str]) -> None:
    with suppress(InvalidQuery):
        read_format(options)


TEXTS = st.text("='+-@\t \u00a0\n\r\"aA09();,|\ufeff", max_size=8)


@given(text=TEXTS, delimiter=st.sampled_from(",;\t|"))
@example(text="+49 30 123", delimiter=";")
@example(text="'+49", delimiter=",")
@example(text="' = '", delimiter=",")
@example(text='="1"', delimiter=",")
@example(text="' ", delimiter=",")
def test_a_text_comes_through_a_file_as_it_is(text: str, delimiter: str) -> None:
    if not text.strip():
        return  # no value
    make = cell_of(GADGETS.fields["name"])
    assert make is not None
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerows([["name", "x"], [make(text), "y"]])
    form = CsvFormat(delimiter=delimiter)
    with CsvSource(io.BytesIO(file.getvalue().encode()), form) as source:
        source.header()
        ((_, (cell, _)),) = list(source.lines())
    assert unescaped(cell) == text
    field = GADGETS.fields["name"]
    assert CellReader(field, form).read(cell) == field.type.parse(text, field)
