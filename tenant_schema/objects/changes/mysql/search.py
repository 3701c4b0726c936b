"""Fills the table of words of an object on MySQL and MariaDB, and counts what it lacks.

Rows are written in portions of some hundred, each in a transaction of its own, so that no writer waits long.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.identifiers import quote
from tenant_schema.objects.model.search_index import words_table
from tenant_schema.objects.model.search_words import forgetting_words, words_row, writing_words

__all__ = ["fill_search", "filling_statement", "unsearched"]

# ruff: noqa: S608 - names are quoted, values are bound

_TEXTS: Final = 1_000
"""Texts that are read at a time; one may have 64 kilobytes."""
_BYTES: Final = 4 * 1024 * 1024
"""Of words in one statement: servers take none of any length."""


async def fill_search(table: str, columns: Sequence[str]) -> None:
    """Write the missing and outdated rows. It can be repeated after an interruption."""
    last = b""
    while ids := await _stale(table, columns, last):
        texts = ", ".join(map(quote, ("id", *columns)))
        these = f'"id" IN ({", ".join(["{}"] * len(ids))})'
        sql = f"SELECT {texts} FROM {quote(table)} WHERE {these} LOCK IN SHARE MODE"
        rows = await DB.run_querystring(QueryString(sql, *ids))
        await DB.run_querystring(QueryString(forgetting_words(table, columns, len(ids)), *ids))
        for portion in _portions([words_row(row["id"], [row[one] for one in columns]) for row in rows]):
            values = [value for row in portion for value in row]
            await DB.run_querystring(QueryString(writing_words(table, columns, len(portion)), *values))
        await DB.run_ddl("COMMIT")
        last = ids[-1]


def _portions(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    """The rows in portions that fit into one statement."""
    portion: list[list[Any]] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += sum(len(words) for words in row[2:])
        if size > _BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def filling_statement(table: str, columns: Sequence[str]) -> str:
    """The statement of each portion, for a plan."""
    return writing_words(table, columns, 1)


async def unsearched(table: str, columns: Sequence[str]) -> int:
    """Return how many records have no row of words, or an outdated one."""
    rows = await DB.run_querystring(QueryString(f"SELECT COUNT(*) AS found {_of_stale(table, columns)}"))
    return int(rows[0]["found"])


async def _stale(table: str, columns: Sequence[str], last: bytes) -> list[bytes]:
    """The ids of the next records whose rows have to be written."""
    beyond = f'AND o."id" > {{}} ORDER BY o."id" LIMIT {_TEXTS // len(columns)}'
    sql = f'SELECT o."id" AS id {_of_stale(table, columns)} {beyond}'
    return [row["id"] for row in await DB.run_querystring(QueryString(sql, last))]


def _of_stale(table: str, columns: Sequence[str]) -> str:
    """The comparison is made by the server, so that no texts are transferred."""
    words = quote(words_table(table, columns))
    texts = ", ".join(f"IFNULL(o.{quote(one)}, '')" for one in columns)
    return (
        f'FROM {quote(table)} AS o LEFT JOIN {words} AS s ON s."id" = o."id" '
        f'WHERE (s."id" IS NULL OR s."source" <> CRC32(CONCAT_WS(x\'0a\', {texts})))'
    )
