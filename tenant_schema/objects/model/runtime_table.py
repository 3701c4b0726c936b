"""Piccolo table classes made at run time, and the columns that every record table has."""

import types
from collections.abc import Hashable, Sequence
from typing import Any, Protocol
from weakref import WeakValueDictionary

from piccolo.columns import UUID, Column, ForeignKey, Integer, Timestamptz
from piccolo.table import TABLE_REGISTRY, Table

from piccolo_engines.columns import SortKey, new_id, utc_now
from tenant_schema.objects.fields.protocol import FieldSpec, FieldType
from tenant_schema.objects.model.sort_columns import KEYS, sort_column

__all__ = ["NamedField", "SharedTables", "attribute_name", "runtime_table", "system_columns"]

_TAKEN_BY_PICCOLO = frozenset(
    name for name in {*dir(Table), *dir(ForeignKey), "default"} if not name.startswith("_")
)


class NamedField(FieldSpec, Protocol):
    """What a table needs to know of a field; a ``FieldModel`` is one."""

    @property
    def name(self) -> str:
        """What callers call it."""

    @property
    def type(self) -> FieldType:
        """What kind of column it makes."""


def attribute_name(field_name: str) -> str:
    """The Python name of a field's column: the field's own, with ``_`` behind where Piccolo uses that name.

    Columns of a joined table become attributes of Piccolo's ``ForeignKey``, so its names count too. No field
    name ends in ``_``, so the result is never another field's.
    """
    return f"{field_name}_" if field_name in _TAKEN_BY_PICCOLO else field_name


def system_columns() -> dict[str, Column]:
    """New columns for what every record has, by field name; ``deleted_at`` (the trash) is no field.

    The references to users are plain UUID columns here (see :mod:`tenant_schema.objects.fields.lookup`).
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
    """A new Piccolo table class for records with these fields, beside those that every record has.

    It has no engine of its own: its queries go to the tenant slot. Piccolo keeps every class it has seen in a
    list; this one is taken out again, so that it can be collected when its object model is dropped.
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
    keys |= {field.column_name: _key_column(field, table) for field in fields if field.sort_key}
    return table


def _key_column(field: NamedField, table: type[Table]) -> SortKey:
    """The column of the sort keys of a field's texts."""
    column = SortKey(field.column_name, default=None, null=True, index=True)
    column._meta.name, column._meta._table = sort_column(field.column_name), table
    return column


class SharedTables:
    """One table class for all definitions that come to the same columns, as long as somebody holds it.

    The standard objects of a thousand tenants need one class each, not a thousand: a class holds no data and
    no engine.
    """

    def __init__(self) -> None:
        self._tables: WeakValueDictionary[Hashable, type[Table]] = WeakValueDictionary()

    def get(self, table_name: str, fields: Sequence[NamedField]) -> type[Table]:
        """As :func:`runtime_table`, new or not."""
        key = (table_name, *[_column_key(field) for field in fields])
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = runtime_table(table_name, fields)
        return table


def _column_key(field: NamedField) -> Hashable:
    facts = (field.name, field.type.name, field.column_name, field.storage, field.unique, field.indexed)
    return (*facts, field.sort_key, repr(sorted(field.settings.items())))
