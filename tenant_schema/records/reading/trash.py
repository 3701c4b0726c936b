"""The trash of an object as a target of its own."""

from dataclasses import replace
from typing import Final

import msgspec

from tenant_schema.objects.fields.datetime import DatetimeType
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.target import Target
from tenant_schema.seed_labels import labels_of

__all__ = ["DELETED_AT", "in_trash"]

DELETED_AT: Final = FieldModel(
    name="deleted_at",
    column_name="deleted_at",
    label="Deleted at",
    translations=labels_of("Deleted at"),
    type=DatetimeType(),
    system=True,
    read_only=True,
)
"""When a record was put into the trash: a field there and nowhere else."""


def in_trash(target: Target) -> Target:
    """Return the target with what lies in the trash in place of what is in use."""
    readable = {**target.rights.readable, DELETED_AT.name: DELETED_AT}
    rights = replace(target.rights, readable=readable)
    return msgspec.structs.replace(target, rights=rights, in_trash=True)
