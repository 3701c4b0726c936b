"""Piccolo table classes that are created at run time, and the columns that every record table has."""

import types
from collections.abc import Hashable, Sequence
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from piccolo.columns import UUID, Column, ForeignKey, Integer, Timestamptz
from piccolo.table import TABLE_REGISTRY, Table

from piccolo_engines.columns import SortKey, new_id, utc_now
from tenant_schema.objects.fields.protocol import FieldSpec, FieldType
from tenant_schema.objects.model.sort_columns import KEYS, sort_column

__all__ = ["COLUMNS", "NamedField", "SharedTables", "attribute_name", "runtime_table", "system_columns"]

COLUMNS: Final = "_columns_by_field"
"""The attribute of a table class with its columns by the names of fields, ``deleted_at`` last."""
_TAKEN_BY_PICCOLO = frozenset(
    name for name in {*dir(Table), *dir(ForeignKey), "default"} if not name.startswith("_")
)


class NamedField(FieldSpec, Protocol):
    """A field as tables use it; a ``FieldModel`` is one."""

    @property
    def name(self) -> str:
        """The name of the field."""

    @property
    def type(self) -> FieldType:
        """The type of the field."""


def attribute_name(field_name: str) -> str:
    """Return the Python name of a field's column: the field's name, with ``_`` appended where Piccolo uses
    it.

    Columns of a joined table become attributes of Piccolo's ``ForeignKey``, so its names count too. No field
    name ends in ``_``, so the result is never the name of another field.
    """
    return f"{field_name}_" if field_name in _TAKEN_BY_PICCOLO else field_name


def system_columns() -> dict[str, Column]:
    """Return new columns of the system fields by name, and ``deleted_at`` (the trash), which is not a field.

    References to users are plain UUID columns here (see :mod:`tenant_schema.objects.fields.lookup`).
    """
    return {
        "id": UUID(primary_key=True, default=new_id),
        "version": Integer(default=1),
        "created_at": Timestamptz(index=True),
        "updated_at": Timestamptz(auto_update=utc_now),
        "created_by": UUID(default=None, null=True),
        "updated_by": UUID(default=None, null=True),
        "owner": UUID(default=None, null=True, index=True),
        "deleted_at": Timestamptz(default=None, null=True),
    }


def runtime_table(table_name: str, fields: Sequence[NamedField]) -> type[Table]:
    """Return a new Piccolo table class for records with these fields and the system fields.

    Its queries run on the tenant slot. Piccolo keeps a list of all table classes; this one is removed from
    it, so that the class can be garbage collected with its object model.
    """
    columns = system_columns() | {field.name: field.type.column(field) for field in fields}
    members: dict[str, Any] = {attribute_name(name): column for name, column in columns.items()}
    keys: dict[str, SortKey] = {}
    members[KEYS] = keys
    class_name = "".join(part.capitalize() for part in table_name.split("_"))
    table: type[Table] = types.new_class(
        class_name, (Table,), {"tablename": table_name}, lambda namespace: namespace.update(members)
    )
    TABLE_REGISTRY.remove(table)
    names = [*(name for name in columns if name != "deleted_at"), "deleted_at"]
    by_name = {name: getattr(table, attribute_name(name)) for name in names}
    setattr(table, COLUMNS, types.MappingProxyType(by_name))
    keys |= {field.column_name: _key_column(field, table) for field in fields if field.sort_key}
    return table


def _key_column(field: NamedField, table: type[Table]) -> SortKey:
    """Return the column of sort keys of a text field. It has an index of its own if the field has."""
    has_index = field.indexed or field.unique
    column = SortKey(field.column_name, default=None, null=True, index=has_index)
    column._meta.name, column._meta._table = sort_column(field.column_name), table
    return column


class SharedTables:
    """Shares one table class among all definitions with the same columns, as long as it is referenced.

    The standard objects of a thousand tenants need one class each, not a thousand. Classes hold no data and
    no engine.
    """

    def __init__(self) -> None:
        self._tables: WeakValueDictionary[Hashable, type[Table]] = WeakValueDictionary()

    def get(self, table_name: str, fields: Sequence[NamedField]) -> type[Table]:
        """Return an existing or a new class, see :func:`runtime_table`."""
        key = (table_name, *[_column_key(field) for field in fields])
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = runtime_table(table_name, fields)
        return table


def _column_key(field: NamedField) -> Hashable:
    values = (field.name, field.type.name, field.column_name, field.storage, field.unique, field.indexed)
    return (*values, field.sort_key, repr(sorted(field.settings.items())))
