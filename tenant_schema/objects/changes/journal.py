"""The journal of schema changes: the intent, the number of completed operations, and the state."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from piccolo_conf import DB
from piccolo_engines.kept_selects import KeptSelect
from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.tables import SchemaChange

__all__ = [
    "OPEN_ENTRIES",
    "Entry",
    "State",
    "begin",
    "has_open_entries",
    "open_entries",
    "record",
    "state_of",
    "states_of",
]

_OPEN = ("begun", "valid", "undoing")


OPEN_ENTRIES: Final = KeptSelect(
    DB, lambda: SchemaChange.select(SchemaChange.id).where(SchemaChange.state.is_in(list(_OPEN))).limit(1)
)
"""Selects a row if a change is neither done nor undone."""


class State(StrEnum):
    """The state of a change: begun, its definitions valid, done; or undoing, undone."""

    BEGUN = "begun"
    VALID = "valid"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(slots=True)
class Entry:
    """One row of the journal. ``position`` counts the completed operations of both halves."""

    id: UUID
    intent: Intent
    state: State = State.BEGUN
    position: int = 0
    is_resumed: bool = False
    """Whether somebody else began it, so that the operation at ``position`` may have happened."""


async def begin(entry: Entry, user: UUID | None) -> None:
    """Insert the intent."""
    intent = entry.intent
    await SchemaChange.insert(
        SchemaChange(
            id=entry.id,
            kind=intent.kind,
            object=intent.object,
            state=entry.state.value,
            plan=msgspec.json.encode(intent).decode(),
            user=user,
        )
    )


async def states_of(changes: Sequence[UUID]) -> dict[UUID, State]:
    """Return the states of those of the changes that were begun. One statement."""
    rows = await SchemaChange.select(SchemaChange.id, SchemaChange.state).where(
        SchemaChange.id.is_in(list(changes))
    )
    return {row["id"]: State(row["state"]) for row in rows}


async def state_of(change: UUID) -> State | None:
    """Return the state of a change; None if it was never begun."""
    row = await SchemaChange.select(SchemaChange.state).where(SchemaChange.id == change).first()
    return None if row is None else State(row["state"])


async def record(entry: Entry, error: str = "") -> None:
    """Update the state."""
    await SchemaChange.update(
        {
            SchemaChange.state: entry.state.value,
            SchemaChange.position: entry.position,
            SchemaChange.error: error[:500],
        }
    ).where(SchemaChange.id == entry.id)


async def has_open_entries() -> bool:
    """Whether a change is neither done nor undone: in progress, or interrupted."""
    return bool(await DB.run_querystring(OPEN_ENTRIES()))


async def open_entries() -> list[Entry]:
    """Return the changes that are neither done nor undone, oldest first. 1 statement."""
    rows = (
        await SchemaChange.select(
            SchemaChange.id, SchemaChange.state, SchemaChange.position, SchemaChange.plan
        )
        .where(SchemaChange.state.is_in(list(_OPEN)))
        .order_by(SchemaChange.id)
    )
    return [
        Entry(
            row["id"],
            msgspec.json.decode(row["plan"], type=Intent),
            State(row["state"]),
            row["position"],
            is_resumed=True,
        )
        for row in rows
    ]
