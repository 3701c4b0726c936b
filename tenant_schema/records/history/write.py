"""Writes the history of records: one additional statement for each portion of changes.

The creation of a record has no entry: the record itself has its time and author. Entries refer to objects
and fields by id, so that they remain valid after a renaming.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.query.methods.insert import Insert

from piccolo_engines.columns import new_id
from piccolo_engines.statements import Bound, Slot
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.target import Target
from tenant_schema.records.record import Row
from tenant_schema.records.sql.rendering import shown
from tenant_schema.records.sql.statement_cache import Statement, prepare, repeated
from tenant_schema.records.tables import RecordHistory

__all__ = ["Action", "Entry", "changed", "field_key", "forget", "insertions", "keep"]

_COLUMNS: Final = (
    *(RecordHistory.id, RecordHistory.object, RecordHistory.record, RecordHistory.version),
    *(RecordHistory.action, RecordHistory.actor, RecordHistory.at, RecordHistory.changes),
)
_BYTES: Final = 4 * 1024 * 1024
"""Of changes in one statement: servers take no statement of any length."""
_ROWS: Final = 1_000


class Action(StrEnum):
    """The action that an entry records."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. ``changes`` are pairs of what was and what is, shown, by the keys of fields."""

    record: UUID
    version: int
    action: Action
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)


def field_key(one: FieldModel) -> str:
    """Return the key of a field in stored changes: its id, or the name of a system field, which is fixed."""
    return one.name if one.id is None else str(one.id)


def changed(
    before: Row, after: Mapping[str, Any], fields: Mapping[str, FieldModel]
) -> dict[str, tuple[object, object]]:
    """Return the old and new values of the fields that have a history and have changed."""
    return {
        field_key(one): (shown(one, before[name]), shown(one, value))
        for name, value in after.items()
        if (one := fields.get(name)) is not None and one.history and value != before[name]
    }


async def keep(target: Target, entries: Iterable[Entry], now: datetime) -> None:
    """Write the entries, in the transaction of the changes: one statement for each portion of rows."""
    for statement in insertions(target, entries, now):
        await target.engine.run_querystring(statement)


def insertions(target: Target, entries: Iterable[Entry], now: datetime) -> Iterator[Bound]:
    """Yield the statements that write the entries."""
    one_row = target.plan(_insert, "history")
    for rows in _portions(_rows(target, entries, now)):
        yield repeated(one_row, len(rows)).bind([value for row in rows for value in row])


def _insert() -> Statement:
    values: dict[Any, Any] = {column: Slot.at(place) for place, column in enumerate(_COLUMNS)}
    return prepare(Insert(RecordHistory, RecordHistory(values)))


def _rows(target: Target, entries: Iterable[Entry], now: datetime) -> Iterable[list[object]]:
    for entry in entries:
        changes = msgspec.json.encode(entry.changes).decode()
        what = [entry.record, entry.version, entry.action.value]
        yield [new_id(), target.model.id, *what, target.access.user_id, now, changes]


def _portions(rows: Iterable[list[object]]) -> Iterable[Sequence[list[object]]]:
    """Yield the rows in portions that fit into one statement."""
    portion: list[list[object]] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(str(row[-1]))
        if size > _BYTES or len(portion) == _ROWS:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


async def forget(target: Target, records: Sequence[UUID]) -> None:
    """Delete the histories of these records."""
    of_object = RecordHistory.object == target.model.id
    await RecordHistory.delete().where(of_object & RecordHistory.record.is_in(list(records)))
