"""A Piccolo engine for SQLite that keeps its connections open and never blocks the event loop."""

from piccolo.engine.sqlite import TransactionType

from piccolo_engines.sqlite.engine import SQLiteEngine

__all__ = ["SQLiteEngine", "TransactionType"]
