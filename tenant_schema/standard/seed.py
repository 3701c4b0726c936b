"""Tells a tenant of its standard objects: the definitions of the tables that the migrations made."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

import msgspec

from piccolo_conf import DB
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import ObjectDraft
from tenant_schema.objects.model.row_store import insert_definitions
from tenant_schema.objects.model.rows import FieldRow, ObjectRow, object_row_of
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition
from tenant_schema.standard.definitions import STANDARD_OBJECTS
from tenant_schema.tenant_cache import DEFINITIONS, bump
from tenant_schema.users.rights.permissions import SYSTEM_PERMISSIONS

__all__ = ["seed_standard_objects", "standard_version"]


async def seed_standard_objects(drafts: Sequence[ObjectDraft] = STANDARD_OBJECTS) -> list[str]:
    """Define the standard objects and fields that the bound tenant does not have; leave the others alone.

    Gives the names under which it has the standard objects now. What the tenant changed stays changed, names
    included: a standard object is known by its table and a standard field by its column. What it made itself
    under the name of a standard object stays its own, and that standard object is not for this tenant.
    """
    async with DB.transaction():
        present = await _object_rows()
        objects, fields = _missing(drafts, present, await _taken_names())
        if objects or fields:
            await insert_definitions(objects, fields)
            await bump(DEFINITIONS)
    return [row.name for row in (*present, *objects) if row.standard]


def standard_version() -> str:
    """Identifies the standard objects and permissions of this version, in 64 characters."""
    return sha256(msgspec.json.encode([STANDARD_OBJECTS, SYSTEM_PERMISSIONS], enc_hook=repr)).hexdigest()


async def _object_rows() -> list[ObjectRow]:
    return [object_row_of(row) for row in await ObjectDefinition.select().order_by(ObjectDefinition.id)]


async def _taken_names() -> Mapping[UUID, set[str]]:
    names: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in await FieldDefinition.select("object", "name", "column_name"):
        names[row["object"]] |= {row["name"], row["column_name"]}
    return names


def _missing(
    drafts: Sequence[ObjectDraft], present: Sequence[ObjectRow], taken: Mapping[UUID, set[str]]
) -> tuple[list[ObjectRow], list[FieldRow]]:
    """The rows to add. ``taken`` are the names and columns of each object's fields; ``drafts`` come in an
    order in which lookups look into those before.
    """
    names = {row.name for row in present}
    standard = {row.table_name: row for row in present if row.standard}
    objects: list[ObjectRow] = []
    fields: list[FieldRow] = []
    for draft in drafts:
        row, field_rows = object_rows(draft, standard=True)
        if draft.name not in standard:
            if draft.name in names:
                continue
            standard[draft.name] = row
            objects.append(row)
        object_id = standard[draft.name].id
        missing = [one for one in field_rows if one.name not in taken.get(object_id, ())]
        fields += _looking_into(standard, [msgspec.structs.replace(one, object=object_id) for one in missing])
    return objects, fields


def _looking_into(standard: Mapping[str, ObjectRow], fields: Sequence[FieldRow]) -> Iterator[FieldRow]:
    """The fields with the names that the objects have in this tenant; no lookup into what is not there."""
    for field in fields:
        if field.target is None or field.target == "users":
            yield field
        elif field.target in standard:
            yield field.retargeted(standard[field.target].name)
