"""Writes the definitions of an intent, and what goes with them: permissions, dependents, cache versions."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column

from piccolo_engines.columns import utc_now
from tenant_schema.objects.changes.decide.intent import Intent, RowChanges
from tenant_schema.objects.changes.numbering import write_counters
from tenant_schema.objects.definitions.store import insert_definitions
from tenant_schema.objects.dependents import Dependents
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition
from tenant_schema.tenant_cache import ACCESS, DEFINITIONS, bump
from tenant_schema.users.rights.permissions import ANY, object_permissions
from tenant_schema.users.tables import Permission

__all__ = ["write_definitions"]

_IDS = ("id", "object")


async def write_definitions(intent: Intent, dependents: Sequence[Dependents]) -> None:
    """Make the intent's definitions valid. The caller has a transaction open."""
    await _delete(intent)
    await _update(intent)
    await insert_definitions(_rows(intent.objects.insert), _rows(intent.fields.insert))
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
    for table, changes in ((ObjectDefinition, intent.objects), (FieldDefinition, intent.fields)):
        await _update_rows(table, changes)


async def _update_rows(table: type[ObjectDefinition | FieldDefinition], changes: RowChanges) -> None:
    for row in _rows(changes.update):
        values: dict[Column | str, Any] = {
            table._meta.get_column_by_name(name): _stored(name, row[name]) for name in row if name != "id"
        }
        await table.update(values).where(table.id == row["id"])


def _stored(name: str, value: Any) -> Any:
    if name == "settings" or (name == "default_value" and value is not None):
        return msgspec.json.encode(value).decode()
    return value


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with ids for ids, which the journal has as text."""
    return [
        {
            name: UUID(value) if name in _IDS and isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def _names(object_name: str) -> list[str]:
    return [f"{object_name}:{ANY}", *object_permissions(object_name)]


async def _permissions(intent: Intent) -> bool:
    """The permissions of an object come, go and are renamed with it."""
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
