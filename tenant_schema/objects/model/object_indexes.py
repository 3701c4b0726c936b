"""Indexes over several fields of an object, as its definition names them."""

from collections.abc import Iterable, Mapping

import msgspec

__all__ = ["DESCENDING", "ObjectIndex"]

DESCENDING = "-"
"""The prefix of a field that an index has in descending order, as in ``sort``."""


class ObjectIndex(msgspec.Struct, frozen=True, omit_defaults=True):
    """One index.

    :ivar fields: names of fields in the order of the index, ``-`` before one in descending order.
    :ivar unique: whether no two records may have the same values in all the fields; null equals nothing.
    """

    fields: tuple[str, ...]
    unique: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, without directions."""
        return tuple([one.removeprefix(DESCENDING) for one in self.fields])

    def renamed(self, names: Mapping[str, str]) -> "ObjectIndex":
        """Return the index after fields were renamed. ``names`` are old names with the new ones."""
        fields = [
            one[: one.startswith(DESCENDING)] + names.get(name, name)
            for one, name in zip(self.fields, self.names, strict=True)
        ]
        return msgspec.structs.replace(self, fields=tuple(fields))

    def is_over(self, names: Iterable[str]) -> bool:
        """Whether the index has exactly these fields, in any order."""
        return sorted(self.names) == sorted(names)
