"""The types of a record and of a row of a result."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

__all__ = ["Record", "Row"]

Row: TypeAlias = dict[str, Any]
"""One row of a result: values by column name or field name."""


class Record(msgspec.Struct, frozen=True, eq=False):  # noqa: PLW1641 - holds what cannot be hashed
    """One record as the API returns it.

    :param encodable: the record as msgspec encodes it for a response: a Struct, or a dictionary.
    :param version: the version of the record, from which its ETag is derived.
    :param is_whole: whether it has every field, and no definition of a field has changed since the record
        did. The ETag of such a record, read without paths and expansions, is its version alone.
    :param can: what the caller may do with it, when that was asked for.
    """

    encodable: Any
    version: int
    is_whole: bool = False
    can: Mapping[str, bool] | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The values by field name, as in JSON: ids, dates and times are text. Converted by each use."""
        data: dict[str, Any] = msgspec.to_builtins(self.encodable)
        return data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and (self.data, self.version) == (other.data, other.version)
