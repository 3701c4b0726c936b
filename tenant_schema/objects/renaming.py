"""Translates names of objects and fields, and paths over lookups, into those after a change."""

from collections.abc import Mapping

from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.tables import FieldDefinition

__all__ = ["Renamed", "lookup_targets"]


class Renamed:
    """Names after the changes. ``targets`` are the objects that lookups refer to, by old names."""

    def __init__(self, changes: NameChanges, targets: Mapping[tuple[str, str], str]) -> None:
        self._changes = changes
        self._targets = targets
        self.touched = False
        """Whether anything was named that is renamed or dropped."""

    def of_object(self, name: str) -> str | None:
        """Return the object's new name, or None if it is dropped."""
        if name != self._changes.object:
            return name
        if self._changes.object_dropped:
            return self._touch(None)
        renamed = self._changes.object_renamed_to
        return name if renamed is None else self._touch(renamed)

    def of_field(self, object_name: str, path: str) -> str | None:
        """Return the path with new names, or None if a part of it is dropped."""
        written: list[str] = []
        for part in path.split("."):
            name = self._part(object_name, part)
            if name is None:
                return None
            written.append(name)
            object_name = self._targets.get((object_name, part), "")
        return ".".join(written)

    def keeps(self, _object_name: str, _document: object) -> bool:
        """Always true: a filter whose names exist is kept."""
        return True

    def _part(self, object_name: str, name: str) -> str | None:
        changes = self._changes
        if object_name != changes.object:
            return name
        if changes.object_dropped or name in changes.fields_dropped:
            return self._touch(None)
        renamed = changes.fields_renamed.get(name)
        return name if renamed is None else self._touch(renamed)

    def _touch(self, name: str | None) -> str | None:
        self.touched = True
        return name


async def lookup_targets(changes: NameChanges) -> dict[tuple[str, str], str]:
    """Return the object that each lookup refers to, by old names, before or after the rows are updated."""
    old_object = {changes.object_renamed_to: changes.object} if changes.object_renamed_to else {}
    old_field = {new: old for old, new in changes.fields_renamed.items()}
    query = FieldDefinition.select(
        FieldDefinition.name, FieldDefinition.settings, FieldDefinition.object.name
    ).where(FieldDefinition.type == "lookup")
    found: dict[tuple[str, str], str] = {}
    for row in await query.output(load_json=True):
        holder, name = row["object.name"], row["name"]
        holder, target = old_object.get(holder, holder), row["settings"]["target"]
        target = old_object.get(target, target)
        found[holder, name] = target
        if holder == changes.object and name in old_field:
            found[holder, old_field[name]] = target
    return found
