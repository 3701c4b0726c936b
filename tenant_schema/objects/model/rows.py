"""Definitions as rows of ``object_definitions`` and ``field_definitions``, with their JSON decoded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

__all__ = ["DefinitionRows", "FieldRow", "ObjectRow", "field_row_of", "object_row_of", "stored_values"]


class ObjectRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One object. The columns are described at :class:`~tenant_schema.objects.tables.ObjectDefinition`."""

    id: UUID
    name: str
    label: str
    plural_label: str
    description: str
    table_name: str
    standard: bool
    name_field: str
    updated_at: datetime | None = None


class FieldRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field. The columns are described at :class:`~tenant_schema.objects.tables.FieldDefinition`.

    ``settings`` are complete: they were parsed by the type when the row was created.
    """

    id: UUID
    object: UUID
    name: str
    column_name: str
    label: str
    description: str
    type: str
    required: bool
    unique: bool
    indexed: bool
    default_value: Any
    settings: dict[str, Any]
    position: int
    standard: bool
    searchable: bool
    history: bool
    storage: str
    sort_key: bool
    updated_at: datetime | None = None

    @property
    def target(self) -> str | None:
        """The name of the object that a lookup refers to; None for other types."""
        return self.settings.get("target") if self.type == "lookup" else None

    def retargeted(self, target: str) -> "FieldRow":
        """The lookup, referring to the object of that name."""
        return msgspec.structs.replace(self, settings={**self.settings, "target": target})


DefinitionRows = Sequence[tuple[ObjectRow, Sequence[FieldRow]]]
"""Objects, each with its fields."""


def object_row_of(row: Mapping[str, Any]) -> ObjectRow:
    """An object from a row as Piccolo selects it."""
    return msgspec.convert(row, ObjectRow)


def field_row_of(row: Mapping[str, Any]) -> FieldRow:
    """A field from a row as Piccolo selects it with ``load_json``."""
    text = row["default_value"]
    return msgspec.convert(
        {**row, "default_value": None if text is None else msgspec.json.decode(text)}, FieldRow
    )


def stored_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column as the tables store them: ``settings`` and ``default_value`` as the text of their
    JSON, no default as null.
    """
    return {name: _stored(name, value) for name, value in values.items()}


def _stored(name: str, value: Any) -> Any:
    if name == "settings" or (name == "default_value" and value is not None):
        return msgspec.json.encode(value).decode()
    return value
