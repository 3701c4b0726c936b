"""What ``search`` looks into: how the full-text index of an object is called and what it holds.

An object with at least one ``searchable`` field has an index over the columns of those fields, sorted by
name: fields may be put into another order without making it anew.

On MySQL and MariaDB that is one FULLTEXT index over :func:`search_columns`. A ``MATCH`` must name exactly
these columns, in any order; the index's own name (:func:`search_index_name`) is for those who make it: one
over other columns has another name, so that a new one can be made before the old one is dropped.

On SQLite it is an FTS5 table (:func:`search_table`, contentless, tokenizer :data:`TOKENIZER`) with the same
columns under the same names. Its ``rowid`` is the ``rowid`` of the map :func:`search_ids_table`, whose column
``record`` is the record's id: the rows of a record table have no rowid that survives VACUUM. Triggers keep
both::

    SELECT … FROM deals_2e3f4a5b WHERE id IN (
        SELECT i.record FROM deals_2e3f4a5b_search s JOIN deals_2e3f4a5b_search_ids i ON i.rowid = s.rowid
        WHERE deals_2e3f4a5b_search MATCH ?)

Records in the trash stay in the index.
"""

import hashlib
from collections.abc import Iterable

from tenant_schema.objects.model import FieldModel, ObjectModel

__all__ = [
    "SEARCHABLE_TYPES",
    "TOKENIZER",
    "search_columns",
    "search_columns_of",
    "search_ids_table",
    "search_index_name",
    "search_table",
]

TOKENIZER = "unicode61 remove_diacritics 2"
SEARCHABLE_TYPES = frozenset({"text", "long_text", "email", "url", "phone", "select"})
"""The types whose columns hold text that people search."""


def search_columns(model: ObjectModel) -> tuple[str, ...]:
    """The physical names of the searched columns, in order; empty when there is no index."""
    return search_columns_of(model.fields.values())


def search_columns_of(fields: Iterable[FieldModel]) -> tuple[str, ...]:
    """As :func:`search_columns`, of the fields alone."""
    return tuple(
        one.column_name
        for one in fields
        if one.searchable and not one.system and one.type.name in SEARCHABLE_TYPES
    )


def search_table(table_name: str) -> str:
    """SQLite's FTS5 table of a record table."""
    return f"{table_name}_search"


def search_ids_table(table_name: str) -> str:
    """SQLite's map from the FTS5 table's rows to records."""
    return f"{table_name}_search_ids"


def search_index_name(columns: Iterable[str]) -> str:
    """MySQL's FULLTEXT index over these columns.

    >>> search_index_name(["name", "city"])
    'search_b9a4c6fb'
    """
    digest = hashlib.sha256("\n".join(columns).encode()).hexdigest()
    return f"search_{digest[:8]}"
