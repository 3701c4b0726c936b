"""The report of a dry run: the detected format and, for each column, its field and some of its cells."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tenant_schema.objects.fields.registry import kind_of
from tenant_schema.records.csv.cells import DATES, NUMBERS, CellReader
from tenant_schema.records.csv.columns import Column, Columns
from tenant_schema.records.csv.file_format import ENCODINGS
from tenant_schema.records.csv.source import CsvSource, Line
from tenant_schema.records.sql.rendering import shown

__all__ = ["CellExample", "ColumnTaken", "TakenAs", "TakenCells"]

_EXAMPLES: Final = 5
_LONGEST: Final = 100
_ORDERS: Final = {"DMY": "DD/MM/YYYY", "MDY": "MM/DD/YYYY", "YMD": "YYYY-MM-DD", "YDM": "YYYY-DD-MM"}


@dataclass(frozen=True, slots=True)
class CellExample:
    """A cell, its line, and the resulting value; None for no value."""

    line: int
    cell: str
    value: object


@dataclass(frozen=True, slots=True)
class ColumnTaken:
    """A column, its field (``account.name`` for a lookup by name; None if the column is ignored) and its
    notation.

    ``reason`` says why the column is ignored, or what is ambiguous. ``examples`` are cells whose values
    differ from their texts.
    """

    column: str
    field: str | None
    reason: str | None = None
    date_format: str | None = None
    decimal: str | None = None
    examples: tuple[CellExample, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenAs:
    """The detected format of a file. ``header_line`` is 0 if there are no heads."""

    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[ColumnTaken, ...]


class TakenCells:
    """Collects a few cells for each column whose values differ from their texts."""

    def __init__(self) -> None:
        self._found: defaultdict[int, dict[str, CellExample]] = defaultdict(dict)

    def add(self, column: Column, line: Line, value: object) -> None:
        """Add a cell, with its value in stored form."""
        found, cell = self._found[column.place], line[1][column.place]
        if len(found) == _EXAMPLES or cell in found or not cell.strip():
            return
        value = shown(column.by or column.field, value)
        if value != cell and str(value) != cell:
            short = value[:_LONGEST] if isinstance(value, str) else value
            found[cell] = CellExample(line[0], cell[:_LONGEST], short)

    def report(
        self, source: CsvSource, header: Sequence[str], columns: Columns, readers: Mapping[int, CellReader]
    ) -> TakenAs:
        """Return the report, in the order of the columns."""
        taken = {one.place: one for one in columns.taken}
        found = [
            self._taken(taken[place], readers[place])
            if place in taken
            else ColumnTaken(name or str(place + 1), None, columns.left_out.get(place, "it has no head"))
            for place, name in enumerate(header)
        ]
        codec = source.encoding.removesuffix("-sig")
        encoding = next((name for name, one in ENCODINGS.items() if one == codec), codec)
        return TakenAs(encoding, source.delimiter, source.header_line, tuple(found))

    def _taken(self, column: Column, reader: CellReader) -> ColumnTaken:
        field = column.by or column.field
        kind = kind_of(field.type)
        is_date, is_number = kind in DATES, kind in NUMBERS
        dates, numbers = reader.form.dates, reader.form.numbers
        order = dates.order if dates is not None else reader.style.order or "YMD"
        mark = numbers.decimal or reader.style.mark or "."
        is_open = reader.style.problem is not None
        return ColumnTaken(
            column.name,
            column.field.name if column.by is None else f"{column.field.name}.{column.by.name}",
            reason=reader.style.problem[1] if reader.style.problem else None,
            date_format=_ORDERS[order] if is_date and not is_open else None,
            decimal=mark if is_number and not is_open else None,
            examples=tuple(self._found[column.place].values()),
        )
