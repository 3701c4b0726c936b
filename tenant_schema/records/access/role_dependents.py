"""Roles that name objects and fields: rewrites their restrictions and row rules after a change of a
definition.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.renaming import Renamed, lookup_targets
from tenant_schema.users.tables import FieldRestriction, RowRule

__all__ = ["DependentRoles"]

_Row = Mapping[str, Any]


class DependentRoles:
    """The restrictions and rules of every role.

    A rule that names a dropped field is kept, and matches no record from then on. Without the condition, it
    would match more records than intended.
    """

    kind = "roles"

    async def affected(self, changes: NameChanges) -> Sequence[dict[str, Any]]:
        """Return the roles that name what changes, and where."""
        names = Renamed(changes, await lookup_targets(changes))
        found: dict[str, list[str]] = {}
        for row in await FieldRestriction.select(*_LIMIT, FieldRestriction.role.name):
            if _touches_limit(changes, row):
                found.setdefault(row["role.name"], []).append("fields")
        for row in await RowRule.select(*_RULE, RowRule.role.name).output(load_json=True):
            names.touched = False
            names.of_object(row["object"])
            _written(names, row["object"], row["filter"])
            if names.touched:
                found.setdefault(row["role.name"], []).append("rules")
        return [{"name": name, "in": sorted(set(places))} for name, places in sorted(found.items())]

    async def follow(self, changes: NameChanges) -> None:
        """Write the new names, and delete what is of no object or field any more."""
        await _follow_limits(changes)
        names = Renamed(changes, await lookup_targets(changes))
        for row in await RowRule.select(*_RULE).output(load_json=True):
            names.touched = False
            object_name = names.of_object(row["object"])
            written = _written(names, row["object"], row["filter"])
            if object_name is None:
                await RowRule.delete().where(RowRule.id == row["id"])
            elif names.touched:
                values: dict[Any, Any] = {
                    "object": object_name,
                    "filter": msgspec.json.encode(written).decode(),
                }
                await RowRule.update(values).where(RowRule.id == row["id"])


_LIMIT = (FieldRestriction.object, FieldRestriction.field)
_RULE = (RowRule.id, RowRule.object, RowRule.filter)


def _touches_limit(changes: NameChanges, row: _Row) -> bool:
    if row["object"] != changes.object:
        return False
    whole = changes.object_dropped or changes.object_renamed_to is not None
    return whole or row["field"] in {*changes.fields_dropped, *changes.fields_renamed}


async def _follow_limits(changes: NameChanges) -> None:
    is_its = FieldRestriction.object == changes.object
    if changes.object_dropped:
        await FieldRestriction.delete().where(is_its)
        return
    if changes.fields_dropped:
        dropped = FieldRestriction.field.is_in(list(changes.fields_dropped))
        await FieldRestriction.delete().where(is_its & dropped)
    for old, new in changes.fields_renamed.items():
        values: dict[Any, Any] = {FieldRestriction.field: new}
        await FieldRestriction.update(values).where(is_its & (FieldRestriction.field == old))
    if changes.object_renamed_to is not None:
        await FieldRestriction.update({FieldRestriction.object: changes.object_renamed_to}).where(is_its)


def _written(names: Renamed, object_name: str, document: Any) -> Any:
    """Return one level of a rule with the new names; those of what is dropped stay."""
    if not isinstance(document, dict):
        return document
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name in ("and", "or") and isinstance(value, list):
            found[name] = [_written(names, object_name, member) for member in value]
        elif name == "not":
            found[name] = _written(names, object_name, value)
        else:
            found[names.of_field(object_name, name) or name] = value
    return found
