"""What the database's refusals mean in terms of fields: unique values that are taken, lookups that lead
nowhere.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from piccolo.columns import Column

from piccolo_engines.errors import UniqueViolation
from tenant_schema.objects.catalog import Catalog
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model import FieldModel, ObjectModel
from tenant_schema.records.conditions import Complaints
from tenant_schema.records.errors import UniqueConflict
from tenant_schema.scope import TenantScope
from tenant_schema.users.tables import User

__all__ = ["complain_of_dangling", "unique_conflict"]


def unique_conflict(violation: UniqueViolation, model: ObjectModel) -> UniqueConflict:
    """The conflict, in the names that callers know."""
    names = {column._meta.db_column_name: name for name, column in model.columns.items()}
    return UniqueConflict([names[column] for column in violation.columns if column in names])


async def complain_of_dangling(
    scope: TenantScope,
    catalog: Catalog,
    model: ObjectModel,
    values: Mapping[str, Any],
    complaints: Complaints,
) -> None:
    """A problem for each lookup among the values that leads to no record. One statement for each: for
    failures only.
    """
    for name, value in values.items():
        field = model.fields.get(name)
        if field is None or field.type.name != "lookup" or value is None:
            continue
        if not await _leads_somewhere(scope, catalog, field, value):
            message = f"There is no {field.settings['target']} record {value}."
            complaints.add(name, "reference-not-found", message)


async def _leads_somewhere(scope: TenantScope, catalog: Catalog, field: FieldModel, value: UUID) -> bool:
    """Whether the record that a lookup names is there."""
    target = field.settings["target"]
    try:
        column: Column = User.id if target == "users" else (await catalog.get(scope, target)).columns["id"]
    except ObjectNotFound:
        return False
    return bool(await column._meta.table.exists().where(column == value))
