"""Copies: a database as its server describes it, with its rows, to create it again in an empty one."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.mysql.literals import literal, quote_name
from piccolo_engines.mysql.migrations.script import run_script
from piccolo_engines.mysql.server import Server
from piccolo_engines.mysql.sessions.session import Session, Watch
from piccolo_engines.mysql.statements import Work, run_group
from piccolo_engines.statements import Bound, StatementGroup

__all__ = ["DatabaseCopy", "read_copy", "write_copy"]

_ID: Final = "id"
_NEXT_NUMBER = re.compile(r"(?<=\) ENGINE=InnoDB) AUTO_INCREMENT=\d+")
_COLLATED = re.compile(r'^(  "[^"]+" \w+(?:\([^)]*\))?) COLLATE (\w+)', re.MULTILINE)
_REFERENCE = re.compile(r' REFERENCES "([^"]+)"')
_NOT_COPIED: Final = " GENERATED ALWAYS "
_ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class DatabaseCopy:
    """Tables, and the rows with which a database begins.

    :ivar server: the server that described it. Another one may describe the same tables in other words.
    :ivar tables: a ``CREATE TABLE`` for each, those first that others refer to.
    :ivar inserts: a statement for each table with rows, with ``%s`` for each value that is new in a copy.
    :ivar places: what each of these values is: an id, or None for the time.
    :ivar ids: the primary keys of the rows, except numbers.
    """

    server: Server
    tables: Sequence[str]
    inserts: Sequence[str]
    places: Sequence[Sequence[bytes | None]]
    ids: Sequence[bytes]

    def statements(self) -> StatementGroup:
        """Return the statements that insert the rows, with new ids, and created now."""
        new: dict[bytes | None, Any] = {one: new_id().bytes for one in self.ids}
        new[None] = utc_now()
        return StatementGroup(
            *(
                Bound(sql, [new[place] for place in places], "insert", None)
                for sql, places in zip(self.inserts, self.places, strict=True)
            )
        )


async def read_copy(session: Session) -> DatabaseCopy | None:
    """Read the whole database, in two round trips.

    Returns None for one that cannot be described in this way: with views, with tables that refer to each
    other in a circle, or with rows that have generated columns.
    """
    listed = (await session.send("SHOW FULL TABLES")).rows
    names = [name for name, kind in listed if kind == "BASE TABLE"]
    if not names or len(names) != len(listed):
        return None
    asked = [text for name in map(quote_name, names) for text in (f"SHOW CREATE TABLE {name}", _all_of(name))]
    others: list[Any] = []
    results = [await session.send("; ".join(asked), others=others), *others]
    shown = {name: str(result.rows[0][1]) for name, result in zip(names, results[::2], strict=True)}
    found = dict(zip(names, results[1::2], strict=True))
    filled = [name for name in names if found[name].rows]
    if any(_NOT_COPIED in shown[name] for name in filled):
        return None
    try:
        order = list(TopologicalSorter(_references(shown)).static_order())
    except CycleError:
        return None
    tables = tuple(_as_created(shown[name]) for name in order)
    ids = sorted(id_ for one in found.values() for id_ in _ids(one))
    portions = [one for name in order for one in _portions(name, found[name], frozenset(ids), session.server)]
    inserts, places = [sql for sql, _ in portions], [places for _, places in portions]
    return DatabaseCopy(session.server, tables, inserts, places, ids)


async def write_copy(session: Session, copy: DatabaseCopy, watch: Watch) -> bool:
    """Create the tables and rows in an empty database, in two round trips.

    Returns False, without an effect, on a server of another version. What was created before an error stays.
    """
    if session.server != copy.server:
        return False
    await run_script(session, copy.tables, watch)
    await run_group(copy.statements(), Work(session, watch))
    return True


def _all_of(table: str) -> str:
    return f"SELECT * FROM {table}"  # noqa: S608 - quoted


def _as_created(shown: str) -> str:
    """The statement without the next number, and without the collations of columns that are the table's.

    MySQL shows such a collation, and shows it in other words once it was given explicitly.
    """
    columns, _, options = _NEXT_NUMBER.sub("", shown).rpartition("\n")
    collation = options.rpartition("COLLATE=")[2]
    columns = _COLLATED.sub(lambda found: found[1] if found[2] == collation else found[0], columns)
    return f"{columns}\n{options}"


def _references(shown: Mapping[str, str]) -> dict[str, set[str]]:
    """The other tables that each refers to."""
    return {name: (set(_REFERENCE.findall(text)) & shown.keys()) - {name} for name, text in shown.items()}


def _portions(
    table: str, found: Any, ids: frozenset[bytes], server: Server
) -> Iterator[tuple[str, list[bytes | None]]]:
    """The statements that insert the rows of a table, and what the values are that differ between copies."""
    columns = ", ".join(quote_name(field.name) for field in found.fields)
    for start in range(0, len(found.rows), _ROWS_AT_ONCE):
        places: list[bytes | None] = []
        rows = []
        for row in found.rows[start : start + _ROWS_AT_ONCE]:
            texts = []
            for value in row:
                if type(value) is dt.datetime or (type(value) is bytes and value in ids):
                    places.append(value if type(value) is bytes else None)
                    texts.append("%s")
                else:
                    texts.append(literal(value, server).replace("%", "%%"))
            rows.append(f"({', '.join(texts)})")
        yield f"INSERT INTO {quote_name(table)} ({columns}) VALUES {', '.join(rows)}", places  # noqa: S608 - quoted


def _ids(found: Any) -> list[bytes]:
    """The primary keys of the rows, except numbers."""
    names = [field.name for field in found.fields]
    keys = [row[names.index(_ID)] for row in found.rows] if _ID in names else []
    return [key for key in keys if isinstance(key, bytes)]
