"""Cells as people write them, and what is said of those that can be read in two ways."""

import datetime as dt
from typing import Any

import pytest

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.problems import Problem
from tenant_schema.records.csv.cells import CellReader, Style
from tenant_schema.records.csv.dates import DateFormat, date_format, read_clock, read_date
from tenant_schema.records.csv.file_format import CsvFormat, read_format
from tenant_schema.records.csv.numbers import NumberFormat, number_format, read_number
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.sql.rendering import shown
from tests.tenant_schema.records.models import make_gadgets

GADGETS = make_gadgets()


def cell(field: str, text: str, style: Style | None = None, **options: Any) -> object:
    """What the field shows of the cell."""
    rounds = options.pop("round", False)
    model = GADGETS.fields[field]
    return shown(model, CellReader(model, read_format(options, rounds=rounds), style).read(text))


def code(field: str, text: str, style: Style | None = None, **options: Any) -> str:
    """The code of the problem with the cell."""
    with pytest.raises(InvalidValue) as caught:
        cell(field, text, style, **options)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        *("2000-01-31", "2000/01/31", "2000.1.31", "20000131", "31.01.2000", "31.1.2000", "31/01/2000"),
        *("01/31/2000", "31-01-2000", "31 01 2000", "Jan 31 2000", "January 31, 2000", "31 Jan 2000"),
        *("31st January 2000", "Jan 31st, 2000", "31-Jan-2000", "31. Januar 2000", "31 janvier 2000"),
        *("31 de enero de 2000", "31 gennaio 2000", "Mon, Jan 31 2000", "Montag, 31. Januar 2000"),
        *("lundi 31 janvier 2000", "2000 Jan 31", " 31/01/2000 ", "31/01/2000 00:00", "2000-01-31T00:00:00"),
        *("2000-01-31 00:00:00.000", "1/31/2000 12:00:00 AM"),
    ],
)
def test_a_date_that_can_be_read_in_one_way_only(text: str) -> None:
    assert cell("born", text) == "2000-01-31"


@pytest.mark.parametrize(
    "text",
    [
        *("31/31/2000", "2000-13-01", "2000-02-30", "31/04/2000", "32.01.2000", "00/01/2000", "Feb 30 2000"),
        *(
            "yesterday",
            "2000",
            "01/2000",
            "1/2/3/4",
            "Foo 1 2000",
            "1/31/00",
            "31-Jan-00",
            "43999",
            "1" * 200,
        ),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert code("born", text) == "not-a-date"


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("03/04/2020", "DD/MM/YYYY", "2020-04-03"),
        ("03/04/2020", "MM/DD/YYYY", "2020-03-04"),
        ("03.04.2020", "MM.DD.YYYY", "2020-03-04"),
        ("3/4/20", "d/m/yy", "2020-04-03"),
        ("3/4/68", "m/d/yy", "2068-03-04"),
        ("3/4/69", "%m/%d/%y", "1969-03-04"),
        ("03-Apr-20", "DD-MMM-YY", "2020-04-03"),
        ("03042020", "DDMMYYYY", "2020-04-03"),
        ("2020/03/04", "YYYY/DD/MM", "2020-04-03"),
        ("2020-03-04", "YYYY-DD-MM", "2020-04-03"),
        ("03/04/2020 15:30", "DD/MM/YYYY HH:mm", "2020-04-03"),
        ("03/04/2020 15:30", "%d/%m/%Y %H:%M", "2020-04-03"),
        ("2020-04-03", "MM/DD/YYYY", "2020-04-03"),
    ],
)
def test_a_date_in_the_format_that_the_caller_names(text: str, form: str, expected: str) -> None:
    assert cell("born", text, dateFormat=form) == expected


def test_a_date_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    assert read_date("03/04/2020", None).day_first == dt.date(2020, 4, 3)
    assert read_date("03/04/2020", None).month_first == dt.date(2020, 3, 4)
    assert code("born", "03/04/2020") == "ambiguous-date"
    assert code("born", "03-04-2020") == "ambiguous-date"
    assert cell("born", "04/04/2020") == "2020-04-04"
    assert cell("born", "03/04/2020", Style(order="DMY")) == "2020-04-03"
    assert code("born", "04/13/2020", Style(order="DMY")) == "not-a-date"


def test_a_time_behind_a_date_is_not_lost_unless_the_caller_says_so() -> None:
    assert code("born", "2020-04-03 15:30") == "has-a-time"
    assert cell("born", "2020-04-03 15:30", round=True) == "2020-04-03"


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2020-06-18T14:30:00Z", "Europe/Berlin", "2020-06-18T14:30:00Z"),
        ("2020-06-18T14:30:00+02:00", "UTC", "2020-06-18T12:30:00Z"),
        ("2020-06-18 14:30:00 +0200", "UTC", "2020-06-18T12:30:00Z"),
        ("2020-06-18 14:30", "UTC", "2020-06-18T14:30:00Z"),
        ("18/06/2020 14:30", "Europe/Berlin", "2020-06-18T12:30:00Z"),
        ("18.06.2020, 14:30:15,25", "UTC", "2020-06-18T14:30:15.250000Z"),
        ("Jun 18 2020 2:30 PM", "America/New_York", "2020-06-18T18:30:00Z"),
        ("18.06.2020 14.30 Uhr", "UTC", "2020-06-18T14:30:00Z"),
        ("18/06/2020", "Europe/Berlin", "2020-06-17T22:00:00Z"),
        ("12/31/2020 12:05 a.m.", "UTC", "2020-12-31T00:05:00Z"),
    ],
)
def test_a_moment_in_the_time_zone_of_the_caller(text: str, zone: str, expected: str) -> None:
    assert cell("seen", text, timeZone=zone) == expected


@pytest.mark.parametrize("text", ["2026-10-25 02:30", "2026-03-29 02:30"])
def test_a_moment_that_the_clock_has_twice_or_never_is_refused(text: str) -> None:
    assert code("seen", text, timeZone="Europe/Berlin") == "ambiguous-time"
    assert cell("seen", f"{text}+01:00", timeZone="Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:30", "09:30:00"),
        ("9:30 PM", "21:30:00"),
        ("12:00 am", "00:00:00"),
        ("09:30:15.5", "09:30:15.500000"),
    ],
)
def test_a_time_of_day(text: str, expected: str) -> None:
    assert cell("opens", text) == expected
    assert read_clock(text)[1] is None


@pytest.mark.parametrize("text", ["25:00", "13:00 PM", "9:60", "noon", "9", "09:30+02:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    assert code("opens", text) == "not-a-time"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("5", "5.00"), ("-5", "-5.00"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50")),
        *(("1 234,50", "1234.50"), ("1\u00a0234,50", "1234.50"), ("1\u202f234,50 €", "1234.50")),
        *(("1'234.50", "1234.50"), ("(1,234.50)", "-1234.50"), ("1.234.567", "1234567.00")),
        *(("12,34,567.00", "1234567.00"), ("$5", "5.00"), ("-$5.10", "-5.10"), ("($5.10)", "-5.10")),
        *(("EUR 1.234,50", "1234.50"), ("5.10 CHF", "5.10"), ("5,1", "5.10"), ("0,500", "0.50")),
        *((".5", "0.50"), ("+7", "7.00"), ("\u221212.50", "-12.50"), ("12.50-", "-12.50")),
        *(("5 kr", "5.00"), ("1 234,50 zł", "1234.50"), ("Rs. 500", "500.00"), ("US$ 5", "5.00")),
        *(("1e+05", "100000.00"), ("-1,5E+3", "-1500.00"), ("1.5e-1", "0.15"), ("2.000000E+00", "2.00")),
    ],
)
def test_a_number_that_can_be_read_in_one_way_only(text: str, expected: str) -> None:
    assert cell("price", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "1.2.3",
        "1,2,3",
        "1,23.4",
        "1,234.5,6",
        "--1",
        "1e100",
        "1.5e",
        "1,234.5e3",
        "12 %",
        "$",
        "5 € 6",
        "1 2",
        "9" * 200,
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert code("price", text) == "not-a-decimal"


def test_a_number_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    found = read_number("1,234", NumberFormat(), currency=False, percent=False)
    assert (found.point, found.comma) == ("1234", "1.234")
    for text in ("1,234", "1.234", "-12,000"):
        assert code("weight", text) == "ambiguous-number"
        assert code("count", text) == "ambiguous-number"
    assert cell("weight", "1.234", Style(mark=",")) == "1234.000"
    assert cell("weight", "1,234", decimal="comma") == "1.234"
    assert cell("weight", "1,234", decimal=".") == "1234.000"
    assert cell("weight", "1,234", thousands=",") == "1234.000"
    assert cell("count", "1.234", thousands="point") == 1234
    assert code("weight", "1,234", decimal="point", thousands="none") == "not-a-decimal"


def test_a_number_is_rounded_when_the_caller_says_so() -> None:
    assert (code("price", "1.005"), code("count", "5.5")) == ("ambiguous-number", "not-an-integer")
    assert code("price", "1.0055") == "too-many-decimals"
    assert cell("price", "1.0055", round=True) == "1.01"
    assert cell("price", "-2.5050", round=True) == "-2.51"
    assert (cell("count", "2.5", round=True), cell("count", "-2.5", round=True)) == (3, -3)
    assert cell("count", "5.0") == 5
    assert cell("share", "12,5 %") == "12.50"


def test_more_digits_than_any_number_has_are_rounded_or_refused() -> None:
    many = "12345678901234567890123456789012345678.5"
    assert code("price", many, round=True) == "too-many-digits"
    assert code("count", many, round=True) == "out-of-range"
    assert code("price", "9e30", round=True) == "too-many-digits"
    assert cell("price", f"0.{'4' * 40}", round=True) == "0.44"


def test_a_number_that_a_spreadsheet_cut_off_is_not_taken_for_all_of_it() -> None:
    for field in ("count", "weight"):
        with pytest.raises(InvalidValue, match="cut off by a spreadsheet"):
            cell(field, "1.23457E+11")
    assert (cell("count", "2E3"), cell("count", "1.23457E+5")) == (2000, 123457)


def test_words_for_yes_and_no() -> None:
    for word in ("yes", "Y", "TRUE", "1", "1.0", "x", "X", "on", "ja", "oui", "sí", "wahr", "✓"):
        assert cell("active", f" {word} ") is True
    for word in ("no", "N", "false", "0", "0.0", "off", "Nein", "non", "falsch"):
        assert cell("active", word) is False
    assert code("active", "perhaps") == "not-a-boolean"
    assert cell("active", "perhaps", booleans="perhaps,maybe:never") is True
    assert cell("active", "Never", booleans="perhaps,maybe:never") is False
    assert (cell("active", "Sure", booleans="sure/nope"), cell("active", "nope", booleans="sure,nope")) == (
        True,
        False,
    )
    assert code("active", "yes", booleans="perhaps:never") == "not-a-boolean"


@pytest.mark.parametrize(
    "word", ["NA", "n/a", "#N/A", "null", "NULL", "-", "\u2013", "None", "\\N", "", "  "]
)
def test_what_stands_for_no_value(word: str) -> None:
    for field in ("count", "price", "active", "born", "seen", "opens", "color", "email", "manager", "extra"):
        assert cell(field, word) is None


def test_a_text_may_be_what_stands_for_no_value_elsewhere() -> None:
    assert (cell("name", "NA"), cell("notes", "-")) == ("NA", "-")
    assert (cell("name", "na", nulls="NA,-"), cell("notes", "-", nulls="NA,-")) == (None, None)
    assert code("count", "null", nulls="NA,-") == "not-an-integer"


def test_a_column_has_one_currency() -> None:
    reader = CellReader(GADGETS.fields["price"], read_format({}))
    assert [str(reader.read(text)) for text in ("€ 5", "6", "7 EUR", "8 €")] == [
        "5.00",
        "6.00",
        "7.00",
        "8.00",
    ]
    with pytest.raises(InvalidValue) as caught:
        reader.read("$5")
    assert caught.value.code == "mixed-currencies"


def test_a_text_that_a_spreadsheet_was_kept_from_taking_for_a_number() -> None:
    assert cell("name", '="00123"') == "00123"
    assert cell("name", "'=1+1") == "=1+1"
    assert cell("name", '=CONCAT("a")') == '=CONCAT("a")'


def test_spaces_around_a_cell_are_stray() -> None:
    assert (cell("name", " Globex\u00a0"), cell("email", "\tann@example.com ")) == (
        "Globex",
        "ann@example.com",
    )
    assert (cell("color", " red "), cell("count", " 5 ")) == ("red", 5)


def test_an_option_by_its_value_or_its_label() -> None:
    assert (cell("color", "RED"), cell("color", "Bläulich")) == ("red", "bläulich")
    assert code("color", "pink") == "not-an-option"
    for text in ('["red","blue"]', "red; blue", "red,Blue", "red|blue", "Red\nBlue"):
        assert cell("colors", text) == ["red", "blue"]
    assert code("colors", "red; pink") == "not-an-option"


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("email", "not an email", "not-an-email"),
        ("site", "javascript:alert(1)", "not-a-url"),
        ("phone", "call me", "not-a-phone-number"),
        ("name", "x" * 300, "too-long"),
        ("notes", "x" * 16_001, "too-long"),
        ("share", "100000.00", "too-many-digits"),
        ("count", str(2**63), "out-of-range"),
        ("born", "0999-01-01", "out-of-range"),
        ("manager", "Ada", "not-an-id"),
        ("extra", "{", "not-json"),
        ("colors", "[", "not-json"),
        ("colors", "red;red", "duplicate-option"),
    ],
)
def test_a_cell_is_checked_as_json_is(field: str, text: str, expected: str) -> None:
    assert code(field, text) == expected


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"delimiter": "x"}, "delimiter"),
        ({"encoding": "klingon"}, "encoding"),
        ({"header": "0"}, "header"),
        ({"header": "last"}, "header"),
        ({"header": "1001"}, "header"),
        ({"dateFormat": "DD/MM"}, "dateFormat"),
        ({"dateFormat": ""}, "dateFormat"),
        ({"timeZone": "Europe/Nowhere"}, "timeZone"),
        ({"timeZone": "../etc/passwd"}, "timeZone"),
        ({"decimal": "x"}, "decimal"),
        ({"thousands": "x"}, "thousands"),
        ({"decimal": ",", "thousands": "comma"}, "thousands"),
        ({"nulls": ","}, "nulls"),
        ({"nulls": ",".join(map(str, range(100)))}, "nulls"),
        ({"booleans": "yes"}, "booleans"),
        ({"booleans": "yes,no,perhaps"}, "booleans"),
        ({"booleans": "yes:yes"}, "booleans"),
    ],
)
def test_an_option_that_cannot_be_understood_is_refused(options: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        read_format(options)
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
    assert (problem.field, problem.code) == (field, "invalid-value")


def test_formats_are_read_from_text() -> None:
    assert date_format("DD.MM.YYYY HH:mm") == DateFormat("DMY", has_time=True)
    assert date_format("yyyy-mm-dd hh:mm:ss") == DateFormat("YMD", has_time=True)
    assert number_format(None, ".") == NumberFormat(",", ".")
    assert number_format(",", None) == NumberFormat(",", None)
    assert read_format({}) == CsvFormat()
