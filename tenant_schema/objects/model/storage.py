"""How each kind of database stores the records of objects: sort keys, packed fields, tables of words, locks.

:func:`storage_of` returns the implementation for an engine. The record API's own dialects
(:mod:`tenant_schema.records.sql.dialects`) extend these.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from piccolo.columns import Column
from piccolo.engine.base import Engine
from piccolo.query.methods.select import Select
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.columns import SortKey
from piccolo_engines.identifiers import quote
from piccolo_engines.sort_key_sql import MYSQL_SORT_KEYS, SQLITE_SORT_KEYS, SortKeySQL
from piccolo_engines.sort_keys import SORT_KEY
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.packing import PACK
from tenant_schema.objects.model.sort_columns import kept_key

__all__ = ["MySQLStorage", "SQLiteStorage", "StorageDialect", "bound_storage", "database_bytes", "storage_of"]


class StorageDialect(Protocol):
    """What differs between databases in how records are stored."""

    @property
    def sort_keys(self) -> SortKeySQL:
        """Expressions for the sort keys of texts."""

    @property
    def has_words_tables(self) -> bool:
        """Whether the words of searched fields are in tables that the record service writes."""

    @property
    def size(self) -> str:
        """The statement that returns the bytes that tables and indexes take: a row with ``size``. Piccolo has
        no words for it.
        """

    def key_definition(self, column: SortKey) -> str:
        """A column of sort keys as CREATE TABLE and ADD COLUMN define it."""

    def written_keys(self, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """The columns of sort keys that a statement has to write along with ``values``, which are by column.
        Empty where the database generates them.
        """

    def is_packed(self, model: ObjectModel) -> bool:
        """Whether some of the object's fields are written through its document of packed fields."""

    def lock_rows(self, query: Select[Any]) -> Select[Any]:
        """The query with its rows locked until the transaction ends, where that takes a clause."""


class SQLiteStorage:
    """SQLite: generated columns, full-text indexes with triggers, and a lock on the database."""

    sort_keys = SQLITE_SORT_KEYS
    has_words_tables = False
    size = (
        "SELECT (page_count - freelist_count) * page_size AS size "
        "FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()"
    )

    def key_definition(self, column: SortKey) -> str:
        """See :class:`StorageDialect`. The column is generated."""
        return f"{_plain(column)} GENERATED ALWAYS AS ({SORT_KEY}({quote(column.source)})) VIRTUAL"

    def written_keys(self, values: Mapping[Any, Any]) -> dict[Any, Any]:  # noqa: ARG002 - the protocol's
        """Always empty: the columns are generated."""
        return {}

    def is_packed(self, model: ObjectModel) -> bool:  # noqa: ARG002 - the protocol's
        """Always false: a packed field is a text column like any other."""
        return False

    def lock_rows(self, query: Select[Any]) -> Select[Any]:
        """The query itself: a transaction locks the database as it begins."""
        return query


class MySQLStorage:
    """MySQL and MariaDB: plain columns that the record service fills, and row locks."""

    sort_keys = MYSQL_SORT_KEYS
    has_words_tables = True
    size = (  # MySQL caches the figures for a day by default; MariaDB takes the hint for a comment
        "SELECT /*+ SET_VAR(information_schema_stats_expiry = 0) */ "
        "CAST(COALESCE(SUM(data_length + index_length), 0) AS SIGNED) AS size "
        "FROM information_schema.tables WHERE table_schema = DATABASE()"
    )

    def key_definition(self, column: SortKey) -> str:
        """See :class:`StorageDialect`. The column is a plain one."""
        return _plain(column)

    def written_keys(self, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """See :class:`StorageDialect`."""
        pairs = ((kept_key(one), value) for one, value in values.items() if isinstance(one, Column))
        return {key: self.sort_keys.of_value(value) for key, value in pairs if key is not None}

    def is_packed(self, model: ObjectModel) -> bool:
        """See :class:`StorageDialect`."""
        return any(field.storage == PACK for field in model.fields.values())

    def lock_rows(self, query: Select[Any]) -> Select[Any]:
        """The query with ``FOR UPDATE``."""
        return query.lock_rows("UPDATE")


def _plain(column: SortKey) -> str:
    return f"{quote(column._meta.db_column_name)} {column.column_type}"


_BY_ENGINE: Final[Mapping[str, StorageDialect]] = {"sqlite": SQLiteStorage(), "mysql": MySQLStorage()}


def storage_of(engine: Engine[Any]) -> StorageDialect:
    """The dialect for the database of an engine."""
    return _BY_ENGINE[engine.engine_type]


def bound_storage() -> StorageDialect:
    """The dialect for the database of the tenant that is bound."""
    return storage_of(DB)


async def database_bytes() -> int:
    """Return the size of the database of the tenant that is bound, with its indexes. One statement."""
    rows = await DB.run_querystring(QueryString(bound_storage().size))
    return int(rows[0]["size"])
