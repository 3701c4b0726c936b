"""The protocol of field types: how their values are checked, stored, rendered, compared and documented."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from piccolo.columns import Column, Text, Varchar
from piccolo.columns.base import ColumnKwargs

from tenant_schema.objects.fields.settings import Settings, SettingsReader
from tenant_schema.problems import Problem

__all__ = [
    "EQUALITY",
    "MATCHING",
    "OPERATORS",
    "ORDERING",
    "FieldSpec",
    "FieldType",
    "JsonSchema",
    "column_options",
    "text_column",
]

JsonSchema = dict[str, Any]

EQUALITY = frozenset({"eq", "ne", "in", "nin", "null"})
ORDERING = frozenset({"gt", "gte", "lt", "lte", "between"})
MATCHING = frozenset({"contains", "icontains", "startswith", "endswith"})
OPERATORS = EQUALITY | ORDERING | MATCHING

_WIDE = 64
"""Characters of four bytes with which MySQL can move a value out of its row."""


class FieldSpec(Protocol):
    """A field as its type uses it; a ``FieldModel`` is one."""

    @property
    def column_name(self) -> str:
        """The physical name of the column."""

    @property
    def unique(self) -> bool:
        """Whether no two records may hold the same value."""

    @property
    def indexed(self) -> bool:
        """Whether the column has an index of its own."""

    @property
    def sort_key(self) -> bool:
        """Whether the field has a column of sort keys, which then has the index."""

    @property
    def storage(self) -> str:
        """The storage of a text (:mod:`tenant_schema.objects.definitions.row_budget`); empty by default."""

    @property
    def settings(self) -> Settings:
        """The complete settings, as :meth:`FieldType.parse_settings` returns them."""


class FieldType(Protocol):
    """One type of field. Types are stateless: everything about one field is passed as ``field``.

    A *stored value* is what a Piccolo column takes and returns: ``parse`` returns it, ``render`` takes it.
    None is not passed to ``render``: a missing value is null in both forms, and the record service checks
    ``required``. ``parse`` refuses None.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    operators: ClassVar[frozenset[str]]
    sortable: ClassVar[bool] = True
    plain: ClassVar[bool] = True
    """Whether ``render`` gives back what it is given, so that a caller in a hurry may leave it out."""
    comparisons: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What an operator becomes for a type whose values can be equal without being the same text."""
    collated: ClassVar[bool] = False
    """Whether the values are texts that sort as people expect (:mod:`piccolo_engines.sort_keys`)."""
    settings_schema: ClassVar[Mapping[str, JsonSchema]] = MappingProxyType({})
    """JSON Schema of the settings by name, for the API's document, which has those of the built-in types."""
    generated: ClassVar[bool] = False
    """Whether the system makes the values, all different: callers never write them, and they are unique."""

    def parse_settings(self, raw: Mapping[str, object]) -> tuple[Settings, list[Problem]]:
        """Return the complete settings, and every problem of those given. Use them only if there is no
        problem.

        By default a type has no settings.
        """
        return SettingsReader(raw).finish()

    def indexable(self, field: FieldSpec) -> bool:  # noqa: ARG002 - for types that depend on it
        """Whether the field's column can have an index, and so be unique."""
        return True

    def kept_length(self, field: FieldSpec) -> int | None:  # noqa: ARG002 - for types that keep short texts
        """The number of characters that the column has to hold, if the type has a choice of storage;
        otherwise None.
        """
        return None

    def column(self, field: FieldSpec) -> Column:
        """Return a new Piccolo column for the field: nullable, without a default, with its physical name."""

    def is_missing(self, value: object) -> bool:  # noqa: ARG002 - for types that have an empty value
        """Whether a value as callers give it means no value, such as an empty text."""
        return False

    def parse(self, value: object, field: FieldSpec) -> object:
        """Return the stored value of a JSON value. Raises :class:`InvalidValue`, and nothing else."""

    def verbatim(self, field: FieldSpec) -> Callable[[str], object] | None:  # noqa: ARG002 - for texts
        """Return a test, in one call, for texts that are neither missing nor changed by :meth:`parse`.

        None if there is none. It may reject valid texts: those are parsed.
        """
        return None

    def parse_text(self, text: str, field: FieldSpec, operator: str = "eq") -> object:
        """Return the stored form of an operand in a query string.

        Raises :class:`InvalidValue`.
        """

    def parse_operand(self, value: object, field: FieldSpec, operator: str = "eq") -> object:  # noqa: ARG002
        """Return the stored form of an operand in JSON. Raises :class:`InvalidValue`."""
        return self.parse(value, field)

    def parse_day(self, value: object, field: FieldSpec) -> dt.date | None:  # noqa: ARG002
        """Return the date that an operand names, for types with times; None for other values.

        Raises :class:`InvalidValue` for a date that does not exist.
        """
        return None

    def parse_key(self, text: str, field: FieldSpec) -> object:
        """Return the stored value of a record's key in a path. Raises :class:`InvalidValue`."""
        return self.parse_text(text, field)

    def comparable(self, value: Any) -> object:
        """Return what two stored values share if they count as equal: by default the value itself."""
        return value

    def render(self, value: Any, field: FieldSpec) -> object:  # noqa: ARG002 - types with a form need it
        """Return a value that msgspec encodes in the form of the API (dates, times and UUIDs as they are)."""
        return value

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        """Return the JSON Schema of the value in responses."""

    def input_schema(self, field: FieldSpec) -> JsonSchema:
        """Return the JSON Schema of the value in requests."""
        return self.json_schema(field)

    def operand_schema(self, field: FieldSpec) -> JsonSchema:
        """Return the JSON Schema of one operand of a filter."""
        return self.input_schema(field)

    def example(self, field: FieldSpec) -> object:
        """Return an example in the form of the API, which is valid for both schemas."""


def column_options(field: FieldSpec) -> ColumnKwargs:
    """The options of every field's column.

    Columns are nullable, also those of required fields: the record service checks ``required``, so that it
    can be changed without rebuilding a table, as SQLite would have to.
    """
    return {
        "null": True,
        "unique": field.unique,
        "index": field.indexed and not field.unique and not field.sort_key,
        "db_column_name": field.column_name,
    }


def text_column(length: int, field: FieldSpec) -> Column:
    """Return the column of a text of at most ``length`` characters, in the field's storage."""
    if field.storage in {"long", "packed"}:
        return Text(default=None, **column_options(field))
    declared = max(length, _WIDE) if field.storage == "wide" else length
    return Varchar(length=declared, default=None, **column_options(field))
