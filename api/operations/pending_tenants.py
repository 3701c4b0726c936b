"""How many tenants are to be upgraded, by the levels in the registry. Opens no tenant's database."""

import time
from collections.abc import Callable

import msgspec

from central.migrations.level import LevelAge, ServedLevels
from central.registry.queries import count_levels

__all__ = ["PendingTenants", "TenantLevels"]


class TenantLevels(msgspec.Struct, frozen=True):
    """Numbers of tenants whose database is in use.

    :ivar current: at this version's level.
    :ivar older: at an older or unknown level: an upgrade looks into them.
    :ivar newer: at the level of a newer version.
    :ivar refused: of all these, those that this version does not serve.
    """

    current: int = 0
    older: int = 0
    newer: int = 0
    refused: int = 0


class PendingTenants:
    """Counts the tenants by level. The caller binds ``CENTRAL``.

    :param clock: returns seconds that only increase.
    """

    _FRESH = 5.0
    """Seconds that a count is used for by :meth:`recent`."""

    def __init__(self, served: ServedLevels, clock: Callable[[], float] = time.monotonic) -> None:
        self._served = served
        self._clock = clock
        self._counted: tuple[float, TenantLevels] | None = None

    async def count(self) -> TenantLevels:
        """Return the numbers as they are now. Runs one statement."""
        served = self._served
        ages, refused = dict.fromkeys(LevelAge, 0), 0
        for level, number in (await count_levels()).items():
            ages[served.level.age_of(level)] += number
            refused += 0 if served.serves(level) else number
        older = ages[LevelAge.OLDER] + ages[LevelAge.UNKNOWN]
        return TenantLevels(ages[LevelAge.CURRENT], older, ages[LevelAge.NEWER], refused)

    async def recent(self) -> TenantLevels:
        """Return the numbers, some seconds old at most. For what is asked for again and again."""
        now = self._clock()
        if self._counted is None or now - self._counted[0] >= self._FRESH:
            self._counted = (now, await self.count())
        return self._counted[1]
