"""The kinds of values in lines, and the kind of each Piccolo column.

============  =======================================================================
kind          value in JSON
============  =======================================================================
``text``      a string
``integer``   a number of 64 bits
``boolean``   ``true`` or ``false``
``decimal``   a string with all decimals of the column: ``"12.50"``
``float``     a number
``uuid``      a string of 36 characters, in lower case
``timestamp`` a moment in UTC with six decimals: ``"2026-02-28T12:30:00.250000Z"``
``datetime``  the same without a zone, and without the ``Z``
``date``      ``"2026-02-28"``
``time``      a time of day with six decimals: ``"09:30:00.000000"``
``interval``  a number of microseconds
``bytes``     a string in base64
``json``      a string: JSON with sorted keys and without spaces
============  =======================================================================

Every value may be ``null``.
"""

from enum import StrEnum
from typing import Final

from piccolo.columns import (
    JSON,
    UUID,
    Boolean,
    Bytea,
    Column,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    Interval,
    Numeric,
    Real,
    Text,
    Time,
    Timestamp,
    Timestamptz,
    Varchar,
)

from piccolo_engines.errors import Unsupported

__all__ = ["Kind", "kind_of"]


class Kind(StrEnum):
    """A kind of values."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    FLOAT = "float"
    UUID = "uuid"
    TIMESTAMP = "timestamp"
    DATETIME = "datetime"
    DATE = "date"
    TIME = "time"
    INTERVAL = "interval"
    BYTES = "bytes"
    JSON = "json"


_KINDS: Final[tuple[tuple[type[Column], Kind], ...]] = (
    (JSON, Kind.JSON),
    (UUID, Kind.UUID),
    (Boolean, Kind.BOOLEAN),
    (Bytea, Kind.BYTES),
    (Date, Kind.DATE),
    (DoublePrecision, Kind.FLOAT),
    (Real, Kind.FLOAT),
    (Integer, Kind.INTEGER),
    (Interval, Kind.INTERVAL),
    (Numeric, Kind.DECIMAL),
    (Time, Kind.TIME),
    (Timestamptz, Kind.TIMESTAMP),
    (Timestamp, Kind.DATETIME),
    (Text, Kind.TEXT),
    (Varchar, Kind.TEXT),
)


def kind_of(column: Column) -> Kind:
    """Return the kind of a column's values; of a foreign key that of the column it refers to.

    Raises :class:`~piccolo_engines.errors.Unsupported` for a type without a kind, such as an array.
    """
    while isinstance(column, ForeignKey):
        column = column._foreign_key_meta.resolved_target_column
    for column_type, kind in _KINDS:
        if isinstance(column, column_type):
            return kind
    name = f"{column._meta.table._meta.tablename}.{column._meta.db_column_name}"
    raise Unsupported(f"{name} is a {type(column).__name__}, of which there is no form for all databases.")
