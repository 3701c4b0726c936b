"""Exports rows of an admin's table as CSV (RFC 4180), page by page, in the format of the API's exports.

Headers are the columns' names. A missing value is an empty cell, and a text that a spreadsheet would execute
as a formula is prefixed with an apostrophe. With semicolons the file is for Excel, and begins with a byte
order mark.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

import msgspec

from api.admin.columns import Column, TableSchema
from api.admin.listing import MOST_ROWS, Listing
from api.admin.site import Row
from tenant_schema.records.csv.export_csv import MARK, csv_lines, harmless

__all__ = ["csv_of_rows"]

_Page = Callable[[Listing], Awaitable[Sequence[Row]]]


async def csv_of_rows(
    page: _Page, listing: Listing, schema: TableSchema, *, readable: bool
) -> AsyncIterator[bytes]:
    """Yield the header and the rows.

    :param page: returns the rows of one page of a list.
    :param readable: whether to add the name of each lookup's record, as ``<name>_readable``.
    """
    columns = [schema.by_name[name] for name in dict.fromkeys(listing.columns)]
    lookups = {column.name for column in columns if readable and column.to}
    heads = [
        head for one in columns for head in (one.name, f"{one.name}_readable")[: 1 + (one.name in lookups)]
    ]
    kinds = {column.name: column for column in columns}
    mark = MARK if listing.delimiter == ";" else b""
    yield mark + csv_lines([heads], listing.delimiter)
    number = 1
    while True:
        rows = await page(replace(listing, page=number, page_size=MOST_ROWS))
        cells = ([_cell(row.get(head), kinds.get(head)) for head in heads] for row in rows)
        yield csv_lines(cells, listing.delimiter)
        if len(rows) < MOST_ROWS:
            return
        number += 1


def _cell(value: object, column: Column | None) -> object:
    """Return a cell. ``column`` is None for the name of a lookup's record."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return msgspec.json.encode(value).decode()
    is_text = column is None or (column.format is None and column.widget != "json")
    return harmless(value) if is_text and isinstance(value, str) else value
