"""Writes definitions: rows as ``definitions`` makes them, into the tables that the catalog reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition

__all__ = ["Row", "insert_definitions"]

Row = Mapping[str, Any]


async def insert_definitions(objects: Sequence[Row], fields: Sequence[Row]) -> None:
    """Add definitions, at most one statement for each table.

    The caller has a transaction open and bumps the version of the definitions in it. Raises
    ``UniqueViolation`` when a name is taken.
    """
    if objects:
        await ObjectDefinition.insert(*[ObjectDefinition(**row) for row in objects])
    if fields:
        await FieldDefinition.insert(*[_field_definition(row) for row in fields])


def _field_definition(row: Row) -> FieldDefinition:
    default = row["default_value"]
    encoded = None if default is None else msgspec.json.encode(default).decode()
    return FieldDefinition(**{**row, "default_value": encoded})
