"""``lookup``: a reference to a record of another object.

In a run-time table a lookup is a plain UUID column, not a Piccolo ``ForeignKey``: a ``ForeignKey`` registers
itself with the class of its target permanently and copies all the target's columns, while run-time classes
are replaced with every change of a definition. Reading a record needs no join; a query that does uses
:func:`joined`. The constraint in the database comes from the definition (``target``, ``onDelete``).
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import piccolo.columns
from piccolo.columns import Column, ForeignKey

from tenant_schema.objects.errors import InvalidName
from tenant_schema.objects.fields.id import EXAMPLE_ID, parse_id
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    FieldSpec,
    FieldType,
    JsonSchema,
    column_options,
)
from tenant_schema.objects.fields.settings import Settings, SettingsReader
from tenant_schema.objects.names import check_name
from tenant_schema.problems import Problem

__all__ = ["ON_DELETE", "LookupType", "joined"]

ON_DELETE = ("set_null", "restrict", "cascade")


class LookupType(FieldType):
    """The id of a record of ``target``, the name of an object or ``users``.

    ``onDelete`` is what happens to this record when the other one is destroyed: ``set_null`` (the default),
    ``restrict`` or ``cascade``.
    """

    name = "lookup"
    label = "Lookup"
    operators = EQUALITY

    def parse_settings(self, raw: Mapping[str, object]) -> tuple[Settings, list[Problem]]:
        reader = SettingsReader(raw)
        _read_target(reader)
        reader.choice("onDelete", ON_DELETE, default="set_null")
        return reader.finish()

    def column(self, field: FieldSpec) -> Column:
        return piccolo.columns.UUID(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> UUID:
        return parse_id(value)

    def parse_text(self, text: str, _field: FieldSpec, _operator: str = "eq") -> UUID:
        return parse_id(text)

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "uuid"}

    def example(self, _field: FieldSpec) -> str:
        return EXAMPLE_ID


def joined(column: Column, target: Column) -> ForeignKey[Any]:
    """Return a lookup's column with the target's columns as attributes, for a query.

    :param target: the id column of the other table: ``joined(deal.account, account.id).name``.
    """
    reference = column.join_on(target)
    reference._meta.db_column_name = column._meta.db_column_name  # Piccolo's join_on forgets it
    return reference


def _read_target(reader: SettingsReader) -> None:
    target = reader.given("target")
    if not isinstance(target, str):
        reader.refuse("target", "target-missing", "must be the name of an object, or users")
        return
    reader.keep("target", target)
    try:
        check_name(target)
    except InvalidName as error:
        reader.refuse("target", error.code, error.message)
