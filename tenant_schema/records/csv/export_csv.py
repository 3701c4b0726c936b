"""Exports a list as CSV (RFC 4180) in portions, with constant memory.

It is read in pages, each one statement that goes on after the last record of the one before, rather than with
one cursor that stays open: between pages no connection is held, however slowly somebody takes the file. What
changes meanwhile is seen from the next page on; no record comes twice or is left out for being changed in
fields that the order does not go by.

A spreadsheet runs a text that begins like a formula. Such a text gets an apostrophe in front, which
spreadsheets take for "this is text"; a telephone number, a plus sign and digits, does not.
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
"""Records read at a time."""

_Cell: TypeAlias = Callable[[Any], object]
_FORMULA: Final = frozenset("=+-@\t\r\n")
_NUMBER: Final = re.compile(r"\+[0-9][0-9 ()./-]*", re.ASCII)
"""A telephone number: a plus sign and digits call no function."""
MARK: Final = b"\xef\xbb\xbf"
"""By which Excel knows that the file is UTF-8."""
_NEVER_TEXT: Final = frozenset(
    {
        *("id", "lookup", "integer", "decimal", "currency", "percent", "boolean"),
        *("date", "datetime", "time", "json", "multi_select"),
    }
)


async def export(target: Target, query: Query, form: ExportFormat | None = None) -> AsyncIterator[bytes]:
    """Yield the head and the rows of the file, some at a time."""
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
    """Yield the pieces of which the first was read already."""
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
    """Return the next records, and where to go on; None at the end."""
    values = list(base)
    window = window_of(order, PAGE, place, values)
    plan: Reading = target.plan(
        lambda: reading(source, names, window, target.dialect, nested=False),
        *("export", names, source.where, source.hops, window),
    )
    found = cut(await target.run(plan.statement, values), order, PAGE, place)
    return plan.show(found.rows), found.next


def csv_lines(rows: Iterable[Iterable[object]], delimiter: str) -> bytes:
    """Rows as they stand in the file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def cell_of(field: FieldModel) -> _Cell | None:
    """What makes a cell of a shown value, when that is not one by itself; no value is an empty cell."""
    kind = kind_of(field.type)
    if kind in {"json", "multi_select"}:
        return lambda value: msgspec.json.encode(value).decode()
    if kind == "boolean":
        return lambda value: "true" if value else "false"
    return None if kind in _NEVER_TEXT else harmless


def harmless(text: str) -> str:
    """Return the text, so that no spreadsheet takes it for a formula, and that an import finds it again.
    Spaces around it, which an import takes for stray ones, are kept by an apostrophe on either side.
    """
    if text.lstrip("'")[:1] in _FORMULA and _NUMBER.fullmatch(text) is None:
        text = f"'{text}"
    core = text.strip("'")
    return f"'{text}'" if core and (core[0] in BLANKS or core[-1] in BLANKS) else text
