"""The schema-change dialect of the bound tenant's database."""

import functools

from piccolo_conf import DB
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.sqlite.dialect import SQLiteDialect

__all__ = ["dialect_of_bound"]

_SQLITE = SQLiteDialect()


def dialect_of_bound() -> Dialect:
    """Return the dialect of the bound engine."""
    return _SQLITE if DB.engine_type == "sqlite" else _mysql()


@functools.cache
def _mysql() -> Dialect:
    # Not at the top: where all tenants are on SQLite, neither MySQL's engine nor its driver is loaded
    # (ADR 93).
    from tenant_schema.objects.changes.mysql.dialect import MySQLDialect  # noqa: PLC0415

    return MySQLDialect()
