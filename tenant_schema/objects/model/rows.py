"""Definitions as rows of ``object_definitions`` and ``field_definitions``, with their JSON decoded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any, Final
from uuid import UUID

import msgspec

from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.preconditions import row_version

__all__ = ["DefinitionRows", "FieldRow", "ObjectRow", "field_row_of", "object_row_of", "stored_values"]

_SHORT: Final = 2_048
"""The longest text of settings, in characters, that is kept decoded for all tenants."""


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
    object_indexes: tuple[ObjectIndex, ...] = ()
    translations: dict[str, dict[str, str]] = {}
    updated_at: datetime | None = None

    def version_with(self, fields: "Iterable[FieldRow]") -> int:
        """The version of the object with its fields."""
        return row_version(self.updated_at, *[one.updated_at for one in fields])


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
    translations: dict[str, dict[str, str]] = {}
    updated_at: datetime | None = None

    @property
    def version(self) -> int:
        """The version, for preconditions of changes."""
        return row_version(self.updated_at)

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
    """An object from a row as Piccolo selects it. Its texts are interned, as those of fields."""
    indexes = msgspec.json.decode(row["object_indexes"])
    decoded = {"object_indexes": indexes, "translations": _settings(row["translations"])}
    return msgspec.convert({**_interned(row), **decoded}, ObjectRow)


def field_row_of(row: Mapping[str, Any]) -> FieldRow:
    """A field from a row as Piccolo selects it.

    Tenants have mostly the same fields: the texts of rows are interned, and settings are shared. Nobody
    changes the settings of a row.
    """
    default = row["default_value"]
    values = _interned(row)
    values["default_value"] = None if default is None else msgspec.json.decode(default)
    values["settings"] = _settings(row["settings"])
    values["translations"] = _settings(row["translations"])
    return FieldRow(**values)  # without a conversion, which would copy the settings


def _interned(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: intern(value) if type(value) is str else value for name, value in row.items()}


def _settings(text: str) -> dict[str, Any]:
    return _short_settings(text) if len(text) <= _SHORT else _decode(text)


def _decode(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])


_short_settings = lru_cache(maxsize=2_048)(_decode)


def stored_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column as the tables store them: ``settings``, ``object_indexes``, ``translations`` and
    ``default_value`` as the text of their JSON, no default as null.
    """
    return {name: _stored(name, value) for name, value in values.items()}


def _stored(name: str, value: Any) -> Any:
    if name in {"settings", "object_indexes", "translations"} or (
        name == "default_value" and value is not None
    ):
        return msgspec.json.encode(value).decode()
    return value
