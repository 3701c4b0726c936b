"""Columns of sort keys (:mod:`piccolo_engines.sort_keys`), which an index on a text uses.

A text field with an index has a second column with the keys of its texts. SQLite generates it. On MySQL
and MariaDB it is a plain column, and every statement that writes the text writes the key too: MariaDB cannot
add a column instantly to a table that has an indexed generated one. See
:class:`tenant_schema.objects.model.storage.StorageDialect`.

A table created by an earlier version has no such column until ``freehold migrate`` adds it
(:mod:`tenant_schema.objects.changes.missing_sort_keys`). Its texts are sorted by the same keys, without an
index.
"""

from collections.abc import Mapping
from typing import Final

from piccolo.columns import Column
from piccolo.table import Table

__all__ = ["KEYS", "kept_key", "kept_keys", "sort_column"]

KEYS: Final = "_sort_keys"
"""The attribute of a run-time table class that holds its columns of sort keys."""


def sort_column(column_name: str) -> str:
    """The name of the column of sort keys for a text column."""
    return f"{column_name}_sort"


def kept_keys(table: type[Table]) -> Mapping[str, Column]:
    """The columns of sort keys of a run-time table, by the name of the text column.

    They are not among Piccolo's columns of the table, so that Piccolo's INSERT leaves them out.
    """
    keys: Mapping[str, Column] = getattr(table, KEYS, {})
    return keys


def kept_key(column: Column) -> Column | None:
    """The column of sort keys of a text column, under the table alias of that column; None without one."""
    found = kept_keys(column._meta.table).get(column._meta.db_column_name)
    if found is not None and column._meta.call_chain:
        found = found.copy()
        found._meta.call_chain = column._meta.call_chain
    return found
