"""SchemaLevel: identifies what a tenant's database has been brought to, and which of two is newer.

ServedLevels: which of them a version serves.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from central.migrations.names import MigrationName
from piccolo_engines.lru import Lru

__all__ = ["LevelAge", "SchemaLevel", "ServedLevels", "release_of"]

_NEWEST: Final = 26
"""The length of a migration's id as Piccolo writes it: a time with microseconds."""
_DIGEST: Final = 12
_BETWEEN: Final = "/"
_NUMBERS: Final = re.compile(r"\d+")
_KNOWN: Final = 256
"""How many levels are kept with whether they are served: a fleet has a few."""
_UNRELEASED: Final = "+"
"""In the version of sources that are not installed, which are newer than any release."""


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
    :ivar needs: the oldest release whose code can work with the database, since contractions have removed
        what earlier ones need; empty if nothing was removed.
    """

    newest: str
    names: str
    seeds: str
    needs: str = ""

    def __str__(self) -> str:
        return _BETWEEN.join((self.newest, self.names, self.seeds, self.needs))

    @classmethod
    def of(cls, names: Iterable[MigrationName], seeds: str) -> "SchemaLevel":
        """Return the level of a database with these migrations and seeds."""
        known = list(names)
        newest = max((one.id for one in known), default="")[:_NEWEST]
        needs = max((one.not_needed_from for one in known), key=release_of, default="")
        return cls(newest, _digest("\n".join(f"{one.app} {one.id}" for one in known)), _digest(seeds), needs)

    @classmethod
    def parse(cls, text: str) -> "SchemaLevel | None":
        """Return the level that was stored as ``text``; None if it is none, such as the empty text."""
        parts = text.split(_BETWEEN)
        return cls(*parts) if len(parts) == 4 else None

    def announcing(self, text: str) -> "SchemaLevel | None":
        """Return the level that a database gets before contractions run which this one has and it lacks.

        Code that needs what they remove refuses the database from then on. None if nothing is removed.

        :param text: the level of the database by the registry.
        """
        known = self.parse(text)
        if known is None:
            return msgspec.structs.replace(self, names="", seeds="") if self.needs else None
        if release_of(known.needs) >= release_of(self.needs):
            return None
        return msgspec.structs.replace(known, needs=self.needs)

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


class ServedLevels:
    """The levels of databases that one version of the code serves.

    A database is served if it has the migrations that this code needs, and if no contraction has removed what
    this code needs. An unknown level is served: it is that of a tenant that was suspended or disconnected.
    Migrations are taken to be a line, so that a database has all that are older than its newest one.

    :param level: of a database that is up to date.
    :param names: all migrations of this version.
    :param release: of the code.
    """

    def __init__(self, level: SchemaLevel, names: Iterable[MigrationName], release: str) -> None:
        self.level = level
        self.current = str(level)
        self._release = release_of(release)
        needed = [one.id for one in names if release_of(one.needed_from) <= self._release]
        self._needed = max(needed, default="")[:_NEWEST]
        self._known: Lru[str, bool] = Lru(_KNOWN)

    def serves(self, text: str) -> bool:
        """Whether databases of the level that was stored as ``text`` are served."""
        if text == self.current:
            return True
        known = self._known.get(text)
        if known is None:
            known = self._serves(SchemaLevel.parse(text))
            self._known.put(text, known)
        return known

    def _serves(self, other: SchemaLevel | None) -> bool:
        if other is None:
            return True
        if release_of(other.needs) > self._release:
            return False
        if other.newest == self.level.newest:
            return other.names == self.level.names
        return other.newest >= self._needed


def release_of(version: str) -> tuple[float, ...]:
    """Return the numbers of a version, by which versions are ordered. The empty text is before all.

    >>> release_of("0.10.1") > release_of("0.9"), release_of("0+source") > release_of("99.0")
    (True, True)
    """
    if _UNRELEASED in version:
        return (float("inf"),)
    return tuple(int(one) for one in _NUMBERS.findall(version)[:3])


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_DIGEST]
