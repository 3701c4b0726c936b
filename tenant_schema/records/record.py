"""The types of a record and of a row of a result."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = ["Record", "Row"]

Row: TypeAlias = dict[str, Any]
"""One row of a result: values by column name or field name."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the API returns it.

    :param data: the values by field name, ready for JSON.
    :param version: the version of the record, from which its ETag is derived.
    :param is_whole: whether ``data`` has every field, and no definition of a field has changed since the
        record did. The ETag of such a record, read without paths and expansions, is its version alone.
    """

    data: dict[str, Any]
    version: int
    is_whole: bool = field(default=False, compare=False)
