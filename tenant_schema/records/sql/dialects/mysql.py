"""The record API's SQL on MySQL and MariaDB."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString, Selectable
from piccolo.table import Table

from piccolo_engines.conversions import Conversion, called
from piccolo_engines.mysql.results.json_values import decimal_conversion, json_conversion
from piccolo_engines.mysql.results.values import converter_of
from piccolo_engines.mysql.templates import compiled
from piccolo_engines.statements import SelectSQL
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.search_index import search_columns
from tenant_schema.objects.model.search_words import indexed_word, words_in
from tenant_schema.objects.model.storage import MySQLStorage
from tenant_schema.problems import Problem
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.model import NOTHING, Filter, Indexed
from tenant_schema.records.sql.dialects.protocol import Convert, Render, Stored, Total
from tenant_schema.records.sql.dialects.units import units_of
from tenant_schema.records.sql.rendering import has_fixed_decimals, rendered_builtins, shown

__all__ = ["MySQLRecords"]

_TEXT_TEMPLATES: Final[Mapping[str, str]] = {
    "contains": "INSTR({column} COLLATE utf8mb4_bin, {text}) > 0",
    "icontains": "INSTR(LOWER({column}) COLLATE utf8mb4_bin, LOWER({text})) > 0",
    "startswith": "LEFT({column} COLLATE utf8mb4_bin, CHAR_LENGTH({text})) = {text}",
    "endswith": "RIGHT({column} COLLATE utf8mb4_bin, CHAR_LENGTH({text})) = {text}",
}
_PARTS: Final[Mapping[str, str]] = {
    "year": "DATE_FORMAT({}, '%Y')",
    "quarter": "CONCAT(DATE_FORMAT({}, '%Y'), '-Q', QUARTER({}))",
    "month": "DATE_FORMAT({}, '%Y-%m')",
    "week": "DATE_FORMAT({}, '%x-W%v')",
    "day": "DATE_FORMAT({}, '%Y-%m-%d')",
}


class MySQLRecords(MySQLStorage):
    """See :class:`~tenant_schema.records.sql.dialects.protocol.RecordsDialect`."""

    chains_ranges = False
    compares_pairs = False

    def compile(self, query: QueryString) -> tuple[str, list[Any]]:
        """See the protocol."""
        return compiled(query)

    def select_string(self, selected: Selectable) -> QueryString:
        """See the protocol."""
        return selected.get_select_string("mysql")

    def select(self, query: QueryString, table: type[Table], hints: Sequence[Column | None]) -> QueryString:
        """The query with its hints, by which the engine converts results."""
        return SelectSQL.adopt(query, table, hints)

    def union_part(self, query: QueryString, table: type[Table]) -> QueryString:
        """The query in parentheses, which its LIMIT requires, with its own hints."""
        return SelectSQL.adopt(QueryString("({})", query), table, getattr(query, "hints", ()))

    def text_template(self, operator: str) -> str:
        """See the protocol."""
        return _TEXT_TEMPLATES[operator]

    def found_by_index(self, found: Indexed, record: Column) -> WhereRaw:
        """See the protocol. The index is a table of words; it cannot be limited to some columns or to words
        in a row, so the found words are searched for those.
        """
        table, *indexed = found.index
        held = " OR ".join([f'INSTR(s."{name}", {{}})' for name in found.columns])
        names = ", ".join([f's."{name}"' for name in indexed])
        template = (
            f'{{}} IN (SELECT s."id" FROM "{table}" AS s WHERE MATCH ({names}) '  # noqa: S608 (names come from definitions)
            f"AGAINST ({{}} IN BOOLEAN MODE){f' AND ({held})' * len(found.held)})"
        )
        texts = [text for text in found.held for _ in found.columns]
        return WhereRaw(template, record, found.expression, *texts)

    def search(self, words: Sequence[str], model: ObjectModel, only: tuple[str, ...]) -> Filter:
        """See the protocol. The expression is in boolean mode: whole words, and a prefix for the last part of
        each word that was typed.
        """
        if not model.words_table:
            message = f"The search index of {model.name} is not made yet: `freehold migrate` makes it."
            raise InvalidQuery([Problem("search", "not-ready", message)])
        phrases = [phrase for word in words if (phrase := [indexed_word(one) for one in words_in(word)])]
        if not phrases:
            return NOTHING
        terms = dict.fromkeys(f"+{one}" for phrase in phrases for one in (*phrase[:-1], f"{phrase[-1]}*"))
        columns = tuple(sorted(search_columns(model)))
        held = tuple(f" {' '.join(phrase)}" for phrase in phrases if only or len(phrase) > 1)
        return Indexed(
            (model.words_table, *columns), " ".join(terms), (only or columns) if held else (), held
        )

    def tie_break(self, column: Column) -> QueryString | None:  # noqa: ARG002 - the protocol's
        """Always None."""
        return None

    def position(self, values: Sequence[object], types: Sequence[type]) -> Sequence[object]:
        """See the protocol."""
        pairs = zip(values, types, strict=True)
        return [None if value is None else msgspec.convert(value, kind) for value, kind in pairs]

    def selected(self, name: str, column: Column) -> Selectable:
        """See the protocol."""
        return column.as_alias(name)

    def renderer(self, field: FieldModel, column: Column) -> Render | None:  # noqa: ARG002 - the protocol's
        """See the protocol."""
        return partial(shown, field)

    def conversion(self, field: FieldModel, column: Column) -> Convert:  # noqa: ARG002 - the protocol's
        """See the protocol."""
        return partial(_conversion, field)

    def stored(self, fields: Sequence[Any] | None, hints: Sequence[Any] | None) -> Sequence[Stored | None]:
        """See the protocol."""
        assert fields is not None, "the driver describes every result"
        return [converter_of(field, place, hints, None) for place, field in enumerate(fields)]

    def date_part(self, part: str) -> str:
        """See the protocol."""
        return _PARTS[part]

    def shifted(self, moment: Column, seconds: QueryString) -> QueryString:
        """See the protocol."""
        return QueryString("DATE_ADD({}, INTERVAL ({}) SECOND)", moment, seconds)

    def total(self, function: str, column: Column, scale: int, alias: str) -> Total:  # noqa: ARG002 - the protocol's
        """See the protocol. Sums are decimals."""
        by = QueryString("AVG({})", column) if function == "avg" else QueryString(f'"{alias}"')
        return Total((QueryString("SUM({})", column, alias=alias),), (by,))

    def units(self, row: Mapping[str, Any], alias: str, scale: int) -> int | None:
        """See the protocol."""
        return None if row[alias] is None else units_of(row[alias], scale)


def _conversion(field: FieldModel, described: Any, convert: Stored | None) -> Conversion:
    """From a value of the driver to that of a response. Without a shorter way: by the field's type."""
    if field.type.plain:
        found = json_conversion(described, convert)
    elif has_fixed_decimals(field.type):
        found = decimal_conversion(described, convert, field.type.digits(field)[1])
    else:
        found = rendered_builtins(field) if convert is None else None
    render = partial(shown, field)
    return found or called(render if convert is None else lambda value: render(convert(value)))
