"""What a field type is: how its values are checked, kept, shown, compared and documented."""

import datetime as dt
from collections.abc import Mapping
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
    """What a type needs to know of the field it serves; a ``FieldModel`` is one."""

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
        """Whether the sort keys of its texts are kept in a column of their own, which has the index."""

    @property
    def storage(self) -> str:
        """Storage of a text (:mod:`tenant_schema.objects.definitions.row_budget`); empty by default."""

    @property
    def settings(self) -> Settings:
        """What :meth:`FieldType.parse_settings` made of the settings: complete, defaults filled in."""


class FieldType(Protocol):
    """One kind of field. Types hold no state; everything about one field comes in as ``field``.

    A *stored value* is what a Piccolo column takes and gives back: ``parse`` makes it, ``render`` takes it.
    None is not for types to handle: a missing value is null on both sides, ``required`` is the business of
    the record service, and ``parse`` refuses None like any other value that is none of its own.
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
        """The complete settings, and every problem of the ones given; usable only when there is no problem.

        A type without settings of its own takes none.
        """
        return SettingsReader(raw).finish()

    def indexable(self, field: FieldSpec) -> bool:  # noqa: ARG002 - for types that depend on it
        """Whether the field's column can carry an index, and so be unique."""
        return True

    def kept_length(self, field: FieldSpec) -> int | None:  # noqa: ARG002 - for types that keep short texts
        """How many characters the column has to take, when it may be kept in more ways than one."""
        return None

    def column(self, field: FieldSpec) -> Column:
        """A new Piccolo column for the field: nullable, without a default, under its physical name."""

    def is_missing(self, value: object) -> bool:  # noqa: ARG002 - for types that have an empty value
        """Whether a value as a caller gives it stands for no value, as an empty text does."""
        return False

    def parse(self, value: object, field: FieldSpec) -> object:
        """The stored value for a JSON value. Raises :class:`InvalidValue`, and nothing else."""

    def parse_text(self, text: str, field: FieldSpec, operator: str = "eq") -> object:
        """What a filter compares with, from a query string, in the form in which values are stored.

        Raises :class:`InvalidValue`.
        """

    def parse_operand(self, value: object, field: FieldSpec, operator: str = "eq") -> object:  # noqa: ARG002
        """What a filter compares with, from JSON. Raises :class:`InvalidValue`."""
        return self.parse(value, field)

    def parse_day(self, value: object, field: FieldSpec) -> dt.date | None:  # noqa: ARG002
        """The day that a filter names, of a type of moments; None for everything else.

        Raises :class:`InvalidValue` when the calendar has no such day.
        """
        return None

    def parse_key(self, text: str, field: FieldSpec) -> object:
        """The stored value for the text that names a record in a path. Raises :class:`InvalidValue`."""
        return self.parse_text(text, field)

    def comparable(self, value: Any) -> object:
        """What two stored values have in common when they count as equal: by default the value itself."""
        return value

    def render(self, value: Any, field: FieldSpec) -> object:  # noqa: ARG002 - types with a form need it
        """A value that msgspec encodes as the API shows it (dates, times and UUIDs as they are)."""
        return value

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        """JSON Schema of the value as the API shows it."""

    def input_schema(self, field: FieldSpec) -> JsonSchema:
        """JSON Schema of the value as the API takes it."""
        return self.json_schema(field)

    def operand_schema(self, field: FieldSpec) -> JsonSchema:
        """JSON Schema of one value that a filter compares with."""
        return self.input_schema(field)

    def example(self, field: FieldSpec) -> object:
        """A value as the API shows it, for documents: it fits both schemas."""


def column_options(field: FieldSpec) -> ColumnKwargs:
    """What every field's column has in common.

    Columns are nullable, required fields included: ``required`` is checked by the record service, so that it
    can be switched on and off without rebuilding a table, which SQLite would have to.
    """
    return {
        "null": True,
        "unique": field.unique,
        "index": field.indexed and not field.unique and not field.sort_key,
        "db_column_name": field.column_name,
    }


def text_column(length: int, field: FieldSpec) -> Column:
    """The column of a text of at most ``length`` characters, kept as the field says."""
    if field.storage in {"long", "packed"}:
        return Text(default=None, **column_options(field))
    declared = max(length, _WIDE) if field.storage == "wide" else length
    return Varchar(length=declared, default=None, **column_options(field))
