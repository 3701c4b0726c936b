"""WHERE clauses."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from piccolo import table as table_module
from piccolo.columns import JSON, UUID, Array, Column, ForeignKey
from piccolo.columns import combination as combination_module
from piccolo.columns.combination import UNDEFINED, Undefined, Where
from piccolo.columns.operators.comparison import ComparisonOperator, Equal, In, NotEqual, NotIn
from piccolo.query import mixins as mixins_module
from piccolo.querystring import QueryString

from piccolo_engines.errors import EngineNotBound
from piccolo_engines.mysql.dialect.documents import compare_documents, item_document
from piccolo_engines.mysql.dialect.patching import Patch, for_mysql, speaks_mysql
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.templates import VALUES

__all__ = ["PATCHES", "CaseInsensitiveLike", "passes_unchanged"]


class CaseInsensitiveLike(ComparisonOperator):
    template = "LOWER({name}) LIKE LOWER({value})"


_DOCUMENT_OPERATORS = {Equal: "=", NotEqual: "!="}
_LIST_OPERATORS = {In: "", NotIn: "NOT "}


def _ilike(self: Column, value: str) -> Where:
    return Where(column=self, value=value, operator=CaseInsensitiveLike)


def _values(values: Any, *, materialised: bool) -> QueryString:
    """Return the right side of IN.

    A subselect with LIMIT is wrapped in a derived table, because MySQL refuses it otherwise. In an update or
    delete every subselect is, because it may read the table that is changed; there DISTINCT keeps the
    optimizer from merging the derived table.
    """
    if isinstance(values, QueryString):
        if materialised:
            return QueryString('SELECT DISTINCT * FROM ({}) AS "values"', values)
        return QueryString('SELECT * FROM ({}) AS "values"', values) if _has_limit(values) else values
    if isinstance(values, Undefined):
        raise ValueError("values is undefined")
    return QueryString(", ".join("{}" for _ in values), *values)


def _has_limit(querystring: QueryString) -> bool:
    return "LIMIT" in querystring.template.upper() or any(
        isinstance(arg, QueryString) and _has_limit(arg) for arg in querystring.args
    )


def _condition(where: Where, name: QueryString, *, materialised: bool) -> QueryString:
    if isinstance(where.column, JSON | Array):
        compared = _document_condition(where, name)
        if compared is not None:
            return compared
        name = QueryString(f"CAST(JSON_UNQUOTE({name.template}) AS CHAR)") if _is_item(where.column) else name
    args: list[Any] = []
    if where.value is not UNDEFINED:
        args.append(where.value)
    if where.values is not UNDEFINED:
        args.append(_values(where.values, materialised=materialised))
    sql = str(name) if name.args else name.template
    return QueryString(where.operator.template.format(name=sql, value="{}", values="{}"), *args)


def _is_item(column: Column) -> bool:
    return isinstance(column, Array) and isinstance(column.index, int)


def _document_condition(where: Where, name: QueryString) -> QueryString | None:
    """Compare documents, and their items, as documents. MySQL's IN does not support them."""
    is_item = _is_item(where.column)
    if where.operator in _DOCUMENT_OPERATORS:
        value = item_document(where.value) if is_item else where.value
        return compare_documents(name, _DOCUMENT_OPERATORS[where.operator], value)
    listed: Any = where.values
    if where.operator not in _LIST_OPERATORS or isinstance(listed, QueryString | Undefined):
        return None
    values = [item_document(value) if is_item else value for value in listed]
    each = [compare_documents(name, "=", value) for value in values]
    places = " OR ".join("{}" for _ in each)
    return QueryString(f"{_LIST_OPERATORS[where.operator]}({places})", *each)


def _querystring(self: Where) -> QueryString:
    return _condition(self, self.column.get_where_string(engine_type="mysql"), materialised=False)


def _for_update_and_delete(self: Where) -> QueryString:
    if not self.column._meta.call_chain:
        name = self.column.get_where_string(engine_type="mysql")
        return _condition(self, name, materialised=True)
    root = self.column._meta.call_chain[0]
    found = root._meta.table.select(root).where(self).querystrings[0]
    return QueryString(
        f"{quote_name(root._meta.db_column_name)} IN ({{}})", _values(found, materialised=True)
    )


def _property(getter: Callable[[Where], QueryString]) -> Any:
    def replace(original: property) -> property:
        assert original.fget is not None
        standard = original.fget

        def querystring(self: Where) -> QueryString:
            table = self.column._meta._table
            try:  # what `speaks_mysql` does, in one call: every condition of every engine passes here
                is_mysql = speaks_mysql() if table is None else table._meta.db.engine_type == "mysql"
            except (EngineNotBound, ValueError):
                is_mysql = False
            return getter(self) if is_mysql else standard(self)

        return property(querystring, doc=original.__doc__)

    return replace


def _uuid_from_text(original: Any) -> Any:
    """UUIDs are stored as 16 bytes, so one given as text is parsed before it is compared or stored."""

    def convert(value: Any, column: Column) -> Any:
        if passes_unchanged(value, column):
            return value
        converted = original(value=value, column=column)
        if type(converted) is str and _holds_uuid(column) and speaks_mysql(column):
            return _parse(converted)
        return converted

    return convert


_NEVER_CONVERTED = VALUES - {str} | {QueryString}
_DOCUMENT, _KEY, _VALUE = "document", "key", "value"


@functools.lru_cache(maxsize=1024)
def _holder(kind: type) -> str:
    """Return how a class of columns converts values: to JSON (any), to a UUID (a text), or not at all."""
    if issubclass(kind, JSON):
        return _DOCUMENT
    return _KEY if issubclass(kind, UUID | ForeignKey) else _VALUE


def passes_unchanged(value: Any, column: Column) -> bool:
    """Whether a value is bound unchanged for any engine of the column. Cached, hence fast."""
    kind, holder = type(value), _holder(type(column))
    return (kind in _NEVER_CONVERTED and holder is not _DOCUMENT) or (kind is str and holder is _VALUE)


def _holds_uuid(column: Column) -> bool:
    while isinstance(column, ForeignKey):
        column = column._foreign_key_meta.resolved_target_column
    return isinstance(column, UUID)


def _parse(text: str) -> uuid.UUID | str:
    try:
        return uuid.UUID(text)
    except ValueError:
        return text


_UUID_REASON = "a UUID given as text has to become bytes"

PATCHES = (
    Patch(Column, "ilike", for_mysql(_ilike), "MySQL has no ILIKE, and Piccolo would warn about SQLite"),
    Patch(
        Where, "querystring", _property(_querystring), "sub-selects with LIMIT, and documents, need other SQL"
    ),
    Patch(
        Where,
        "querystring_for_update_and_delete",
        _property(_for_update_and_delete),
        "MySQL cannot select from the table that it is changing",
    ),
    *(
        Patch(module, "convert_to_sql_value", _uuid_from_text, _UUID_REASON)
        for module in (combination_module, mixins_module, table_module)
    ),
)
