"""What every table has: a time-ordered id made by us, and two timestamps that keep themselves."""

import uuid
from datetime import UTC, datetime
from typing import Any, Final

import uuid_utils.compat
from piccolo.columns import Bytea, Numeric, Timestamptz

__all__ = ["DECIMAL_TYPE", "ExactNumeric", "SortKey", "Timestamps", "new_id", "utc_now"]

DECIMAL_TYPE: Final = "DECIMALTEXT"
"""The type that SQLite's columns of an :class:`ExactNumeric` are declared with: it compares them as texts."""


def new_id() -> uuid.UUID:
    """A new UUID of version 7 (RFC 9562): ids made later sort later, so that B-trees grow at their end."""
    return uuid_utils.compat.uuid7()


def utc_now() -> datetime:
    """The time now, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


class Timestamps:
    """Mixin for tables: ``created_at`` is set when a row is made, ``updated_at`` at every update as well.

    ::

        class Band(Timestamps, Table):
            id = UUID(primary_key=True, default=new_id)
            name = Varchar()

    Piccolo sets ``updated_at`` in ``update()`` queries and in ``save()``, not in raw SQL. Both times
    come from this process's clock.
    """

    created_at = Timestamptz()
    updated_at = Timestamptz(auto_update=utc_now)


class SortKey(Bytea):
    """The sort key of a text (:mod:`piccolo_engines.sort_keys`), kept beside it so that an index can have it.

    :param source: the name of the text's column in the database.
    """

    def __init__(self, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(**kwargs)
        self._meta.params["source"] = source


class ExactNumeric(Numeric):
    """A decimal that is exact on SQLite, too, where a ``Numeric`` holds 15 digits
    (:mod:`piccolo_engines.sqlite.exact_decimals`).
    """

    @property
    def column_type(self) -> str:
        """The type in the database."""
        if self._meta.engine_type == "sqlite":
            return DECIMAL_TYPE
        declared: str = super().column_type
        return declared
