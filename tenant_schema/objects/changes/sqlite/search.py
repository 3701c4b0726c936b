"""The full-text index of an object on SQLite, see :mod:`tenant_schema.objects.model.search_index`."""

from collections.abc import Sequence

from piccolo_engines.identifiers import quote
from tenant_schema.objects.model.search_index import TOKENIZER, search_ids_table, search_table

__all__ = ["TRIGGERS", "add_search", "drop_search", "trigger_name"]

TRIGGERS = ("ai", "au", "ad")
"""After insert, update, delete."""


def trigger_name(table: str, kind: str) -> str:
    """The name of the trigger that updates the index after an event."""
    return f"{table}_search_{kind}"


def add_search(table: str, columns: Sequence[str]) -> list[str]:
    """The statements that create the index with the existing rows, and its triggers."""
    fts, ids, rows = quote(search_table(table)), quote(search_ids_table(table)), quote(table)
    names = ", ".join(quote(one) for one in columns)
    its = ", ".join(f"r.{quote(one)}" for one in columns)
    return [
        f"CREATE TABLE {ids} (rowid INTEGER PRIMARY KEY, record UUID NOT NULL UNIQUE)",
        f"CREATE VIRTUAL TABLE {fts} USING fts5({names}, content='', tokenize='{TOKENIZER}')",
        f"INSERT INTO {ids} (record) SELECT id FROM {rows} ORDER BY id",  # noqa: S608 - quoted
        f"INSERT INTO {fts} (rowid, {names}) "  # noqa: S608 - quoted
        f"SELECT i.rowid, {its} FROM {ids} i JOIN {rows} r ON r.id = i.record",
        *_triggers(table, columns),
    ]


def _triggers(table: str, columns: Sequence[str]) -> list[str]:
    ids, rows = quote(search_ids_table(table)), quote(table)
    names = ", ".join(quote(one) for one in columns)
    changed = " OR ".join(f"old.{quote(one)} IS NOT new.{quote(one)}" for one in columns)
    insert, update, delete = (quote(trigger_name(table, kind)) for kind in TRIGGERS)
    enter = _enter(table, columns)
    leave = _leave(table, columns)
    return [
        f"CREATE TRIGGER {insert} AFTER INSERT ON {rows} BEGIN "  # noqa: S608 - quoted
        f"INSERT INTO {ids} (record) VALUES (new.id); {enter}; END",
        f"CREATE TRIGGER {update} AFTER UPDATE OF {names} ON {rows} WHEN {changed} BEGIN "
        f"{leave}; {enter}; END",
        f"CREATE TRIGGER {delete} AFTER DELETE ON {rows} BEGIN "  # noqa: S608 - quoted
        f"{leave}; DELETE FROM {ids} WHERE record = old.id; END",
    ]


def _enter(table: str, columns: Sequence[str]) -> str:
    fts, ids = quote(search_table(table)), quote(search_ids_table(table))
    names = ", ".join(quote(one) for one in columns)
    its = ", ".join(f"new.{quote(one)}" for one in columns)
    return f"INSERT INTO {fts} (rowid, {names}) SELECT rowid, {its} FROM {ids} WHERE record = new.id"  # noqa: S608 - quoted


def _leave(table: str, columns: Sequence[str]) -> str:
    """A contentless index needs the old values to delete a row."""
    fts, ids = quote(search_table(table)), quote(search_ids_table(table))
    names = ", ".join(quote(one) for one in columns)
    its = ", ".join(f"old.{quote(one)}" for one in columns)
    return (
        f"INSERT INTO {fts} ({fts}, rowid, {names}) "  # noqa: S608 - quoted
        f"SELECT 'delete', rowid, {its} FROM {ids} WHERE record = old.id"
    )


def drop_search(table: str) -> list[str]:
    """The statements that drop everything that :func:`add_search` creates."""
    return [
        *(f"DROP TRIGGER {quote(trigger_name(table, kind))}" for kind in TRIGGERS),
        f"DROP TABLE {quote(search_table(table))}",
        f"DROP TABLE {quote(search_ids_table(table))}",
    ]
