"""The search index of an object: its name and its contents on each kind of database.

An object with at least one ``searchable`` field has an index over the columns of those fields, sorted by
name, so that the order of fields does not matter.

On MySQL and MariaDB the index is a table (:func:`words_table`), with columns of the same names as the fields'
that hold their words (:mod:`tenant_schema.objects.model.search_words`), and one FULLTEXT index. The row of a
record has the record's ``id`` and is deleted with it; ``source`` is :func:`source_of` the texts that the
words were taken from. The record service writes the row with the record. A table over other columns has
another name, so that a new one can be created before the old one is dropped. (With a FULLTEXT index on the
record table itself, InnoDB could not add columns instantly.)

On SQLite it is an FTS5 table (:func:`search_table`, contentless, tokenizer :data:`TOKENIZER`) with columns of
the same names. Its ``rowid`` is the ``rowid`` of the map :func:`search_ids_table`, whose column ``record`` is
the record's id: the rows of a record table have no rowid that survives VACUUM. Triggers update both::

    SELECT … FROM deals_2e3f4a5b WHERE id IN (
        SELECT i.record FROM deals_2e3f4a5b_search s JOIN deals_2e3f4a5b_search_ids i ON i.rowid = s.rowid
        WHERE deals_2e3f4a5b_search MATCH ?)

Records in the trash stay in the index.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable
from typing import Final

from tenant_schema.objects.model.model import FieldModel, ObjectModel

__all__ = [
    "OLD_INDEX",
    "SEARCHABLE_TYPES",
    "TOKENIZER",
    "WORDS_TABLE",
    "search_columns",
    "search_columns_of",
    "search_ids_table",
    "search_table",
    "source_of",
    "words_table",
]

TOKENIZER = "unicode61 remove_diacritics 2"
SEARCHABLE_TYPES = frozenset({"text", "long_text", "email", "url", "phone", "select"})
"""The types whose columns hold text that people search."""
WORDS_TABLE: Final = re.compile(r"(?P<table>[a-z][a-z0-9_]*)_search_[0-9a-f]{6}")
"""What the tables of words are called, and nothing else is: other tables made here end in eight digits."""
OLD_INDEX: Final = re.compile(r"search_[0-9a-f]{8}")
"""What the FULLTEXT indexes were called that record tables had before there were tables of words."""


def search_columns(model: ObjectModel) -> tuple[str, ...]:
    """Return the physical names of the searched columns, sorted; empty when there is no index."""
    return search_columns_of(model.fields.values())


def search_columns_of(fields: Iterable[FieldModel]) -> tuple[str, ...]:
    """Like :func:`search_columns`, from fields."""
    return tuple(
        one.column_name
        for one in fields
        if one.searchable and not one.system and one.type.name in SEARCHABLE_TYPES
    )


def search_table(table_name: str) -> str:
    """The name of SQLite's FTS5 table of a record table."""
    return f"{table_name}_search"


def search_ids_table(table_name: str) -> str:
    """The name of SQLite's map from rows of the FTS5 table to records."""
    return f"{table_name}_search_ids"


def words_table(table_name: str, columns: Iterable[str]) -> str:
    """The name of MySQL's table of the words in these columns of a record table.

    >>> words_table("deals_2e3f4a5b", ["name", "city"])
    'deals_2e3f4a5b_search_e1ff8b'
    """
    digest = hashlib.sha256("\n".join(sorted(columns)).encode()).hexdigest()
    return f"{table_name}_search_{digest[:6]}"


def source_of(texts: Iterable[str | None]) -> int:
    """Return a checksum of the texts that a row of words was taken from; MySQL's CRC32 returns the same.

    >>> source_of(["Zürich", None])
    4083486865
    """
    return zlib.crc32("\n".join([text or "" for text in texts]).encode())
