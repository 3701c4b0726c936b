"""Piccolo engines for MySQL, MariaDB and SQLite, and a slot that forwards to the engine bound to it."""

from piccolo_engines.imports import postpone, without

__all__: list[str] = []

# Piccolo would import all of PostgreSQL's driver (a fifth of the time that a command takes to start) for one
# type of UUID, which only that driver returns. Its engine for PostgreSQL imports it when it connects.
with without("asyncpg"):
    import piccolo.querystring  # noqa: F401

# It formats new migrations. ``piccolo.conf.apps`` imports it: 80 ms and 7 MiB for every process.
postpone("black")
