"""Sort keys that are kept beside texts, so that an index can have them (see
:mod:`piccolo_engines.sort_keys`).

A text field with an index has a second column with the keys of its texts. On SQLite that is a generated
column. MariaDB adds no column at once to a table that has one of those with an index: there, and on MySQL
to have one way of doing it, the column is a plain one, which every statement writes that writes the text.
Fields of tables that were made before have no such column until ``freehold migrate`` gives them one
(:mod:`tenant_schema.objects.changes.missing_sort_keys`); they are sorted by the same keys, without an index.
"""

from collections.abc import Mapping
from typing import Any, Final

from piccolo.columns import Column
from piccolo.table import Table

from piccolo_engines.columns import SortKey
from piccolo_engines.identifiers import quote
from piccolo_engines.sort_keys import SORT_KEY, key_of_value

__all__ = ["KEYS", "kept_key", "kept_keys", "key_definition", "keys_of", "sort_column"]

KEYS: Final = "_sort_keys"
"""The attribute of such a table that holds them."""


def sort_column(column_name: str) -> str:
    """The name of the column of keys of a text's column."""
    return f"{column_name}_sort"


def key_definition(column: SortKey) -> str:
    """The column as CREATE TABLE has it."""
    plain = f"{quote(column._meta.db_column_name)} {column.column_type}"
    if column._meta.engine_type != "sqlite":
        return plain
    return f"{plain} GENERATED ALWAYS AS ({SORT_KEY}({quote(column.source)})) VIRTUAL"


def kept_keys(table: type[Table]) -> Mapping[str, Column]:
    """The columns of keys of a table that was made at run time, by the names of the texts' columns.

    Piccolo does not know of them, so that what it inserts leaves out what the database generates.
    """
    keys: Mapping[str, Column] = getattr(table, KEYS, {})
    return keys


def kept_key(column: Column) -> Column | None:
    """The column of a text's keys, where the text's table goes by the same alias; None when there is none."""
    found = kept_keys(column._meta.table).get(column._meta.db_column_name)
    if found is not None and column._meta.call_chain:
        found = found.copy()
        found._meta.call_chain = column._meta.call_chain
    return found


def keys_of(values: Mapping[Any, Any], engine_type: str) -> dict[Any, Any]:
    """What is to be written with the values of these columns: the keys of texts, where nothing generates
    them.
    """
    if engine_type == "sqlite":
        return {}
    pairs = ((kept_key(one), value) for one, value in values.items() if isinstance(one, Column))
    return {key: key_of_value(value, engine_type) for key, value in pairs if key is not None}
