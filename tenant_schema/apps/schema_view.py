"""Which objects and fields there are for a caller, for everything that names them."""

from collections.abc import Mapping

from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.access.rights import Rights, rights_of
from tenant_schema.records.query.paths import Fields, Paths
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["Sight", "field_at", "lookup_target", "rights_by_object", "sight_of", "sight_over", "whole_sight"]

Sight = Mapping[str, Paths]
"""Objects by name, each with its fields by name, and those beyond its lookups by path."""


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
    return sight_over({name: rights.readable for name, rights in found.items()})


def whole_sight(objects: Mapping[str, ObjectModel]) -> Sight:
    """All that there is."""
    return sight_over({name: model.fields for name, model in objects.items()})


def sight_over(objects: Mapping[str, Fields]) -> Sight:
    """These objects with these fields. Lookups lead from one to another of them, and to users."""

    def lead(name: str) -> Fields | None:
        return USERS.fields if name == USERS.name else objects.get(name)

    return {name: Paths(fields, lead) for name, fields in objects.items()}


def field_at(sight: Sight, object_name: str, path: str) -> FieldModel | None:
    """The field that the path leads to from the object, if it is in sight: ``account.industry``."""
    fields = sight.get(object_name)
    return None if fields is None else fields.get(path)


def lookup_target(field: FieldModel) -> str:
    """The object that a lookup leads to; empty for a field that is none."""
    return str(field.settings["target"]) if field.type.name == "lookup" else ""
