"""Tells a tenant of its standard objects: the definitions of the tables that the migrations made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from tenant_schema.objects.definitions import ObjectDraft, object_rows
from tenant_schema.objects.store import Row, insert_definitions
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition
from tenant_schema.standard.definitions import STANDARD_OBJECTS
from tenant_schema.users.versions import DEFINITIONS, bump

__all__ = ["seed_standard_objects"]


async def seed_standard_objects(drafts: Sequence[ObjectDraft] = STANDARD_OBJECTS) -> None:
    """Define the standard objects and fields that the bound tenant does not have; leave the others alone.

    What the tenant changed stays changed, and what it made itself under such a name stays its own.
    """
    async with DB.transaction():
        objects, fields = _missing(drafts, await _object_rows(), await _field_names())
        if objects or fields:
            await insert_definitions(objects, fields)
            await bump(DEFINITIONS)


async def _object_rows() -> dict[str, dict[str, Any]]:
    columns = (ObjectDefinition.id, ObjectDefinition.name, ObjectDefinition.standard)
    return {row["name"]: row for row in await ObjectDefinition.select(*columns)}


async def _field_names() -> Mapping[UUID, set[str]]:
    names: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in await FieldDefinition.select(FieldDefinition.object, FieldDefinition.name):
        names[row["object"]].add(row["name"])
    return names


def _missing(
    drafts: Sequence[ObjectDraft], present: Mapping[str, Row], names: Mapping[UUID, set[str]]
) -> tuple[list[Row], list[Row]]:
    objects: list[Row] = []
    fields: list[Row] = []
    for draft in drafts:
        row, field_rows = object_rows(draft, standard=True)
        known = present.get(draft.name)
        if known is None:
            objects.append(row)
            fields += field_rows
        elif known["standard"]:
            own = names.get(known["id"], set())
            fields += [{**one, "object": known["id"]} for one in field_rows if one["name"] not in own]
    return objects, fields
