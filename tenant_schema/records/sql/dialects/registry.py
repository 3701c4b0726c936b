"""Which dialect an engine has."""

import functools
from typing import Any, Final

from piccolo.engine.base import Engine

from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.dialects.sqlite import SQLiteRecords

__all__ = ["SQLITE", "dialect_of", "mysql_dialect"]

SQLITE: Final[RecordsDialect] = SQLiteRecords()


def dialect_of(engine: Engine[Any]) -> RecordsDialect:
    """The dialect of the database that the engine, or the engine that it is bound to, is connected to."""
    return SQLITE if engine.engine_type == "sqlite" else mysql_dialect()


@functools.cache
def mysql_dialect() -> RecordsDialect:
    """The dialect of MySQL and MariaDB."""
    # Not at the top: where all tenants are on SQLite, neither MySQL's engine nor its driver is loaded
    # (ADR 93).
    from tenant_schema.records.sql.dialects.mysql import MySQLRecords  # noqa: PLC0415

    return MySQLRecords()
