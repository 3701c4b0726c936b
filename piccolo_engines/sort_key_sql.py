"""SQL for the sort keys of texts (:mod:`piccolo_engines.sort_keys`): one implementation for each database.

:func:`sort_key_sql` returns the implementation for an engine. All expressions are ``QueryString`` objects, so
values are bound.
"""

from typing import Final, Protocol

from piccolo.querystring import QueryString

from piccolo_engines.identifiers import quote
from piccolo_engines.sort_keys import (
    SORT_KEY,
    SORT_KEY_AND_TEXT,
    SORT_KEY_BYTES,
    SORT_WEIGHTS,
    SORT_WEIGHTS_END,
)

__all__ = ["MYSQL_SORT_KEYS", "SQLITE_SORT_KEYS", "SortKeySQL", "key_of_name", "sort_key_sql"]


class SortKeySQL(Protocol):
    """Expressions for sort keys in the SQL of one database."""

    def of_column(self, column: object) -> QueryString:
        """The key of a column's text; NULL for NULL."""

    def of_value(self, value: object) -> QueryString:
        """The key of a bound text."""

    def range_from(self, value: object) -> tuple[QueryString, QueryString]:
        """The least and the greatest key of all texts that begin with a bound text, both included."""

    def with_text(self, column: object) -> QueryString:
        """The key of a column's text, padded to :data:`~piccolo_engines.sort_keys.SORT_KEY_BYTES` bytes, and
        the text behind it: MIN and MAX of it are those of the key, and
        :func:`~piccolo_engines.sort_keys.text_behind_key` returns the text.
        """


class _SQLite:
    """Calls the SQL functions that :mod:`piccolo_engines.sqlite.connections` registers."""

    def of_column(self, column: object) -> QueryString:
        return QueryString(f"{SORT_KEY}({{}})", column)

    def of_value(self, value: object) -> QueryString:
        return QueryString(f"{SORT_KEY}({{}})", value)

    def range_from(self, value: object) -> tuple[QueryString, QueryString]:
        return QueryString(f"{SORT_WEIGHTS}({{}})", value), QueryString(f"{SORT_WEIGHTS_END}({{}})", value)

    def with_text(self, column: object) -> QueryString:
        return QueryString(f"{SORT_KEY_AND_TEXT}({{}})", column)


_WEIGHTS: Final = "WEIGHT_STRING({} COLLATE utf8mb4_unicode_520_ci)"
_KEY: Final = f"LEFT(CONCAT({_WEIGHTS}, x'0000', CAST({{}} AS BINARY)), {SORT_KEY_BYTES})"
_BOUND: Final = "CONVERT({} USING utf8mb4)"
"""A bound text: without the conversion, a server may take the parameter for binary."""


class _MySQL:
    """Uses ``WEIGHT_STRING`` of MySQL and MariaDB."""

    def of_column(self, column: object) -> QueryString:
        return QueryString(_KEY, column, column)

    def of_value(self, value: object) -> QueryString:
        return QueryString(_KEY.format(_BOUND, _BOUND), value, value)

    def range_from(self, value: object) -> tuple[QueryString, QueryString]:
        least = f"LEFT({_WEIGHTS.format(_BOUND)}, {SORT_KEY_BYTES})"
        return QueryString(least, value), QueryString(f"CONCAT({least}, x'FFFF')", value)

    def with_text(self, column: object) -> QueryString:
        padded = f"CONCAT(RPAD({_KEY}, {SORT_KEY_BYTES}, x'00'), CAST({{}} AS BINARY))"
        return QueryString(padded, column, column, column)


SQLITE_SORT_KEYS: Final[SortKeySQL] = _SQLite()
MYSQL_SORT_KEYS: Final[SortKeySQL] = _MySQL()
_BY_ENGINE: Final = {"sqlite": SQLITE_SORT_KEYS, "mysql": MYSQL_SORT_KEYS}


def sort_key_sql(engine_type: str) -> SortKeySQL:
    """The expressions for an engine, by Piccolo's ``engine_type``."""
    return _BY_ENGINE[engine_type]


def key_of_name(column: str) -> str:
    """The key of a column's text as plain SQL of MySQL and MariaDB, for DDL."""
    return _KEY.format(quote(column), quote(column))
