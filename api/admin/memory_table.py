"""MemoryTable: a table with few rows in memory, filtered, sorted and paged without a database."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from api.admin.columns import TableSchema
from api.admin.csv_export import csv_of_rows
from api.admin.errors import RowNotFound
from api.admin.listing import Listing, Term
from api.admin.readonly_table import ReadOnlyTable
from api.admin.site import Row
from piccolo_engines.sort_keys import sort_key

__all__ = ["MemoryTable"]

_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": eq,
    "ne": ne,
    "lt": lt,
    "lte": le,
    "gt": gt,
    "gte": ge,
    "icontains": lambda value, text: text in value,
    "startswith": lambda value, text: value.startswith(text),
    "endswith": lambda value, text: value.endswith(text),
}


class MemoryTable(ReadOnlyTable):
    """Read-only unless a subclass implements changes. Subclasses implement :meth:`all_rows`."""

    def __init__(self, schema: TableSchema, group: str) -> None:
        self.group = group
        self._schema = schema

    async def all_rows(self) -> Sequence[Row]:
        """Return every row, in any order."""
        raise NotImplementedError

    async def schema(self) -> TableSchema:
        """The columns."""
        return self._schema

    async def rows(self, listing: Listing) -> Sequence[Row]:
        """A page."""
        found = await self._matching(listing)
        for name, ascending in reversed(listing.order):
            found.sort(key=lambda row, name=name: _sort_key(row.get(name)), reverse=not ascending)  # type: ignore[misc]  # mypy cannot infer it
        return found[listing.offset : listing.offset + listing.page_size]

    async def count(self, listing: Listing) -> int:
        """The number of rows."""
        return len(await self._matching(listing))

    async def export(self, listing: Listing, *, readable: bool) -> AsyncIterator[bytes]:
        """All pages as CSV."""
        async for piece in csv_of_rows(self.rows, listing, await self.schema(), readable=readable):
            yield piece

    async def names(self, search: str, limit: int, offset: int) -> Mapping[str, str]:
        """Return the names of the rows: the column that links to them."""
        link = (await self.schema()).link
        called = {str(row["id"]): str(row[link]) for row in await self.all_rows()}
        found = [(key, name) for key, name in called.items() if search.casefold() in name.casefold()]
        return dict(sorted(found, key=lambda pair: _sort_key(pair[1]))[offset : offset + limit])

    async def row(self, row_id: str) -> Row:
        """One row."""
        for row in await self.all_rows():
            if row["id"] == row_id:
                return row
        raise RowNotFound

    async def _matching(self, listing: Listing) -> list[Row]:
        return [row for row in await self.all_rows() if all(_matches(row, term) for term in listing.terms)]


def _matches(row: Row, term: Term) -> bool:
    value = row.get(term.column.name)
    if term.operator in ("null", "not_null"):
        return (value in (None, "")) == (term.operator == "null")
    if value is None:
        return term.operator == "ne"
    if isinstance(value, bool):
        return _COMPARISONS[term.operator](value, term.text == "true")
    if isinstance(value, int):
        return term.text.lstrip("-").isdecimal() and _COMPARISONS[term.operator](value, int(term.text))
    return _COMPARISONS[term.operator](str(value).casefold(), term.text.casefold())


def _sort_key(value: object) -> tuple[bool, Any]:
    """Nulls first; numbers by value, everything else as text."""
    if value is None:
        return (False, b"")
    return (True, value if isinstance(value, bool | int | float) else sort_key(str(value)))
