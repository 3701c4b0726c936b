"""The journal of changes: what was intended, how far it has come, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec

from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.tables import SchemaChange

__all__ = ["Entry", "State", "begin", "has_open_entries", "open_entries", "record", "state_of"]

_OPEN = ("begun", "valid", "undoing")


class State(StrEnum):
    """How far a change has come: begun, its definitions valid, done; or undoing, undone."""

    BEGUN = "begun"
    VALID = "valid"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(slots=True)
class Entry:
    """One row of the journal. ``position`` counts the operations that are done, of both halves together."""

    id: UUID
    intent: Intent
    state: State = State.BEGUN
    position: int = 0
    is_resumed: bool = False
    """Whether somebody else began it, so that the operation at ``position`` may have happened."""


async def begin(entry: Entry, user: UUID | None) -> None:
    """Write the intent down."""
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


async def state_of(change: UUID) -> State | None:
    """How far a change is; None when it was never begun."""
    row = await SchemaChange.select(SchemaChange.state).where(SchemaChange.id == change).first()
    return None if row is None else State(row["state"])


async def record(entry: Entry, error: str = "") -> None:
    """Write down how far it is."""
    await SchemaChange.update(
        {
            SchemaChange.state: entry.state.value,
            SchemaChange.position: entry.position,
            SchemaChange.error: error[:500],
        }
    ).where(SchemaChange.id == entry.id)


async def has_open_entries() -> bool:
    """Whether a change is neither done nor undone: under way, or left by a process that died."""
    return bool(await SchemaChange.exists().where(SchemaChange.state.is_in(list(_OPEN))))


async def open_entries() -> list[Entry]:
    """The changes that are neither done nor undone, oldest first. One statement."""
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
