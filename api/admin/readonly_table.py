"""Read-only tables with some columns of a Piccolo table, filtered, sorted and paged."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import piccolo.columns as kinds
from piccolo.columns import Column as PiccoloColumn
from piccolo.columns.combination import Where
from piccolo.columns.operators.comparison import IsNotNull, IsNull
from piccolo.custom_types import Combinable
from piccolo.querystring import QueryString
from piccolo.table import Table as PiccoloTable

from api.admin.columns import Column, TableSchema
from api.admin.csv_export import csv_of_rows
from api.admin.errors import ReadOnly, RowNotFound
from api.admin.listing import Listing, Term
from api.admin.site import Row
from api.admin.values import uuid_of
from api.errors import InvalidQuery
from piccolo_engines.searching import escaped, like_in_any_case
from piccolo_engines.sort_key_sql import SortKeySQL, sort_key_sql
from tenant_schema.problems import Problem

__all__ = ["LookedAt", "ReadOnlyTable", "Shown", "column_of", "conditions", "ready"]

_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
}
_PATTERNS: Final[Mapping[str, str]] = {"icontains": "%{}%", "startswith": "{}%", "endswith": "%{}"}


def _order_of(column: PiccoloColumn, keys: SortKeySQL) -> PiccoloColumn | QueryString:
    """Return the sort expression: texts alphabetically."""
    if isinstance(column, kinds.Varchar | kinds.Text):
        return keys.of_column(column)
    return column


class ReadOnlyTable:
    """Refuses all methods that change a table."""

    checks_values = False

    async def create(self, values: Mapping[str, Any]) -> str:  # noqa: ARG002 (the form of a Table)
        """Refused."""
        raise ReadOnly("Rows cannot be added here.")

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:  # noqa: ARG002 (the form of a Table)
        """Refused."""
        raise ReadOnly("Rows cannot be changed here.")

    async def delete(self, row_id: str) -> None:  # noqa: ARG002 (the form of a Table)
        """Refused."""
        raise ReadOnly("Rows cannot be deleted here.")

    async def references(self) -> Sequence[tuple[str, str]]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A displayed column. Columns that are not listed cannot be seen, filtered or sorted by.

    :param to: the admin's table that it refers to, and the column there that names rows.
    """

    column: Any
    title: str
    to: str | None = None
    called: Any = None
    listed: bool = True
    help_text: str | None = None
    is_host: bool = False


class LookedAt(ReadOnlyTable):
    """The rows of a Piccolo table, with one statement for a page and one for its count.

    :param only: the condition of the rows that are listed.
    """

    def __init__(
        self,
        table: type[PiccoloTable],
        title: str,
        group: str,
        shown: Sequence[Shown],
        *,
        link: str,
        references: Sequence[tuple[str, str]] = (),
        only: Combinable | None = None,
    ) -> None:
        self.group = group
        self._only = [] if only is None else [only]
        self._table: Any = table
        self._shown = {one.column._meta.name: one for one in shown}
        self._references = references
        self._schema = TableSchema(
            title=title,
            columns=[column_of(one) for one in shown],
            link=link,
            can_add=False,
            can_change=False,
            can_delete=False,
        )

    async def schema(self) -> TableSchema:
        """The displayed columns."""
        return self._schema

    async def rows(self, listing: Listing) -> Sequence[Row]:
        """A page."""
        query = self._select().limit(listing.page_size).offset(listing.offset)
        keys = sort_key_sql(query.engine_type)
        for condition in self._conditions(listing):
            query = query.where(condition)
        for name, ascending in listing.order:
            query = query.order_by(_order_of(self._column(name), keys), ascending=ascending)
        if "id" not in [name for name, _ in listing.order]:
            query = query.order_by(self._table.id, ascending=False)
        return [self._row(row) for row in await query]

    async def count(self, listing: Listing) -> int:
        """The number of rows."""
        query = self._table.count()
        for condition in self._conditions(listing):
            query = query.where(condition)
        return int(await query)

    async def export(self, listing: Listing, *, readable: bool) -> AsyncIterator[bytes]:
        """All pages as CSV."""
        async for piece in csv_of_rows(self.rows, listing, await self.schema(), readable=readable):
            yield piece

    async def names(self, search: str, limit: int, offset: int) -> Mapping[str, str]:
        """Return the names of the rows: the column that links to them."""
        name = self._column(self._schema.link)
        query = self._table.select(self._table.id, name.as_alias("name"))
        query = query.order_by(_order_of(name, sort_key_sql(query.engine_type)))
        for condition in self._only:
            query = query.where(condition)
        if search:
            query = query.where(like_in_any_case(name, f"%{escaped(search)}%"))
        return {str(row["id"]): str(row["name"]) for row in await query.limit(limit).offset(offset)}

    async def row(self, row_id: str) -> Row:
        """One row."""
        found = await self._select().where(self._table.id == uuid_of(row_id)).first()
        if found is None:
            raise RowNotFound
        return self._row(found)

    async def references(self) -> Sequence[tuple[str, str]]:
        """Return the tables that refer to this one."""
        return self._references

    def _select(self) -> Any:
        names = [one.called.as_alias(f"{name}_readable") for name, one in self._shown.items() if one.called]
        return self._table.select(self._table.id, *[one.column for one in self._shown.values()], *names)

    def _column(self, name: str) -> Any:
        return self._table.id if name == "id" else self._shown[name].column

    def _conditions(self, listing: Listing) -> list[Any]:
        return [*self._only, *conditions(listing.terms, self._column)]

    def _row(self, row: Mapping[str, Any]) -> Row:
        return {name: ready(value) for name, value in row.items()}


def conditions(terms: Sequence[Term], column: Callable[[str], Any]) -> list[Any]:
    """Return the terms as Piccolo's conditions.

    Raises :class:`~api.errors.InvalidQuery` for an invalid value.
    """
    return [_condition(term, column(term.column.name)) for term in terms]


def _condition(term: Term, column: Any) -> Any:
    if term.operator in ("null", "not_null"):
        return Where(column=column, operator=IsNull if term.operator == "null" else IsNotNull)
    if term.operator in _PATTERNS:
        return like_in_any_case(column, _PATTERNS[term.operator].format(escaped(term.text)))
    try:
        value = _value(column, term.text)
    except ValueError:
        message = f"{term.text[:100]!r} is no value of {term.column.title}."
        raise InvalidQuery([Problem(term.column.name, "invalid-value", message)]) from None
    return _COMPARISONS[term.operator](column, value)


def _value(column: PiccoloColumn, text: str) -> Any:
    if isinstance(column, kinds.UUID | kinds.ForeignKey):
        return UUID(text)
    if isinstance(column, kinds.Timestamptz):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(column, kinds.Boolean):
        return {"true": True, "false": False}.get(text, text == "1")
    return int(text) if isinstance(column, kinds.Integer | kinds.BigInt) else text


def column_of(shown: Shown) -> Column:
    """Return the column for the front end, read-only."""
    column = shown.column
    meta = column._meta
    attributes = next((attributes for kind, attributes in _KINDS if isinstance(column, kind)), {})
    choices = meta.choices
    return Column(
        **attributes,
        name=meta.name,
        title=shown.title,
        to=shown.to,
        choices={one.value: one.value for one in choices} if choices else None,
        read_only=True,
        listed=shown.listed,
        is_host=shown.is_host,
        help_text=shown.help_text or meta.help_text,
    )


_KINDS: Final[Sequence[tuple[type[PiccoloColumn], Mapping[str, Any]]]] = (
    (kinds.Boolean, {"type": "boolean"}),
    (kinds.Integer, {"type": "integer"}),
    (kinds.Timestamptz, {"format": "date-time", "widget": "timestamptz"}),
    (kinds.ForeignKey, {"format": "uuid"}),
    (kinds.UUID, {"format": "uuid"}),
    (kinds.JSON, {"widget": "json", "filterable": False, "sortable": False}),
    (kinds.Text, {"widget": "text-area"}),
)


def ready(value: Any) -> Any:
    """Return a value for JSON; times in UTC, to the second."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID) else value
