"""Exports a list as CSV (RFC 4180) in portions, with constant memory.

The list is read in pages (keyset pagination), each with one statement, instead of with an open cursor: no
connection is held while a slow client reads. Later pages include changes that were made meanwhile; a change
of fields that are not sorted by neither repeats nor omits a record.

Spreadsheets run texts that begin like a formula. Such a text gets a leading apostrophe, which marks it as
text. Telephone numbers, a plus sign and digits, do not.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from tenant_schema.objects.fields.registry import kind_of
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.file_format import BLANKS
from tenant_schema.records.query.export_format import ExportFormat
from tenant_schema.records.query.model import Query, SortTerm
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.reading.cursors import Place
from tenant_schema.records.reading.pages import cut, window_of
from tenant_schema.records.record import Row
from tenant_schema.records.sql.keyset import full_order
from tenant_schema.records.sql.rendering import known
from tenant_schema.records.sql.statements import Reading, Source, reading

__all__ = ["MARK", "PAGE", "cell_of", "chained", "csv_lines", "export", "harmless"]

PAGE: Final = 1_000
"""The number of records in a page."""

_Cell: TypeAlias = Callable[[Any], object]
_FORMULA: Final = frozenset("=+-@\t\r\n")
_NUMBER: Final = re.compile(r"\+[0-9][0-9 ()./-]*", re.ASCII)
"""Matches telephone numbers: a spreadsheet runs no function in a plus sign and digits."""
MARK: Final = b"\xef\xbb\xbf"
"""A byte order mark, by which Excel recognizes UTF-8."""
_NEVER_TEXT: Final = frozenset(
    {
        *("id", "lookup", "integer", "decimal", "currency", "percent", "boolean"),
        *("date", "datetime", "time", "json", "multi_select"),
    }
)


async def export(target: Target, query: Query, form: ExportFormat | None = None) -> AsyncIterator[bytes]:
    """Yield the file in parts: the head, then pages of rows."""
    form = form or ExportFormat()
    base: list[object] = []
    where = target.records(target.searched(query.filter, query.words), base)
    order = full_order(query.sort)
    paths = [*fields_of(query.filter), *(term.field for term in order), *query.fields]
    source = Source(target.model, where, target.hops(paths, base), target.readable)
    cells = [
        (name, cell) for name in query.fields if (cell := cell_of(known(name, target.readable))) is not None
    ]
    head, place = (MARK if form.mark else b"") + csv_lines([query.fields], form.delimiter), None
    while True:
        rows, place = await _page(target, source, query.fields, order, place, base)
        for name, cell in cells:
            for row in rows:
                if (value := row[name]) is not None:
                    row[name] = cell(value)
        yield head + csv_lines(([row[name] for name in query.fields] for row in rows), form.delimiter)
        head = b""
        if place is None:
            return


async def chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield ``first``, then the rest."""
    yield first
    async for piece in rest:
        yield piece


async def _page(
    target: Target,
    source: Source,
    names: tuple[str, ...],
    order: tuple[SortTerm, ...],
    place: Place | None,
    base: Sequence[object],
) -> tuple[list[Row], Place | None]:
    """Return a page of records, and the place of the next one; None at the end."""
    values = list(base)
    window = window_of(order, PAGE, place, values)
    plan: Reading = target.plan(
        lambda: reading(source, names, window, target.dialect, nested=False),
        *("export", names, source.where, source.hops, window),
    )
    page = cut(await target.read(plan, values), order, PAGE, place)
    return page.found.shown(), page.next


def csv_lines(rows: Iterable[Iterable[object]], delimiter: str) -> bytes:
    """Encode rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def cell_of(field: FieldModel) -> _Cell | None:
    """Return a function that converts a shown value to a cell, or None if values are written unchanged. No
    value is an empty cell.
    """
    kind = kind_of(field.type)
    if kind in {"json", "multi_select"}:
        return lambda value: msgspec.json.encode(value).decode()
    if kind == "boolean":
        return lambda value: "true" if value else "false"
    return None if kind in _NEVER_TEXT else harmless


def harmless(text: str) -> str:
    """Return a text that spreadsheets do not run as a formula, and that an import converts back. Surrounding
    spaces, which an import trims, are protected by apostrophes on both sides.
    """
    if text.lstrip("'")[:1] in _FORMULA and _NUMBER.fullmatch(text) is None:
        text = f"'{text}"
    core = text.strip("'")
    return f"'{text}'" if core and (core[0] in BLANKS or core[-1] in BLANKS) else text
