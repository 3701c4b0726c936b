"""Deletes the histories of an object's records after the object was dropped."""

from collections.abc import Sequence
from typing import Any

from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.tables import ObjectDefinition
from tenant_schema.records.tables import RecordHistory

__all__ = ["DependentHistories"]


class DependentHistories:
    """The histories of all records. They name objects and fields by their ids, so that renaming is nothing to
    them.
    """

    kind = "histories"

    async def affected(self, _changes: NameChanges) -> Sequence[dict[str, Any]]:
        """None that people know by a name: they go with the records, which are counted."""
        return ()

    async def follow(self, changes: NameChanges) -> None:
        """Forget what became of the records of objects that are there no more."""
        if changes.object_dropped:
            objects = ObjectDefinition.select(ObjectDefinition.id)
            await RecordHistory.delete().where(RecordHistory.object.not_in(objects))
