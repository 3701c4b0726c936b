"""Names of indexes and foreign keys in the database, and the columns with which indexes of records end."""

import hashlib
from collections.abc import Sequence
from typing import Final

from piccolo_engines.identifiers import quote
from tenant_schema.objects.model.object_indexes import DESCENDING

__all__ = ["REFERENCE_TAIL", "TAIL", "composite_columns", "composite_name", "is_composite_name", "limited"]

TAIL: Final = ("id", "deleted_at")
"""What follows in an index that is not unique. With the id, records with equal values are in the order of
lists; with ``deleted_at``, counts and groups of the records in use are read from the index alone.
"""
REFERENCE_TAIL: Final = ("id",)
"""What follows in the index of a column with a foreign key.

MySQL 9.7.4 uses the first index of the table that begins with the column to check the key, and does not
check rows that have null in any other column of that index.
"""
_PLAIN, _UNIQUE = "ix", "uq"
_LONGEST = 63


def limited(*parts: str) -> str:
    """Return a name for a key in the form that Piccolo's engines use, within the limits of every database.

    >>> limited("deals_2e3f4a5b", "stage_0c1d2e3f", "key")
    'deals_2e3f4a5b_stage_0c1d2e3f_key'
    """
    name = "_".join(parts)
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST - 9]}_{digest}"


def composite_name(table: str, parts: Sequence[str], *, unique: bool) -> str:
    """Return the name of an index of an object, which tells all of it.

    :param parts: its columns in order, ``-`` before descending ones.

    >>> composite_name("accounts", ["industry", "-created_at"], unique=False)
    'ix_accounts_industry_created_at_desc'
    """
    columns = [f"{one.removeprefix(DESCENDING)}_desc" if one.startswith(DESCENDING) else one for one in parts]
    return limited(_UNIQUE if unique else _PLAIN, table, *columns)


def is_composite_name(table: str, name: str) -> bool:
    """Whether :func:`composite_name` may have made the name."""
    return name.startswith((f"{_PLAIN}_{table}_"[:54], f"{_UNIQUE}_{table}_"[:54]))


def composite_columns(parts: Sequence[str]) -> str:
    """Return the columns of an index in SQL.

    >>> composite_columns(["industry", "-created_at"])
    '"industry", "created_at" DESC'
    """
    return ", ".join(
        f"{quote(one.removeprefix(DESCENDING))} DESC" if one.startswith(DESCENDING) else quote(one)
        for one in parts
    )
