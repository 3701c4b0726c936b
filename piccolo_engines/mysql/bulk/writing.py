"""Statements that insert many rows, on MySQL and MariaDB."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec

from piccolo_engines.bulk.functions import Code, row_function
from piccolo_engines.bulk.kinds import Kind
from piccolo_engines.bulk.tables import BulkColumn, BulkTable
from piccolo_engines.bulk.values import (
    canonical_json,
    checked_date,
    checked_time,
    checked_timestamp,
    decoded_bytes,
    finite,
    refused,
    to_decimal,
    uuid_digits,
)
from piccolo_engines.identifiers import quote
from piccolo_engines.mysql.literals import text_literal
from piccolo_engines.sort_keys import sort_key

__all__ = ["inserts"]

# ruff: noqa: S608 - names are quoted, values are escaped


def inserts(table: BulkTable, rows: Sequence[Sequence[Any]], most: int) -> Iterator[str]:
    """Yield statements that insert rows, decoded from lines, each of about ``most`` characters.

    Raises :class:`~piccolo_engines.errors.UnstorableValue` for a value that is not of its column's kind.
    """
    form = _form(table, _empty(table, rows))
    texts = form.write(rows)
    waiting, size = list[str](), 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size > most:
            yield form.head + ",".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield form.head + ",".join(waiting)


@dataclass(frozen=True, slots=True)
class _Form:
    """The beginning of an INSERT, and the function to the texts of its rows."""

    head: str
    write: Callable[[Sequence[Any]], list[str]]


def _empty(table: BulkTable, rows: Sequence[Sequence[Any]]) -> frozenset[int]:
    """The places of columns that are NULL in all rows: a server parses each NULL that it is sent."""
    if not table.is_null_by_default:
        return frozenset()
    columns = enumerate(zip(*rows, strict=True))
    return frozenset([place for place, values in columns if values.count(None) == len(values)])


@lru_cache(256)
def _form(table: BulkTable, empty: frozenset[int]) -> _Form:
    """The form for rows of which some columns are empty: the statement does not name those."""
    columns = table.columns
    plain = [place for place, one in enumerate(columns) if not one.is_packed]
    packed = [place for place, one in enumerate(columns) if one.is_packed]
    written = [place for place in plain if place not in empty]
    keys = [
        (plain.index(place), key)
        for text, key in table.sort_keys
        if (place := _place(table, text)) in written
    ]
    names = [columns[place].name for place in written] + [key for _, key in keys]
    codes = [_stored(columns[place]) if place in written else None for place in plain]
    write = row_function(codes, "'NULL'", _row([place for place, _ in keys]), {"key": _sort_key})
    if packed:
        names.append(table.pack)
        write = _with_pack([columns[place].name for place in packed], plain, packed, write)
    head = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES "
    return _Form(head, write)


def _place(table: BulkTable, name: str) -> int:
    return [one.name for one in table.columns].index(name)


def _row(texts: Sequence[int]) -> str:
    """The code for the text of a row, with the sort keys of some values at its end.

    The server would take five times as long for a key.
    """
    keys = "".join([f" + key(v{place})" for place in texts])
    return f"'(' + ','.join(({{}})){keys} + ')'"


def _sort_key(text: str | None) -> str:
    return ",NULL" if text is None else f",x'{(sort_key(text) or b'').hex()}'"


def _with_pack(
    names: Sequence[str],
    plain: Sequence[int],
    packed: Sequence[int],
    write: Callable[[Sequence[Any]], list[str]],
) -> Callable[[Sequence[Any]], list[str]]:
    """Add the document of packed texts at the end of each row."""

    def written(rows: Sequence[Any]) -> list[str]:
        begun = write([[row[place] for place in plain] for row in rows])
        documents = [{name: row[place] for name, place in zip(names, packed, strict=True)} for row in rows]
        if not all(one is None or type(one) is str for pack in documents for one in pack.values()):
            refused(documents)
        texts = [text_literal(msgspec.json.encode(one).decode()) for one in documents]
        return [f"{row[:-1]},{text})" for row, text in zip(begun, texts, strict=True)]

    return written


def _escaped(text: object) -> str:
    return text_literal(text) if type(text) is str else refused(text)


def _bytes(text: str) -> str:
    return f"x'{decoded_bytes(text).hex()}'"


def _json(text: str) -> str:
    return text_literal(canonical_json(text))


def _timestamp(text: str) -> str:
    return f"'{checked_timestamp(text)[:-1]}'"


def _datetime(text: str) -> str:
    return f"'{checked_timestamp(f'{text}Z')[:-1]}'"


def _date(text: str) -> str:
    return f"'{checked_date(text)}'"


def _time(text: str) -> str:
    return f"'{checked_time(text)}'"


def _integer(value: object) -> str:
    return repr(value) if type(value) is int else refused(value)


def _decimal(text: str) -> str:
    return format(to_decimal(text), "f")


_STORED: Final = {
    Kind.TEXT: Code("{0}({v})", _escaped),
    Kind.UUID: Code('"x\'" + {0}({v}) + "\'"', uuid_digits),
    Kind.DATE: Code("{0}({v})", _date),
    Kind.INTEGER: Code("{0}({v})", _integer),
    Kind.FLOAT: Code("{0}({v})", lambda value: f"{finite(value)!r}"),
    Kind.BOOLEAN: Code("'1' if {v} is True else '0' if {v} is False else {0}({v})", refused),
    Kind.TIMESTAMP: Code("{0}({v})", _timestamp),
    Kind.DATETIME: Code("{0}({v})", _datetime),
    Kind.TIME: Code("{0}({v})", _time),
    Kind.INTERVAL: Code("{0}({v})", _integer),
    Kind.BYTES: Code("{0}({v})", _bytes),
    Kind.JSON: Code("{0}({v})", _json),
    Kind.DECIMAL: Code("{0}({v})", _decimal),
}


def _stored(column: BulkColumn) -> Code:
    if column.stored is not None:
        stored = column.stored
        return Code("{0}({v})", lambda text: _escaped(stored(text) if text else text))
    return _STORED[column.kind]
