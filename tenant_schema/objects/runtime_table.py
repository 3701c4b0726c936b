"""Piccolo table classes made at run time, and the columns that every record table has."""

import types
from collections.abc import Mapping
from typing import Any

from piccolo.columns import UUID, Column, ForeignKey, Integer, Timestamptz
from piccolo.table import TABLE_REGISTRY, Table

from piccolo_engines.columns import new_id, utc_now

__all__ = ["attribute_name", "runtime_table", "system_columns"]

_TAKEN_BY_PICCOLO = frozenset(
    name for name in {*dir(Table), *dir(ForeignKey), "default"} if not name.startswith("_")
)


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


def runtime_table(table_name: str, columns: Mapping[str, Column]) -> type[Table]:
    """A Piccolo table class for ``table_name`` whose columns are the given ones, by field name.

    It has no engine of its own: its queries go to the tenant slot. Piccolo keeps every class it has seen in a
    list; this one is taken out again, so that it can be collected when its object model is dropped.
    """
    members: dict[str, Any] = {attribute_name(name): column for name, column in columns.items()}
    table: type[Table] = types.new_class(
        _class_name(table_name),
        (Table,),
        {"tablename": table_name},
        lambda namespace: namespace.update(members),
    )
    TABLE_REGISTRY.remove(table)
    return table


def _class_name(table_name: str) -> str:
    return "".join(part.capitalize() for part in table_name.split("_"))
