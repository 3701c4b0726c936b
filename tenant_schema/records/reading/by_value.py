"""Finds records by the values of a field, with one statement for many values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.conditions import is_one_of
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.records.sql.rendering import shown
from tenant_schema.records.sql.statements import Source, reading
from tenant_schema.users.tables import User

__all__ = ["ids_by_value", "users_by_value"]


async def ids_by_value(
    target: Target, field: FieldModel, values: Iterable[object]
) -> Mapping[object, list[UUID]]:
    """Return the ids of the records in use that the caller may read, by the comparable form of the shown
    value.
    """
    wanted = tuple(sorted(set(values), key=str))
    if not wanted:
        return {}
    slots: list[object] = []
    where = target.records(is_one_of(field, wanted), slots)
    names = ("id",) if field.name == "id" else ("id", field.name)
    plan = reading(Source(target.model, where), names, None, target.dialect)
    found: defaultdict[object, list[UUID]] = defaultdict(list)
    for row in (await target.read(plan, slots)).shown():
        found[field.type.comparable(row[field.name])].append(UUID(row["id"]))
    return found


async def users_by_value(field: FieldModel, values: Iterable[object]) -> Mapping[object, list[UUID]]:
    """As :func:`ids_by_value`, of users: everybody may know who they are."""
    column = USERS.columns[field.name]
    query = User.select(User.id.as_alias("id"), column.as_alias("value"))
    found: defaultdict[object, list[UUID]] = defaultdict(list)
    for row in await query.where(column.is_in(list(set(values)))):
        found[field.type.comparable(shown(field, row["value"]))].append(row["id"])
    return found
