"""Writes the definitions of an intent, with permissions, dependents and cache versions."""

from collections.abc import Sequence
from typing import Any

from piccolo.columns import Column

from piccolo_engines.columns import utc_now
from tenant_schema.objects.changes.decide.intent import Intent, RowUpdate
from tenant_schema.objects.changes.numbering import write_counters
from tenant_schema.objects.dependents import Dependents
from tenant_schema.objects.model.row_store import insert_definitions
from tenant_schema.objects.model.rows import stored_values
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition
from tenant_schema.tenant_cache import ACCESS, DEFINITIONS, bump
from tenant_schema.users.rights.permissions import ANY, object_permissions
from tenant_schema.users.tables import Permission

__all__ = ["write_definitions"]


async def write_definitions(intent: Intent, dependents: Sequence[Dependents]) -> None:
    """Write the intent's definitions. The caller has a transaction open."""
    await _delete(intent)
    await _update(intent)
    await insert_definitions(intent.objects.insert, intent.fields.insert)
    await write_counters(intent)
    changed_access = await _permissions(intent)
    if intent.names:
        for one in dependents:
            await one.follow(intent.names)
    await bump(DEFINITIONS)
    if changed_access or intent.names:
        await bump(ACCESS)


async def _delete(intent: Intent) -> None:
    if intent.fields.delete:
        dropped = FieldDefinition.id.is_in(intent.fields.delete)
        objects = FieldDefinition.select(FieldDefinition.object).where(dropped)
        await ObjectDefinition.update({ObjectDefinition.updated_at: utc_now()}).where(
            ObjectDefinition.id.is_in(objects)
        )
        await FieldDefinition.delete().where(FieldDefinition.id.is_in(intent.fields.delete))
    if intent.objects.delete:
        await ObjectDefinition.delete().where(ObjectDefinition.id.is_in(intent.objects.delete))


async def _update(intent: Intent) -> None:
    await _update_rows(ObjectDefinition, intent.objects.update)
    await _update_rows(FieldDefinition, intent.fields.update)


async def _update_rows(table: type[ObjectDefinition | FieldDefinition], updates: Sequence[RowUpdate]) -> None:
    for update in updates:
        values: dict[Column | str, Any] = {
            table._meta.get_column_by_name(name): value
            for name, value in stored_values(update.values).items()
        }
        await table.update(values).where(table.id == update.id)


def _names(object_name: str) -> list[str]:
    return [f"{object_name}:{ANY}", *object_permissions(object_name)]


async def _permissions(intent: Intent) -> bool:
    """Create, delete or rename the permissions of the object. Returns whether any changed."""
    names = intent.names
    if intent.created is not None:
        wanted = _names(intent.created)
        known = await Permission.select(Permission.name).where(Permission.name.is_in(wanted))
        missing = set(wanted) - {row["name"] for row in known}
        if missing:
            await Permission.insert(*(Permission(name=name) for name in wanted if name in missing))
        return True
    if names.object_dropped:
        await Permission.delete().where(Permission.name.is_in(_names(names.object)))
    elif names.object_renamed_to is not None:
        for old, new in zip(_names(names.object), _names(names.object_renamed_to), strict=True):
            await Permission.update({Permission.name: new}).where(Permission.name == old)
    return bool(names)
