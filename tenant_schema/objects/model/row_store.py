"""Reads and writes the rows of definitions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from tenant_schema.objects.model.rows import (
    DefinitionRows,
    FieldRow,
    ObjectRow,
    field_row_of,
    object_row_of,
    stored_values,
)
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition

__all__ = ["insert_definitions", "load_rows"]


async def load_rows() -> DefinitionRows:
    """Return all definitions: objects in the order of names, fields in theirs. 2 statements."""
    fields: defaultdict[UUID, list[FieldRow]] = defaultdict(list)
    objects = await ObjectDefinition.select().order_by(ObjectDefinition.name)
    query = FieldDefinition.select().order_by(FieldDefinition.position, FieldDefinition.id)
    for row in await query:
        fields[row["object"]].append(field_row_of(row))
    return [(object_row_of(row), fields[row["id"]]) for row in objects]


async def insert_definitions(objects: Sequence[ObjectRow], fields: Sequence[FieldRow]) -> None:
    """Insert definitions, at most one statement for each table.

    The caller has a transaction open and bumps the version of the definitions in it. Raises
    ``UniqueViolation`` when a name is taken.
    """
    if objects:
        await ObjectDefinition.insert(*[ObjectDefinition(**_columns(row)) for row in objects])
    if fields:
        await FieldDefinition.insert(*[FieldDefinition(**_columns(row)) for row in fields])


def _columns(row: ObjectRow | FieldRow) -> dict[str, Any]:
    """The values of a new row; the table sets ``updated_at``."""
    values = msgspec.structs.asdict(row)
    del values["updated_at"]
    return stored_values(values)
