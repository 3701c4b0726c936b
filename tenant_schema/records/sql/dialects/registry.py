"""Which dialect an engine has."""

from collections.abc import Mapping
from typing import Any, Final

from piccolo.engine.base import Engine

from tenant_schema.records.sql.dialects.mysql import MySQLRecords
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.dialects.sqlite import SQLiteRecords

__all__ = ["MYSQL", "SQLITE", "dialect_of"]

SQLITE: Final[RecordsDialect] = SQLiteRecords()
MYSQL: Final[RecordsDialect] = MySQLRecords()
_BY_ENGINE: Final[Mapping[str, RecordsDialect]] = {"sqlite": SQLITE, "mysql": MYSQL}


def dialect_of(engine: Engine[Any]) -> RecordsDialect:
    """The dialect of the database that the engine, or the engine that it is bound to, is connected to."""
    return _BY_ENGINE[engine.engine_type]
