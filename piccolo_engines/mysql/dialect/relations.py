"""Many-to-many results, and readable representations of rows."""

import re
import uuid
from collections.abc import Awaitable
from typing import Any

from piccolo.columns import JSON, UUID, Column, Text
from piccolo.columns.m2m import M2MSelect
from piccolo.columns.readable import Readable
from piccolo.query.functions.type_conversion import Cast
from piccolo.query.methods.select import Select
from piccolo.querystring import QueryString
from piccolo.utils.dictionary import make_nested
from piccolo.utils.encoding import load_json

from piccolo_engines.mysql.dialect.patching import Patch, serves_mysql
from piccolo_engines.mysql.literals import quote_name, text_literal

__all__ = ["PATCHES"]


def _gathered(select: M2MSelect, inner: str, key: Column) -> str:
    """Return the data to select of each related row.

    The selected values if JSON can represent them, otherwise its key.
    """
    if not select.serialisation_safe:
        name = f"{inner}.{quote_name(key._meta.db_column_name)}"
        return f"HEX({name})" if isinstance(key, UUID) else name
    names = [column._meta.db_column_name for column in select.columns]
    if select.as_list:
        return f"{inner}.{quote_name(names[0])}"
    pairs = (f"{text_literal(name)}, {inner}.{quote_name(name)}" for name in names)
    return f"JSON_OBJECT({', '.join(pairs)})"


def _select_string(original: Any) -> Any:
    def method(self: M2MSelect, engine_type: str, with_alias: bool = True) -> QueryString:
        if engine_type != "mysql":
            standard: QueryString = original(self, engine_type, with_alias)
            return standard
        meta = self.m2m._meta
        joining = meta.resolved_joining_table._meta.get_formatted_tablename()
        near, far = meta.primary_foreign_key, meta.secondary_foreign_key
        here, there = meta.primary_table, meta.secondary_table
        inner = quote_name(f"inner_{there._meta.tablename}")
        far_key, near_key = there._meta.primary_key, here._meta.primary_key
        sql = (
            f"(SELECT JSON_ARRAYAGG({_gathered(self, inner, far_key)}) FROM {joining} "  # noqa: S608 - names are quoted, values are bound
            # MySQL would start with the smaller table; this mostly keeps the joining table's order
            f"STRAIGHT_JOIN {there._meta.get_formatted_tablename()} {inner} "
            f"ON ({joining}.{quote_name(far._meta.db_column_name)} "
            f"= {inner}.{quote_name(far_key._meta.db_column_name)}) "
            f"WHERE {joining}.{quote_name(near._meta.db_column_name)} "
            f"= {quote_name(here._meta.tablename)}.{quote_name(near_key._meta.db_column_name)}) "
            f"AS {quote_name(meta.name)}"
        )
        return QueryString(sql.replace("{", "{{").replace("}", "}}"))

    return method


def _unpack(text: str | None, select: M2MSelect, key: Column) -> list[Any]:
    gathered: list[Any] = load_json(text) if text else []
    if not select.serialisation_safe and isinstance(key, UUID):
        return [uuid.UUID(hex=value) for value in gathered]
    return gathered


async def _handle_response(self: Select[Any], response: list[dict[str, Any]]) -> list[dict[str, Any]]:
    selected, is_nested = self.columns_delegate.selected_columns, self.output_delegate._output.nested
    if selected is not self.table._meta.columns:
        for select in [item for item in selected if isinstance(item, M2MSelect)]:
            await _fill_in(self, response, select)
    return [make_nested(row) for row in response] if is_nested and selected else response


def _response_handler(original: Any) -> Any:
    def response_handler(
        self: Select[Any], response: list[dict[str, Any]]
    ) -> Awaitable[list[dict[str, Any]]]:
        chosen: Any = _handle_response if serves_mysql(self.table) else original
        awaitable: Awaitable[list[dict[str, Any]]] = chosen(self, response)
        return awaitable

    return response_handler


async def _fill_in(query: Select[Any], response: list[dict[str, Any]], select: M2MSelect) -> None:
    name, table = select.m2m._meta.name, select.m2m._meta.secondary_table
    key = table._meta.primary_key
    for row in response:
        row[name] = _unpack(row[name], select, key)
    if not select.serialisation_safe:
        await query._splice_m2m_rows(response, table, key, name, select, as_list=select.as_list)
    if select.as_list and select.load_json and isinstance(select.columns[0], JSON):
        for row in response:
            row[name] = [load_json(item) if isinstance(item, str) else item for item in row[name]]


_PLACE = re.compile(r"%(%|s)")


def _readable(self: Readable) -> QueryString:
    """Return ``FORMAT('%s from %s', a, b)`` as ``CONCAT(a, ' from ', b)``, with nulls as empty texts."""
    columns = iter(self.columns)
    parts: list[Any] = []
    for place, piece in enumerate(_PLACE.split(self.template)):
        if place % 2 == 0 or piece == "%":
            parts.append(QueryString(text_literal(piece).replace("{", "{{").replace("}", "}}")))
        else:
            parts.append(QueryString("COALESCE({}, '')", Cast(next(columns), Text())))
    return QueryString(f"CONCAT({', '.join('{}' for _ in parts)}) AS {self.output_name}", *parts)


PATCHES = (
    Patch(
        M2MSelect,
        "get_select_string",
        _select_string,
        "MySQL has no arrays: related rows are gathered as JSON",
    ),
    Patch(Select, "response_handler", _response_handler, "gathered JSON becomes a list"),
    Patch(
        Readable,
        "mysql_string",
        lambda _: property(_readable),
        "MySQL has neither FORMAT nor PRINTF",
        adds=True,
    ),
)
