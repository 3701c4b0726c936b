"""SchemaLevel: identifies what a tenant's database has been brought to, and which of two is newer."""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from central.migrations.names import MigrationName

__all__ = ["LevelAge", "SchemaLevel"]

_NEWEST: Final = 26
"""The length of a migration's id as Piccolo writes it: a time with microseconds."""
_DIGEST: Final = 18
_BETWEEN: Final = "/"


class LevelAge(StrEnum):
    """What the level of a database is, compared with that of this version."""

    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    UNKNOWN = "unknown"


class SchemaLevel(msgspec.Struct, frozen=True):
    """A level as the registry stores it: text of at most 64 characters.

    :ivar newest: the id of the newest migration, by which levels are ordered: ids are the times at which the
        migrations were written.
    :ivar names: a digest of the names of all migrations.
    :ivar seeds: a digest of what is added to a database after its migrations.
    """

    newest: str
    names: str
    seeds: str

    def __str__(self) -> str:
        return _BETWEEN.join((self.newest, self.names, self.seeds))

    @classmethod
    def of(cls, names: Iterable[MigrationName], seeds: str) -> "SchemaLevel":
        """Return the level of a database with these migrations and seeds."""
        known = list(names)
        newest = max((one.id for one in known), default="")[:_NEWEST]
        return cls(newest, _digest("\n".join(f"{one.app} {one.id}" for one in known)), _digest(seeds))

    @classmethod
    def parse(cls, text: str) -> "SchemaLevel | None":
        """Return the level that was stored as ``text``; None if it is none, such as the empty text."""
        parts = text.split(_BETWEEN)
        return cls(*parts) if len(parts) == 3 else None

    def age_of(self, text: str) -> LevelAge:
        """Compare the level that was stored as ``text`` with this one, which is this version's.

        Equal migrations with other seeds are older: whatever they are, they are to be looked into.
        """
        other = self.parse(text)
        if other is None:
            return LevelAge.UNKNOWN
        if other == self:
            return LevelAge.CURRENT
        return LevelAge.NEWER if other.newest > self.newest else LevelAge.OLDER


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_DIGEST]
