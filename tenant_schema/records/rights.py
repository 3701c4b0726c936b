"""What one caller may do with the records of one object, field by field and record by record."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenant_schema.objects.catalog import Catalog
from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.records.query import ALL, Filter
from tenant_schema.scope import TenantScope
from tenant_schema.users.permissions import Access

__all__ = ["Rights", "rights_of"]


@dataclass(frozen=True, slots=True)
class Rights:
    """Holds for everything that is done for the caller with the object, by whatever route.

    :param readable: the fields that may be shown, filtered, sorted, searched and grouped by.
    :param writable: the fields that may be given in a body.
    :param read: which records there are for the caller; what it does not let pass is not there.
    :param update: which of those may be changed.
    :param delete: which of those may be deleted and restored.
    """

    readable: Mapping[str, FieldModel]
    writable: Mapping[str, FieldModel]
    read: Filter = ALL
    update: Filter = ALL
    delete: Filter = ALL


async def rights_of(_scope: TenantScope, _access: Access, model: ObjectModel, _catalog: Catalog) -> Rights:
    """The caller's rights to the object's records; that the action is allowed at all is checked before."""
    return Rights(readable=model.fields, writable=model.fields)
