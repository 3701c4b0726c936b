"""``RecordsDialect``: what the statements of the record API need to know of a database.

The rest of :mod:`tenant_schema.records` has no branch on the kind of database. It asks the dialect of its
:class:`~tenant_schema.records.access.target.Target`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString, Selectable
from piccolo.table import Table

from piccolo_engines.conversions import Conversion
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.storage import StorageDialect
from tenant_schema.records.query.model import Filter, Indexed

__all__ = ["Convert", "RecordsDialect", "Render", "Stored", "Total"]

Render: TypeAlias = Callable[[Any], object]
"""From a selected value that is not null to the one in a response."""
Stored: TypeAlias = Callable[[Any], Any]
"""From a driver's value that is not null to the stored form."""
Convert: TypeAlias = Callable[[Any, Stored | None], Conversion]
"""The conversion of a selected column's values to those of a response: from the driver's description of the
column, and the function to the stored form.
"""


@dataclass(frozen=True, slots=True)
class Total:
    """The expressions of a sum or an average: what to select, and what to order groups by."""

    selected: tuple[QueryString, ...]
    order: tuple[QueryString, ...]


class RecordsDialect(StorageDialect, Protocol):
    """One kind of database, as far as the record API's SQL differs."""

    # statements

    def compile(self, query: QueryString) -> tuple[str, list[Any]]:
        """The SQL with the driver's placeholders, and the values for them."""

    def select_string(self, selected: Selectable) -> QueryString:
        """A selected expression with its alias."""

    def select(self, query: QueryString, table: type[Table], hints: Sequence[Column | None]) -> QueryString:
        """A SELECT as the engine takes it. ``hints`` has the column behind each result, or None."""

    def union_part(self, query: QueryString, table: type[Table]) -> QueryString:
        """A SELECT with an order and a limit of its own, as an operand of UNION ALL."""

    @property
    def chains_ranges(self) -> bool:
        """Whether a page of two ranges is read as a UNION ALL of two SELECTs, rather than with OR."""

    @property
    def compares_pairs(self) -> bool:
        """Whether an index is used for ``(a, b) > (x, y)``."""

    # conditions

    def text_template(self, operator: str) -> str:
        """The condition for ``contains``, ``icontains``, ``startswith`` or ``endswith``, with the
        placeholders ``{column}`` and ``{text}``. The text is not empty.
        """

    def found_by_index(self, found: Indexed, record: Column) -> WhereRaw:
        """The condition that the id in ``record`` is among those that the full-text index returns."""

    def search(self, words: Sequence[str], model: ObjectModel, only: tuple[str, ...]) -> Filter:
        """The filter for records that contain all words, each as the beginning of a word.

        :param words: as typed, at least one.
        :param only: the columns to look into; all searched ones when empty.
        :raises InvalidQuery: the object has no search index yet.
        """

    # order

    def tie_break(self, column: Column) -> QueryString | None:
        """An expression that orders texts as their sort keys do and costs less where few rows are compared;
        None when there is none.
        """

    def position(self, values: Sequence[object], types: Sequence[type]) -> Sequence[object]:
        """The values of a cursor as they are bound; the cursor has some of them as text.

        :raises msgspec.ValidationError: a value is not of its column's type.
        """

    # values

    def selected(self, name: str, column: Column) -> Selectable:
        """The expression to select so that rows have the column's value under ``name``."""

    def renderer(self, field: FieldModel, column: Column) -> Render | None:
        """Return a function that converts a value of :meth:`selected` to the form of responses; None if it is
        in that form.
        """

    def conversion(self, field: FieldModel, column: Column) -> Convert:
        """As :meth:`renderer`, as code, from the driver's value."""

    def stored(self, fields: Sequence[Any] | None, hints: Sequence[Any] | None) -> Sequence[Stored | None]:
        """The functions from the driver's values to stored ones; None for values in that form.

        :param fields: the driver's description of the columns, if it has any.
        :param hints: those of the statement.
        """

    # aggregates

    def date_part(self, part: str) -> str:
        """The expression for ``year``, ``quarter``, ``month``, ``week`` or ``day``, as a template with ``{}``
        for the moment, once or several times. Weeks are those of ISO 8601.
        """

    def shifted(self, moment: Column, seconds: QueryString) -> QueryString:
        """The moment that many seconds later, as local time."""

    def total(self, function: str, column: Column, scale: int, alias: str) -> Total:
        """The exact ``sum`` or ``avg`` of a number with ``scale`` decimals; ``alias`` names the results."""

    def units(self, row: Mapping[str, Any], alias: str, scale: int) -> int | None:
        """The sum in a row that :meth:`total` selected, in units of ``10**-scale``; None without values."""
