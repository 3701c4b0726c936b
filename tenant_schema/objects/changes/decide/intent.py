"""The intent of a change, decided as a whole before anything is executed: the entry of the journal."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from tenant_schema.objects.changes.decide.operations import Operation
from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.model.rows import FieldRow, ObjectRow

__all__ = ["Intent", "RowChanges", "RowUpdate", "row_changes"]

_Row = TypeVar("_Row", ObjectRow, FieldRow)
_KEPT = frozenset({"id", "updated_at"})


class RowUpdate(msgspec.Struct, frozen=True):
    """New values of columns of one row."""

    id: UUID
    values: dict[str, Any]


class RowChanges(msgspec.Struct, Generic[_Row], frozen=True):
    """Rows of one table of definitions to insert, update and delete."""

    insert: list[_Row] = []
    update: list[RowUpdate] = []
    delete: list[UUID] = []


class Intent(msgspec.Struct, frozen=True):
    """One change: operations before the definitions become valid, the definitions, operations afterwards."""

    kind: str
    object: str
    before: list[Operation]
    after: list[Operation]
    objects: RowChanges[ObjectRow]
    fields: RowChanges[FieldRow]
    names: NameChanges
    created: str | None = None
    """The name of an object that comes into being."""


def row_changes(old: Sequence[_Row], new: Sequence[_Row]) -> RowChanges[_Row]:
    """Return the changes from the old rows to the new ones, by their ids; of changed rows, the columns that
    differ.
    """
    known = {row.id: row for row in old}
    wanted = {row.id for row in new}
    updates = [RowUpdate(row.id, _changed(known[row.id], row)) for row in new if row.id in known]
    return RowChanges(
        insert=[row for row in new if row.id not in known],
        update=[update for update in updates if update.values],
        delete=[key for key in known if key not in wanted],
    )


def _changed(old: ObjectRow | FieldRow, new: ObjectRow | FieldRow) -> dict[str, Any]:
    names = (name for name in new.__struct_fields__ if name not in _KEPT)
    return {name: getattr(new, name) for name in names if getattr(new, name) != getattr(old, name)}
