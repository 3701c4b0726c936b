"""Piccolo engines for MySQL, MariaDB and SQLite, and a slot that forwards to the engine bound to it."""

import sys

__all__: list[str] = []


def _import_without_asyncpg() -> None:
    """Import ``piccolo.querystring`` as if the driver for PostgreSQL were not installed.

    It would import all of it (a fifth of the time that a command takes to start) for one type of UUID, which
    only that driver returns. Piccolo's engine for PostgreSQL imports it by itself when it connects.
    """
    if "asyncpg" in sys.modules:
        return
    sys.modules["asyncpg"] = None  # type: ignore[assignment] # how Python notes that a module is not there
    try:
        import piccolo.querystring  # noqa: F401, PLC0415
    finally:
        del sys.modules["asyncpg"]


_import_without_asyncpg()
