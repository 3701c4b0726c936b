"""Converts cells of a CSV file to values, with the validation of JSON values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

import msgspec

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.registry import kind_of
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.csv.dates import DateCell, Order, local_moment, read_clock, read_date
from tenant_schema.records.csv.file_format import BLANKS, NO_VALUE, CsvFormat
from tenant_schema.records.csv.numbers import Mark, NumberCell, read_number
from tenant_schema.records.csv.source import trimmed

__all__ = ["DATES", "NUMBERS", "CellReader", "Style", "unescaped"]

NUMBERS: Final = frozenset({"integer", "decimal", "currency", "percent"})
DATES: Final = frozenset({"date", "datetime"})
_TEXTS: Final = frozenset({"text", "long_text"})
_FORMULA: Final = frozenset("=+-@\t\r\n")
_PLAIN_DATES: Final = {
    "date": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII),
}
_PLAIN_INTEGER: Final = re.compile(r"-?\d{1,18}", re.ASCII)
_PLAIN_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.(?:\d{1,2}|\d{4,18}))?", re.ASCII)
"""Without numbers of three decimals, whose mark may separate thousands."""
_POINT_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP"}
_KEPT: Final = re.compile(r'="[^"]*"')
_EXACT: Final = Context(prec=400)
"""A precision that is enough for every number in a cell, with all decimals of a field."""
_SPLITS: Final = (";", ",", "|", "\n")
_MOST_PARTS: Final = 1_000
"""The maximum number of options in a cell, above that of a field; the rest stays unsplit and is refused."""


@dataclass(frozen=True, slots=True)
class Style:
    """The detected notation of a column's dates or numbers. ``problem`` is the code and message of an
    ambiguity that must be resolved by an option.
    """

    order: Order | None = None
    mark: Mark | None = None
    problem: tuple[str, str] | None = None


class CellReader:
    """Converts the cells of one column.

    :param operands: whether cells are search values of a lookup rather than values to store.
    """

    def __init__(
        self, field: FieldModel, form: CsvFormat, style: Style | None = None, *, operands: bool = False
    ) -> None:
        self.field, self.form, self.style = field, form, style or Style()
        self._operands = operands
        self._kind = kind_of(field.type)
        self._options = _options(field) if self._kind in {"select", "multi_select"} else {}
        self._currency = ""
        self._plain = None if self._operands else self._plain_shape()

    def read(self, cell: str) -> object:
        """Return the value in stored form; None for no value. Raises :class:`InvalidValue`."""
        if self._plain is not None and self._plain.fullmatch(cell):
            return self.field.type.parse(int(cell) if self._kind == "integer" else cell, self.field)
        text = unescaped(cell) if self._kind in _TEXTS else unescaped(cell).strip()
        if self._is_no_value(text):
            return None
        try:
            return self._stored(self._value(text))
        except InvalidValue as error:
            hint = _HINTS.get((error.code, self._kind)) or _HINTS.get((error.code, ""))
            if hint is None:
                raise
            message = f"{error.message}; {hint.format(field=self.field.name)}"
            raise InvalidValue(error.code, message, error.did_you_mean) from error

    def _plain_shape(self) -> re.Pattern[str] | None:
        """Return a pattern of cells that are unambiguous in JSON's notation, which skips the parsers of
        notations; None if there is no such pattern.
        """
        if self._kind in DATES:
            is_odd = self.form.dates is not None and self.form.dates.order == "YDM"
            return None if is_odd else _PLAIN_DATES[self._kind]
        if self._kind not in NUMBERS or self.style.problem or self.form.rounds or self.form.nulls:
            return None
        mark = self.form.numbers.decimal or self.style.mark
        if mark == "," or self._kind == "integer":
            return _PLAIN_INTEGER
        return _PLAIN_NUMBER if mark is None else _POINT_NUMBER

    def _stored(self, value: object) -> object:
        if self._operands and self._kind not in NUMBERS | DATES:
            return self.field.type.parse_text(str(value), self.field)
        return self.field.type.parse(value, self.field)

    def _is_no_value(self, text: str) -> bool:
        if not text or text.isspace():
            return True
        word = text.lower()
        if self.form.nulls is not None:
            return word in self.form.nulls
        return (
            self._kind not in _TEXTS and not self._operands and word in NO_VALUE and text not in self._options
        )

    def _value(self, text: str) -> object:
        """Return the value in the form that it has in JSON."""
        if self._kind in NUMBERS:
            return self._number(text)
        if self._kind in DATES:
            return self._date(text)
        if self._kind == "boolean":
            return self._boolean(text)
        if self._kind == "time":
            return text if text[:1].isdigit() and text[2:3] == ":" and len(text) == 5 else _time(text)
        if self._kind == "select":
            return self._option(text)
        if self._kind == "multi_select":
            return self._several(text)
        return _json(text) if self._kind == "json" else text

    def number(self, text: str) -> NumberCell:
        """Return the possible readings of a number. Raises :class:`InvalidValue`."""
        currency, percent = self._kind == "currency", self._kind == "percent"
        try:
            return read_number(text, self.form.numbers, currency=currency, percent=percent)
        except InvalidValue as error:
            code = "not-an-integer" if self._kind == "integer" else "not-a-decimal"
            raise InvalidValue(code, error.message) from error

    def _number(self, text: str) -> object:
        cell = self.number(text)
        self._check_currency(cell.currency)
        if self.style.mark is not None:
            marked = cell.point if self.style.mark == "." else cell.comma
        elif cell.point != cell.comma and (self.style.problem or (cell.point and cell.comma)):
            raise InvalidValue(*(self.style.problem or _OPEN_NUMBER))
        else:
            marked = cell.point or cell.comma
        if marked is None:
            name = "point" if self.style.mark == "." else "comma"
            message = f"does not read with a decimal {name} like the rest of the column: set decimal"
            raise InvalidValue("ambiguous-number", message)
        number = Decimal(marked)
        if self._kind == "integer":
            return self._whole(number)
        if self.form.rounds:
            digits: Any = self.field.type
            scale = digits.digits(self.field)[1]
            return f"{number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _EXACT):f}"
        return marked

    def _check_currency(self, sign: str) -> None:
        """Refuse a second currency in the column: the field stores only the number."""
        sign = _SIGNS.get(sign, sign)
        if sign and sign != (self._currency or sign):
            message = f"is in {sign}, and a cell above is in {self._currency}: a column has one currency"
            raise InvalidValue("mixed-currencies", message)
        self._currency = self._currency or sign

    def _whole(self, number: Decimal) -> int:
        whole = number.to_integral_value(ROUND_HALF_UP)
        if whole != number and not self.form.rounds:
            raise InvalidValue("not-an-integer", "must be a whole number; round=true rounds it")
        return int(whole)

    def date(self, text: str) -> DateCell:
        """Return the possible readings of a date. Raises :class:`InvalidValue`."""
        try:
            return read_date(text, self.form.dates)
        except InvalidValue as error:
            raise InvalidValue(f"not-a-{self._kind}", error.message) from error

    def _date(self, text: str) -> str:
        cell = self.date(text)
        day = cell.month_first if self.style.order == "MDY" else cell.day_first
        if self.style.order is None and cell.day_first != cell.month_first:
            if self.style.problem or (cell.day_first and cell.month_first):
                raise InvalidValue(*(self.style.problem or _OPEN_DATE))
            day = cell.day_first or cell.month_first
        if day is None:
            message = f"is no day of the calendar as {self.style.order}, like the rest of the column"
            raise InvalidValue("not-a-date", message)
        if self._kind == "datetime":
            moment = local_moment(day, cell.clock, self.form.zone)
            return moment.isoformat()
        if cell.clock and read_clock(cell.clock)[0] != time() and not self._drops_times():
            message = "has a time of day, which a date leaves out: set round=true to drop it"
            raise InvalidValue("has-a-time", message)
        return day.isoformat()

    def _drops_times(self) -> bool:
        return self.form.rounds or (self.form.dates is not None and self.form.dates.has_time)

    def _boolean(self, text: str) -> bool:
        found = self.form.booleans.get(text.lower())
        if found is None:
            raise InvalidValue(
                "not-a-boolean", "must be yes or no, true or false, 1 or 0; other words are for booleans="
            )
        return found

    def _option(self, text: str) -> str:
        """Return the option with that value or label. Returns an unknown text unchanged; the field type
        refuses it.
        """
        found = self._options.get(text) or self._options.get(text.casefold())
        if found == "":
            raise InvalidValue("ambiguous-option", "is the label of several options: give the value")
        return found or text

    def _several(self, text: str) -> object:
        """Return the options of a cell: a JSON list, or texts with a separator."""
        if text.startswith("["):
            try:
                return msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError) as error:
                raise InvalidValue("not-json", "must be a list in JSON, or options with ; between") from error
        if text.casefold() in self._options:
            return [self._option(text)]
        mark = next((mark for mark in _SPLITS if mark in text), ";")
        parts = text.split(mark, _MOST_PARTS)
        return [self._option(trimmed(one)) for one in parts if trimmed(one)]


_OPEN_DATE: Final = ("ambiguous-date", "can be read in two ways: set dateFormat, such as DD/MM/YYYY")
_OPEN_NUMBER: Final = ("ambiguous-number", "can be read in two ways: set decimal to point or comma")


_HINTS: Final = {
    ("too-many-decimals", ""): "round=true rounds it",
    ("not-an-id", "lookup"): "a column named {field}.name finds the record by its name",
}
"""Hints that are appended to messages, by the problem's code and the field type (empty for any type)."""


def _options(field: FieldModel) -> Mapping[str, str]:
    """Return options by value, lower-case value and label; an empty text for a label of several options."""
    found = dict[str, str]()
    options = field.settings["options"]
    for option in options:
        label = option["label"].casefold().strip()
        found[label] = "" if found.get(label, option["value"]) != option["value"] else option["value"]
    for option in options:
        found[option["value"].casefold()] = option["value"]
    return found | {option["value"]: option["value"] for option in options}


def _time(text: str) -> str:
    moment, offset = read_clock(text)
    if offset is not None:
        raise InvalidValue("not-a-time", "must be a time without an offset")
    return moment.isoformat()


def _json(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise InvalidValue("not-json", "must be JSON") from error


def unescaped(cell: str) -> str:
    """Return the text of a cell without surrounding spaces, without the apostrophes of an export, and without
    ``="…"``.

    An export puts apostrophes around texts that begin or end with a space, and before texts that a
    spreadsheet would run as a formula. Some programs write ``="0012"`` to keep a spreadsheet from reading a
    text as a number.
    """
    text = trimmed(cell)
    if text[:1] != "'":
        return text[2:-1] if _KEPT.fullmatch(text) else text
    core = text.strip("'")
    if len(text) > 1 and text[-1] == "'" and core and (core[0] in BLANKS or core[-1] in BLANKS):
        text = text[1:-1]
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in _FORMULA else text
