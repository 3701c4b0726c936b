"""Reads and writes the rows of definitions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.kept_selects import KeptSelect
from piccolo_engines.statements import SelectGroup
from tenant_schema.objects.model.rows import (
    DefinitionRows,
    FieldRow,
    ObjectRow,
    field_row_of,
    object_row_of,
    stored_values,
)
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition

__all__ = ["insert_definitions", "load_rows", "load_rows_after"]

_FIELDS_AT_ONCE: Final = 150
"""Fields of one INSERT: Piccolo takes 20 ms of the event loop to build it."""

_OBJECTS = KeptSelect(
    DB,
    lambda: ObjectDefinition.select(
        *ObjectDefinition.all_columns(exclude=[ObjectDefinition.created_at])
    ).order_by(ObjectDefinition.name),
)
_FIELDS = KeptSelect(
    DB,
    lambda: FieldDefinition.select(
        *FieldDefinition.all_columns(exclude=[FieldDefinition.created_at])
    ).order_by(FieldDefinition.position, FieldDefinition.id),
)


async def load_rows() -> DefinitionRows:
    """Return all definitions: objects in the order of names, fields in theirs. 2 statements in one trip."""
    return (await load_rows_after())[0]


async def load_rows_after(
    *others: QueryString,
) -> tuple[DefinitionRows, Sequence[Sequence[Mapping[str, Any]]]]:
    """As :func:`load_rows`, and the rows of other selects, which are sent before them in the same trip."""
    *found, objects, all_fields = await DB.run_querystring(SelectGroup(*others, _OBJECTS(), _FIELDS()))
    fields: defaultdict[UUID, list[FieldRow]] = defaultdict(list)
    for row in all_fields:
        fields[row["object"]].append(field_row_of(row))
    return [(object_row_of(row), fields[row["id"]]) for row in objects], found


async def insert_definitions(objects: Sequence[ObjectRow], fields: Sequence[FieldRow]) -> None:
    """Insert definitions: a statement for the objects, and one for every 150 fields.

    The caller has a transaction open and bumps the version of the definitions in it. Raises
    ``UniqueViolation`` when a name is taken.
    """
    if objects:
        await ObjectDefinition.insert(*[ObjectDefinition(**_columns(row)) for row in objects])
    for start in range(0, len(fields), _FIELDS_AT_ONCE):
        portion = fields[start : start + _FIELDS_AT_ONCE]
        await FieldDefinition.insert(*[FieldDefinition(**_columns(row)) for row in portion])


def _columns(row: ObjectRow | FieldRow) -> dict[str, Any]:
    """The values of a new row; the table sets ``updated_at``."""
    values = msgspec.structs.asdict(row)
    del values["updated_at"]
    return stored_values(values)
