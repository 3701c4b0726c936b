"""Detects how the dates and numbers of a file are written, from all lines, before any line is imported.

All cells of a column count: ``18/06/2020`` shows that the day comes first in ``03/04/2020``, and ``1.234,50``
that ``1.234`` is one thousand two hundred and thirty-four. If a file remains ambiguous, the problem names the
option that resolves it. This reads the file once more and keeps a few values for each column in memory.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.registry import kind_of
from tenant_schema.portions import in_portions
from tenant_schema.records.csv.cells import DATES, NUMBERS, CellReader, Style, unescaped
from tenant_schema.records.csv.columns import Column
from tenant_schema.records.csv.file_format import CsvFormat
from tenant_schema.records.csv.source import CsvSource
from tenant_schema.records.errors import UnreadableCsv

__all__ = ["find_styles"]

_PLAIN: Final = re.compile(r"-?\d+|\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?|", re.ASCII)
"""Matches cells with only one reading."""
_POINT: Final = re.compile(r"-?\d+\.(?:\d{1,2}|\d{4,})", re.ASCII)
"""Matches numbers that can only have a decimal point."""
_DECIMALS: Final = re.compile(r"-?\d+\.(\d+)", re.ASCII)
_Kind: TypeAlias = Literal["date", "number"]
_Seen: TypeAlias = tuple[int, str]
"""A line number and a cell."""
_LONGEST_QUOTE: Final = 40


@dataclass(slots=True)
class _Evidence:
    """The first informative cells of a column.

    :ivar first: the first that can only be read with the day first, or with a decimal point.
    :ivar second: the first that can only be read with the month first, or with a decimal comma.
    :ivar either: the first that can be read in both ways, with different values.
    :ivar plain: whether all of those are numbers with a point and no more decimals than the field has.
    """

    reader: CellReader
    kind: _Kind
    first: _Seen | None = None
    second: _Seen | None = None
    either: _Seen | None = None
    plain: bool = True

    def look_at(self, line: int, cell: str) -> None:
        """Use a cell as evidence. Ignores cells that are no date or number; the import of the line reports
        them.
        """
        if _PLAIN.fullmatch(cell) or (self.first and _POINT.fullmatch(cell)):
            return
        text = unescaped(cell).strip()
        try:
            one, other = self._readings(text)
        except InvalidValue:
            return
        if one == other:
            return
        seen = (line, text[:_LONGEST_QUOTE])
        if other is None:
            self.first = self.first or seen
        elif one is None:
            self.second = self.second or seen
        else:
            self.either = self.either or seen
            self.plain = self.plain and self._fits(text)

    def _readings(self, text: str) -> tuple[object, object]:
        if self.kind == "date":
            date = self.reader.date(text)
            return date.day_first, date.month_first
        number = self.reader.number(text)
        return number.point, number.comma

    def _fits(self, text: str) -> bool:
        """Return whether an export of the field can have written the number."""
        found, field = _DECIMALS.fullmatch(text), self.reader.field
        if found is None or kind_of(field.type) == "integer":
            return False
        scale: int = field.type.digits(field)[1]  # type: ignore[attr-defined]  # a decimal of some kind
        return len(found[1]) <= scale


async def find_styles(source: CsvSource, columns: Sequence[Column], form: CsvFormat) -> Mapping[int, Style]:
    """Return the notation of each column of dates or numbers, by position. Rewinds the source to its first
    record.
    """
    evidence = {
        column.place: _Evidence(CellReader(field, form), kind)
        for column in columns
        if (kind := _style_of(kind_of((field := column.by or column.field).type), form)) is not None
    }
    if not evidence:
        return {}
    try:
        async for line, cells in in_portions(source.lines()):
            for place, one in evidence.items():
                if place < len(cells):
                    one.look_at(line, cells[place])
    except UnreadableCsv:
        pass  # the line says so when it is its turn
    source.rewind()
    return _decided(evidence, source.delimiter)


def _style_of(type_name: str, form: CsvFormat) -> _Kind | None:
    """Return what must be detected for a column; None for nothing."""
    if type_name in DATES:
        return "date" if form.dates is None else None
    return "number" if type_name in NUMBERS and form.numbers.decimal is None else None


def _decided(evidence: Mapping[int, _Evidence], delimiter: str) -> Mapping[int, Style]:
    numbers = [one for one in evidence.values() if one.kind == "number"]
    points = any(one.first for one in numbers)
    commas = any(one.second for one in numbers)
    found = dict[int, Style]()
    for place, one in evidence.items():
        if one.kind == "date":
            found[place] = _date_style(one)
        else:
            found[place] = _number_style(one, delimiter, points=points, commas=commas)
    return found


def _date_style(one: _Evidence) -> Style:
    if one.first and one.second:
        message = (
            f"{one.first[1]!r} in line {one.first[0]} has the day first, and {one.second[1]!r} in line "
            f"{one.second[0]} the month: set dateFormat to the one that is right, such as DD/MM/YYYY."
        )
        return Style(problem=("mixed-dates", message))
    if one.first or one.second:
        return Style(order="DMY" if one.first else "MDY")
    if one.either:
        message = (
            f"{one.either[1]!r} in line {one.either[0]} can have the day or the month first: set dateFormat, "
            "such as DD/MM/YYYY or MM/DD/YYYY."
        )
        return Style(problem=("ambiguous-date", message))
    return Style()


def _number_style(one: _Evidence, delimiter: str, *, points: bool, commas: bool) -> Style:
    """Return the notation of a column from its own cells, or else from those of the file's other columns."""
    if one.first and one.second:
        message = (
            f"{one.first[1]!r} in line {one.first[0]} has a decimal point, and {one.second[1]!r} in line "
            f"{one.second[0]} a comma: set decimal to the one that is right."
        )
        return Style(problem=("mixed-numbers", message))
    if one.first or one.second:
        return Style(mark="." if one.first else ",")
    if one.either is None:
        return Style()
    if points != commas:
        return Style(mark="." if points else ",")
    if one.plain and delimiter == "," and not commas:
        return Style(mark=".")
    message = (
        f"{one.either[1]!r} in line {one.either[0]} can have decimals or thousands: set decimal to point or "
        "comma."
    )
    return Style(problem=("ambiguous-number", message))
