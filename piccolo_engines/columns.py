"""Columns of this package, and what every table has: a time-ordered id and two timestamps."""

import uuid
from datetime import UTC, datetime
from typing import Any, Final

import uuid_utils
from msgspec import convert
from piccolo.columns import Bytea, Numeric, Timestamptz

__all__ = ["DECIMAL_TYPE", "ExactNumeric", "SortKey", "Timestamps", "new_id", "utc_now"]

DECIMAL_TYPE: Final = "DECIMALTEXT"
"""The declared type of an :class:`ExactNumeric` in SQLite, which compares such columns as texts."""


def new_id() -> uuid.UUID:
    """Return a new UUID of version 7 (RFC 9562). Later ids sort later, so B-trees grow at their end."""
    return convert(uuid_utils.uuid7().bytes, uuid.UUID)  # half the time of its ``compat``


def utc_now() -> datetime:
    """Return the current time, aware, in UTC, with microseconds."""
    return datetime.now(UTC)


class Timestamps:
    """Mixin for tables that adds ``created_at`` and ``updated_at``.

    ::

        class Band(Timestamps, Table):
            id = UUID(primary_key=True, default=new_id)
            name = Varchar()

    ``created_at`` is set at the insertion of a row, ``updated_at`` also at every update. Piccolo sets it in
    ``update()`` queries and in ``save()``, not in raw SQL. Both times come from the clock of this process.
    """

    created_at = Timestamptz()
    updated_at = Timestamptz(auto_update=utc_now)


class SortKey(Bytea):
    """The sort key of a text (:mod:`piccolo_engines.sort_keys`), stored in a column that can be indexed.

    :param source: the name of the text's column in the database.
    """

    def __init__(self, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(**kwargs)
        self._meta.params["source"] = source


class ExactNumeric(Numeric):
    """A decimal that is exact on SQLite as well, where a ``Numeric`` has 15 digits.

    See :mod:`piccolo_engines.sqlite.exact_decimals`.
    """

    @property
    def column_type(self) -> str:
        """The column's type in the database."""
        if self._meta.engine_type == "sqlite":
            return DECIMAL_TYPE
        declared: str = super().column_type
        return declared
