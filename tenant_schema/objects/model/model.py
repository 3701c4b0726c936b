"""The models of objects and fields, with a Piccolo table class that is created at run time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.table import Table

from tenant_schema.objects.fields.datetime import DatetimeType
from tenant_schema.objects.fields.id import IdType
from tenant_schema.objects.fields.integer import IntegerType
from tenant_schema.objects.fields.lookup import LookupType
from tenant_schema.objects.fields.protocol import FieldType
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.fields.settings import Settings
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.objects.model.rows import FieldRow, ObjectRow
from tenant_schema.objects.model.runtime_table import COLUMNS, SharedTables, runtime_table
from tenant_schema.preconditions import row_version
from tenant_schema.seed_labels import labels_of

__all__ = ["SYSTEM_FIELDS", "FieldModel", "ObjectModel", "field_model", "object_model"]

_USER: Settings = MappingProxyType({"target": "users", "onDelete": "set_null"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldModel:
    """One field.

    :param default: the JSON value that a new record gets.
    :param settings: complete settings.
    :param translations: texts in other languages, by language tag.
    :param read_only: callers cannot write it: system fields, and types that generate values.
    :param searchable: ``search`` searches it. :param history: its changes are recorded.
    :param updated_at: when its definition was last changed; system fields have none.
    """

    id: UUID | None = None
    name: str
    column_name: str
    label: str
    type: FieldType
    description: str = ""
    required: bool = False
    unique: bool = False
    indexed: bool = False
    sort_key: bool = False
    read_only: bool = False
    standard: bool = False
    system: bool = False
    searchable: bool = False
    history: bool = True
    storage: str = ""
    default: object = None
    settings: Settings = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    updated_at: datetime | None = None

    @property
    def version(self) -> int | None:
        """The version, for preconditions of changes; system fields have none."""
        return None if self.updated_at is None else row_version(self.updated_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectModel:
    """One object of one tenant.

    Access columns through ``columns``, not with ``getattr(table, name)``: a field may have a name that
    Piccolo uses itself (``count``, ``copy``).

    :param fields: by name, in order, the system fields first.
    :param columns: the columns of ``table`` by field name, and the hidden ``deleted_at``.
    :param words_table: the table of words that is written with the records; empty when there is none.
    :param indexes: those over several fields.
    :param translations: as of a field.
    :param changed_at: when the definition of the object or of a field was last changed, in RFC 3339.
    :param updated_at: when that of the object was.
    """

    id: UUID
    name: str
    label: str
    plural_label: str
    description: str
    table_name: str
    standard: bool
    name_field: str
    fields: Mapping[str, FieldModel]
    columns: Mapping[str, Column]
    table: type[Table]
    words_table: str = ""
    indexes: tuple[ObjectIndex, ...] = ()
    changed_at: str = ""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    updated_at: datetime | None = None

    @property
    def version(self) -> int:
        """The version, for preconditions of changes; that of a field changes it, too."""
        return row_version(self.updated_at, *[one.updated_at for one in self.fields.values()])


_OBJECT_COLUMNS = (
    *("id", "name", "label", "plural_label", "description"),
    *("table_name", "standard", "name_field", "translations", "updated_at"),
)
_FIELD_COLUMNS = (
    *("id", "name", "column_name", "label", "description"),
    *("required", "unique", "indexed", "sort_key", "standard", "searchable", "history", "storage"),
    *("translations", "updated_at"),
)
_field_values = attrgetter(*_FIELD_COLUMNS)


def _system(name: str, label: str, field_type: FieldType, **options: Any) -> FieldModel:
    translations = {} if name == "id" else labels_of(label)
    return FieldModel(
        name=name,
        column_name=name,
        label=label,
        type=field_type,
        system=True,
        translations=translations,
        **options,
    )


SYSTEM_FIELDS = (
    _system("id", "ID", IdType(), read_only=True, required=True, unique=True),
    _system("version", "Version", IntegerType(), read_only=True, required=True),
    _system("created_at", "Created at", DatetimeType(), read_only=True, required=True, indexed=True),
    _system("updated_at", "Updated at", DatetimeType(), read_only=True, required=True),
    _system("created_by", "Created by", LookupType(), read_only=True, settings=_USER),
    _system("updated_by", "Updated by", LookupType(), read_only=True, settings=_USER),
    _system("owner", "Owner", LookupType(), indexed=True, settings=_USER),
)


def field_model(row: FieldRow) -> FieldModel:
    """Return the model of one field."""
    field_type = FIELD_TYPES[row.type]
    return FieldModel(
        **dict(zip(_FIELD_COLUMNS, _field_values(row), strict=True)),
        read_only=field_type.generated,
        default=row.default_value,
        type=field_type,
        settings=MappingProxyType(row.settings),
    )


def object_model(
    row: ObjectRow, field_rows: Sequence[FieldRow], tables: SharedTables | None = None
) -> ObjectModel:
    """Return the model of one object.

    :param field_rows: the object's own fields, in order.
    :param tables: where the table class comes from; without it, the class is a new one.
    """
    own = [field_model(field_row) for field_row in field_rows]
    make_table = runtime_table if tables is None else tables.get
    table = make_table(row.table_name, own)
    fields = {one.name: one for one in (*SYSTEM_FIELDS, *own)}
    values = {name: getattr(row, name) for name in _OBJECT_COLUMNS}
    return ObjectModel(
        **values,
        fields=MappingProxyType(fields),
        columns=getattr(table, COLUMNS),
        table=table,
        indexes=row.object_indexes,
        changed_at=_changed_at([row, *field_rows]),
    )


def _changed_at(rows: Sequence[ObjectRow | FieldRow]) -> str:
    times = [row.updated_at for row in rows if row.updated_at is not None]
    return str(msgspec.to_builtins(max(times))) if times else ""
