"""The record API's SQL on SQLite.

Columns are selected as ``+column``. The driver converts plain columns only, by a call into Python for each
value; most of those values would be converted back to text for the response.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString, Selectable
from piccolo.table import Table

from piccolo_engines.columns import ExactNumeric
from piccolo_engines.conversions import BOOLEAN, SAME, Conversion, called
from piccolo_engines.sort_keys import SORT_COLLATION
from piccolo_engines.sqlite.exact_decimals import DECIMAL_AVERAGE, DECIMAL_SUM, decimal_of
from piccolo_engines.sqlite.letters import SMALL_LETTERS
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.search_index import search_ids_table, search_table
from tenant_schema.objects.model.storage import SQLiteStorage
from tenant_schema.records.query.model import Filter, Indexed
from tenant_schema.records.sql.dialects.protocol import Convert, Render, Stored, Total
from tenant_schema.records.sql.dialects.units import units_of
from tenant_schema.records.sql.rendering import has_fixed_decimals, rendered_builtins, shown

__all__ = ["SQLiteRecords", "utc_text"]

_TEXT_TEMPLATES: Final[Mapping[str, str]] = {
    "contains": "INSTR({column}, {text}) > 0",
    # LOWER of SQLite converts the letters A to Z only. The function that converts all of them takes four
    # times as long, so it is called only when the text has other letters: more bytes than characters.
    "icontains": "(INSTR(LOWER({column}), LOWER({text})) > 0 "
    "OR (SELECT LENGTH(CAST({text} AS BLOB)) > LENGTH({text})) "
    f"AND INSTR({SMALL_LETTERS}({{column}}), {SMALL_LETTERS}({{text}})) > 0)",
    "startswith": "SUBSTR({column}, 1, LENGTH({text})) = {text}",
    "endswith": "SUBSTR({column}, -LENGTH({text})) = {text}",
}
_PARTS: Final[Mapping[str, str]] = {
    "year": "SUBSTR({}, 1, 4)",
    "quarter": "SUBSTR({}, 1, 4) || '-Q' || ((SUBSTR({}, 6, 2) + 2) / 3)",
    "month": "SUBSTR({}, 1, 7)",
    # the year and number of a week are those of its Thursday
    "week": (
        "STRFTIME('%Y', SUBSTR({}, 1, 10), '-3 days', 'weekday 4') || '-W' || "
        "SUBSTR('0' || ((STRFTIME('%j', SUBSTR({}, 1, 10), '-3 days', 'weekday 4') - 1) / 7 + 1), -2)"
    ),
    "day": "SUBSTR({}, 1, 10)",
}
_HALF: Final = 10**9


def utc_text(stored: str) -> str:
    """A stored moment in the form of RFC 3339.

    >>> utc_text("2026-02-28 12:30:00.250000+00:00")
    '2026-02-28T12:30:00.250000Z'
    """
    return f"{stored[:10]}T{stored[11:-6]}Z"


_RENDER: Final[Mapping[type, Render]] = {bool: bool, datetime: utc_text}
"""For fields whose type is plain: the stored values that differ from those of a response."""


_MOMENT: Final = Conversion.same("None if {v} is None else {v}[:10] + 'T' + {v}[11:-6] + 'Z'")
"""As :func:`utc_text`."""
_DECIMAL: Final = "None if {v} is None else {0}({v}) if {v}.__class__ is str else format({v}, {1})"


def _always(found: Conversion) -> Convert:
    return lambda _described, _stored: found


_PLAIN: Final[Mapping[Render | None, Convert]] = {
    None: _always(SAME),
    bool: _always(BOOLEAN),
    utc_text: _always(_MOMENT),
}


def _conversion(field: FieldModel, column: Column, render: Render | None) -> Conversion:
    """The conversion by the renderer, or by code that does the same."""
    if not has_fixed_decimals(field.type):
        return rendered_builtins(field) or called(partial(shown, field))
    assert render is not None, "the type has a form"
    if isinstance(column, ExactNumeric):
        return called(render)
    return Conversion.same(_DECIMAL, render, f".{field.type.digits(field)[1]}f")


class SQLiteRecords(SQLiteStorage):
    """See :class:`~tenant_schema.records.sql.dialects.protocol.RecordsDialect`."""

    chains_ranges = True
    """For two ranges joined by OR, SQLite reads and sorts all rows of both before the first row of a page. It
    runs the operands of UNION ALL in turn, and stops at the limit.
    """
    compares_pairs = True

    def compile(self, query: QueryString) -> tuple[str, list[Any]]:
        """See the protocol."""
        return query.compile_string(engine_type="sqlite")

    def select_string(self, selected: Selectable) -> QueryString:
        """See the protocol."""
        if isinstance(selected, QueryString) and selected._alias and not selected.args:
            return QueryString(f'{selected.template} AS "{selected._alias}"')  # in one piece
        return selected.get_select_string("sqlite")

    def select(self, query: QueryString, table: type[Table], hints: Sequence[Column | None]) -> QueryString:  # noqa: ARG002 - the protocol's
        """The query itself."""
        return query

    def union_part(self, query: QueryString, table: type[Table]) -> QueryString:  # noqa: ARG002 - the protocol's
        """The query itself, which is a subquery already (:attr:`chains_ranges`)."""
        return query

    def text_template(self, operator: str) -> str:
        """See the protocol."""
        return _TEXT_TEMPLATES[operator]

    def found_by_index(self, found: Indexed, record: Column) -> WhereRaw:
        """See the protocol. The index is an FTS5 table, with a table of the records' ids."""
        words, ids = found.index
        template = (
            f'{{}} IN (SELECT i.record FROM "{words}" AS s JOIN "{ids}" AS i ON i.rowid = s.rowid '  # noqa: S608 (names come from definitions)
            f'WHERE "{words}" MATCH {{}})'
        )
        return WhereRaw(template, record, found.expression)

    def search(self, words: Sequence[str], model: ObjectModel, only: tuple[str, ...]) -> Filter:
        """See the protocol. The expression is in FTS5's syntax: each word is a quoted prefix."""
        quoted = " AND ".join('"{}" *'.format(word.replace('"', " ")) for word in words)
        if only:
            quoted = "{{{}}} : ({})".format(" ".join(f'"{name}"' for name in only), quoted)
        return Indexed((search_table(model.table_name), search_ids_table(model.table_name)), quoted)

    def tie_break(self, column: Column) -> QueryString | None:
        """A collation, which computes the keys of the rows that are compared; the key itself would be
        computed for every row.
        """
        return QueryString(f"{{}} COLLATE {SORT_COLLATION}", column)

    def position(self, values: Sequence[object], types: Sequence[type]) -> Sequence[object]:  # noqa: ARG002 - the protocol's
        """The values themselves: rows are selected as they are stored."""
        return values

    def selected(self, name: str, column: Column) -> Selectable:
        """See the protocol."""
        return QueryString(f"+{column._meta.get_full_name(with_alias=False)}", alias=name)

    def renderer(self, field: FieldModel, column: Column) -> Render | None:
        """See the protocol. A double with a decimal's digits is formatted as the decimal is."""
        if field.type.plain:
            return _RENDER.get(column.value_type)
        return lambda value: field.type.render(value, field)

    def conversion(self, field: FieldModel, column: Column) -> Convert:
        """See the protocol."""
        render = self.renderer(field, column)
        if field.type.plain:
            return _PLAIN[render]  # one for all tenants
        return _always(_conversion(field, column, render))

    def stored(self, fields: Sequence[Any] | None, hints: Sequence[Any] | None) -> Sequence[Stored | None]:  # noqa: ARG002 - the protocol's
        """See the protocol. Values are selected in the form in which cursors hold them."""
        return ()

    def date_part(self, part: str) -> str:
        """See the protocol."""
        return _PARTS[part]

    def shifted(self, moment: Column, seconds: QueryString) -> QueryString:
        """See the protocol."""
        return QueryString("DATETIME(SUBSTR({}, 1, 19), ({}) || ' seconds')", moment, seconds)

    def total(self, function: str, column: Column, scale: int, alias: str) -> Total:
        """See the protocol.

        SUM is limited to 64 bits. Numbers are summed as whole numbers of their smallest units in two halves,
        which no table is long enough to overflow; decimals that are stored as text by a function of ours.
        """
        if isinstance(column, ExactNumeric):
            average = QueryString(f"{DECIMAL_AVERAGE}({{}})", column)
            by = average if function == "avg" else QueryString(f'"{alias}"')
            return Total((QueryString(f"{DECIMAL_SUM}({{}})", column, alias=alias),), (by,))
        units: Selectable = column
        if scale:
            units = QueryString(f"CAST(ROUND({{}} * {10**scale}) AS INTEGER)", column)
        high = QueryString(f"SUM({{}} / {_HALF})", units, alias=f"{alias}h")
        low = QueryString(f"SUM({{}} % {_HALF})", units, alias=f"{alias}l")
        return Total((high, low), _average_order(units, column) if function == "avg" else _sum_order(alias))

    def units(self, row: Mapping[str, Any], alias: str, scale: int) -> int | None:
        """See the protocol."""
        if f"{alias}h" not in row:
            total = row[alias]
            return None if total is None else units_of(decimal_of(total), scale)
        high, low = row[f"{alias}h"], row[f"{alias}l"]
        return None if high is None else int(high) * _HALF + int(low)


def _sum_order(alias: str) -> tuple[QueryString, ...]:
    """The order of two halves: the high one with the carry of the low one, then the rest of the low one,
    which is not negative.
    """
    low = f'(("{alias}l" % {_HALF} + {_HALF}) % {_HALF})'
    return QueryString(f'("{alias}h" + ("{alias}l" - {low}) / {_HALF})'), QueryString(low)


def _average_order(units: Selectable, column: Column) -> tuple[QueryString, ...]:
    """Exact for sums of up to 15 digits."""
    return (QueryString("TOTAL({}) / COUNT({})", units, column),)
