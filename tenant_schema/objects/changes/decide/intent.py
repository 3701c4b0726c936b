"""What a change is to do, decided as a whole before anything is touched: the entry of the journal."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from tenant_schema.objects.changes.decide.operations import Operation
from tenant_schema.objects.dependents import NameChanges

__all__ = ["Intent", "RowChanges", "row_changes"]

_Row = dict[str, Any]
_STAMPS = frozenset({"created_at", "updated_at"})


class RowChanges(msgspec.Struct, frozen=True):
    """Rows of one table of definitions to be added, changed (by id) and deleted."""

    insert: list[_Row] = []
    update: list[_Row] = []
    delete: list[UUID] = []


class Intent(msgspec.Struct, frozen=True):
    """One change: operations before the definitions become valid, the definitions, operations afterwards."""

    kind: str
    object: str
    before: list[Operation]
    after: list[Operation]
    objects: RowChanges
    fields: RowChanges
    names: NameChanges
    created: str | None = None
    """The name of an object that comes into being."""


def row_changes(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> RowChanges:
    """What makes the old rows into the new ones, by their ids; of changed rows only what has changed."""
    known = {row["id"]: row for row in old}
    wanted = {row["id"] for row in new}
    update = []
    for row in new:
        if row["id"] in known:
            before = known[row["id"]]
            changed = {
                name: value for name, value in row.items() if name not in _STAMPS and before[name] != value
            }
            if changed:
                update.append({"id": row["id"], **changed})
    return RowChanges(
        insert=[dict(row) for row in new if row["id"] not in known],
        update=update,
        delete=[key for key in known if key not in wanted],
    )
