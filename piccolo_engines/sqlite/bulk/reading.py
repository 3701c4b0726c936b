"""Pages of a table as lines, on SQLite."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from piccolo_engines.bulk.functions import Code, as_lines, row_function
from piccolo_engines.bulk.kinds import Kind
from piccolo_engines.bulk.tables import BulkColumn, BulkTable, Page
from piccolo_engines.bulk.values import canonical_json, encoded_bytes, plain_decimal
from piccolo_engines.identifiers import quote
from piccolo_engines.sqlite.converters import to_datetime
from piccolo_engines.sqlite.exact_decimals import decimal_of

__all__ = ["page_of", "selecting"]

# ruff: noqa: S608 - names are quoted, values are bound


def selecting(table: BulkTable, after: object, limit: int) -> tuple[str, list[Any]]:
    """Return the statement for the next rows behind the key ``after``, or the first ones if that is None.

    The ``+`` hides the columns' types, so that values come as they are stored.
    """
    names = ", ".join(f"+{quote(one.name)}" for one in table.columns)
    key, values, conditions = quote(table.key), list[Any](), list[str]()
    if table.only is not None:
        column, texts = table.only
        conditions.append(f"{quote(column)} IN ({', '.join('?' * len(texts))})")
        values += texts
    if after is not None:
        conditions.append(f"{key} > ?")
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


def _timestamp(text: str) -> str:
    """A moment in a form that only defaults of the database have."""
    return to_datetime(text.encode()).isoformat(timespec="microseconds")[:-6] + "Z"


_SECONDS: Final = len("2026-02-28 12:30:00+00:00")
_MICROSECONDS: Final = len("2026-02-28 12:30:00.250000+00:00")
_SAME: Final = Code("{v}")
_SHOWN: Final = {
    Kind.TEXT: _SAME,
    Kind.UUID: _SAME,
    Kind.DATE: _SAME,
    Kind.INTEGER: _SAME,
    Kind.FLOAT: Code("float({v})"),
    Kind.BOOLEAN: Code("{v} != 0"),
    Kind.TIMESTAMP: Code(
        "({v}[:10] + 'T' + {v}[11:19] + '.000000Z') if len({v}) == "
        f"{_SECONDS} else ({{v}}[:10] + 'T' + {{v}}[11:26] + 'Z') if len({{v}}) == {_MICROSECONDS} "
        "else {0}({v})",
        _timestamp,
    ),
    Kind.DATETIME: Code("({v}[:10] + 'T' + {v}[11:] + ('' if len({v}) > 19 else '.000000'))"),
    Kind.TIME: Code("{v} if len({v}) > 8 else {v} + '.000000'"),
    Kind.INTERVAL: Code("round({v} * 1000000)"),
    Kind.BYTES: Code("{0}({v})", encoded_bytes),
    Kind.JSON: Code("{0}({v})", canonical_json),
}


def _shown(column: BulkColumn) -> Code:
    if column.shown is not None:
        return Code("{0}({v}) if {v} else {v}", column.shown)
    if column.kind is not Kind.DECIMAL:
        return _SHOWN[column.kind]
    if column.is_exact:
        form = f".{column.scale}f" if column.scale is not None else "f"
        return Code(f"format({{0}}({{v}}), '{form}')", decimal_of)
    return (
        Code(f"format({{v}}, '.{column.scale}f')")
        if column.scale is not None
        else Code("{0}({v})", plain_decimal)
    )
