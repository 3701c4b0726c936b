"""Piccolo's ``Unique`` constraints on SQLite, which has no ``ALTER TABLE … ADD CONSTRAINT``."""

import re

__all__ = ["as_index"]

_ADD = re.compile(
    r'ALTER TABLE (?P<table>"[^"]+") ADD CONSTRAINT (?P<name>\w+) UNIQUE (?P<columns>\("[^()]+"\))'
)
_DROP = re.compile(r'ALTER TABLE "[^"]+" DROP CONSTRAINT IF EXISTS (?P<name>\w+)')


def as_index(ddl: str) -> str:
    """Return the statement that creates or drops a unique index, for one that adds or drops a unique
    constraint; any other statement as it is.

    Piccolo adds constraints after the table was created, and SQLite has them in ``CREATE TABLE`` alone. A
    unique index enforces the same (https://www.sqlite.org/lang_createtable.html#unique_constraints).
    """
    if added := _ADD.fullmatch(ddl):
        return f'CREATE UNIQUE INDEX "{added["name"]}" ON {added["table"]} {added["columns"]}'
    if dropped := _DROP.fullmatch(ddl):
        return f'DROP INDEX IF EXISTS "{dropped["name"]}"'
    return ddl
