"""Which objects and fields there are for a caller, for everything that names them."""

from collections.abc import Mapping

from tenant_schema.objects.catalog import Catalog
from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.records.rights import Rights, rights_of
from tenant_schema.scope import TenantScope
from tenant_schema.users.permissions import Access

__all__ = ["DEEPEST", "Sight", "field_at", "lookup_target", "rights_by_object", "sight_of", "whole_sight"]

Sight = Mapping[str, Mapping[str, FieldModel]]
"""Objects by name, each with its fields by name."""

DEEPEST = 4
"""Names in a dotted path, the last one's field included."""


async def rights_by_object(scope: TenantScope, access: Access, catalog: Catalog) -> dict[str, Rights]:
    """The caller's rights to every object that they may read."""
    return {
        name: await rights_of(scope, access, model, catalog)
        for name, model in (await catalog.all(scope)).items()
        if access.allows(name, "read")
    }


async def sight_of(scope: TenantScope, access: Access, catalog: Catalog) -> Sight:
    """What the caller may read."""
    found = await rights_by_object(scope, access, catalog)
    return {name: rights.readable for name, rights in found.items()}


def whole_sight(objects: Mapping[str, ObjectModel]) -> Sight:
    """All that there is."""
    return {name: model.fields for name, model in objects.items()}


def field_at(sight: Sight, object_name: str, path: str) -> FieldModel | None:
    """The field that ``path`` leads to from the object, over lookups: ``account.industry``.

    None when a part of the path is not there, is no lookup, or leads out of sight.
    """
    parts = path.split(".")
    if len(parts) > DEEPEST:
        return None
    field: FieldModel | None = None
    target = object_name
    for part in parts:
        field = sight.get(target, {}).get(part)
        if field is None:
            return None
        target = lookup_target(field)
    return field


def lookup_target(field: FieldModel) -> str:
    """The object that a lookup leads to; empty for a field that is none."""
    return str(field.settings["target"]) if field.type.name == "lookup" else ""
