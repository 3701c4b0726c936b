"""Pages of a table as lines, on MySQL and MariaDB."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from piccolo_engines.bulk.functions import Code, as_lines, row_function
from piccolo_engines.bulk.kinds import Kind
from piccolo_engines.bulk.tables import BulkColumn, BulkTable, Page
from piccolo_engines.bulk.values import canonical_json, encoded_bytes, plain_decimal
from piccolo_engines.identifiers import quote

__all__ = ["page_of", "selecting"]

# ruff: noqa: S608 - names are quoted, values are bound or escaped


def selecting(table: BulkTable, after: object, limit: int) -> tuple[str, list[Any]]:
    """Return the statement for the next rows behind the key ``after``, or the first ones if that is None.

    ``%s`` stands for a value.
    """
    names = ", ".join(quote(one.name) for one in table.columns)
    key, values, conditions = quote(table.key), list[Any](), list[str]()
    if table.only is not None:
        column, texts = table.only
        conditions.append(f"{quote(column)} IN ({', '.join(['%s'] * len(texts))})")
        values += texts
    if after is not None:
        conditions.append(f"{key} > %s")
        values.append(after)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {names} FROM {quote(table.name)}{where} ORDER BY {key} LIMIT {limit}", values


def page_of(table: BulkTable, rows: Sequence[tuple[Any, ...]]) -> Page:
    """Convert the rows of :func:`selecting`."""
    if not rows:
        return Page([], None)
    return Page(as_lines(_reader(table.columns)(rows)), rows[-1][table.key_place])


@lru_cache(256)
def _reader(columns: tuple[BulkColumn, ...]) -> Callable[[Sequence[Any]], list[Any]]:
    return row_function([_shown(one) for one in columns], "None", "({})")


_SAME: Final = Code("{v}")
_SHOWN: Final = {
    Kind.TEXT: _SAME,
    Kind.UUID: Code("f\"{{(d := {v}.hex('-', 6))[:13]}}-{{d[13:17]}}-{{d[17:]}}\""),
    Kind.DATE: _SAME,  # msgspec encodes it
    Kind.INTEGER: _SAME,
    Kind.FLOAT: _SAME,
    Kind.BOOLEAN: Code("{v} != 0"),
    Kind.TIMESTAMP: Code("{v}.isoformat('T', 'microseconds') + 'Z'"),
    Kind.DATETIME: Code("{v}.isoformat('T', 'microseconds')"),
    Kind.TIME: Code("{v}.isoformat('microseconds')"),
    Kind.INTERVAL: _SAME,
    Kind.BYTES: Code("{0}({v})", encoded_bytes),
    Kind.JSON: Code("{0}({v})", canonical_json),
}


def _shown(column: BulkColumn) -> Code:
    if column.shown is not None:
        return Code("{0}({v}) if {v} else {v}", column.shown)
    if column.kind is not Kind.DECIMAL:
        return _SHOWN[column.kind]
    return Code("format({v}, 'f')") if column.scale is not None else Code("{0}({v})", plain_decimal)
