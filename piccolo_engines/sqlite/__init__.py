"""A Piccolo engine for SQLite with persistent connections, which never blocks the event loop."""

from piccolo.engine.sqlite import TransactionType

from piccolo_engines.sqlite.engine import SQLiteEngine

__all__ = ["SQLiteEngine", "TransactionType"]
