"""Retention: which backups are kept, as a pure function of the times when they were taken."""

import re
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final, TypeVar

__all__ = ["Retention"]

_Id = TypeVar("_Id", bound=Hashable)
_PART: Final = re.compile(r"(last|daily|weekly|monthly)=([0-9]{1,4})")
_MOST: Final = 1_000
_FORM: Final = "it must read last=3,daily=7,weekly=4,monthly=6, with numbers up to 1000 and last at least 1."

_PERIODS: Final[dict[str, Callable[[datetime], object]]] = {
    "daily": lambda at: at.date(),
    "weekly": lambda at: at.isocalendar()[:2],
    "monthly": lambda at: (at.year, at.month),
}


@dataclass(frozen=True, slots=True)
class Retention:
    """How many backups of a tenant are kept.

    :ivar last: the latest ones, whenever they were taken.
    :ivar daily: of so many days, weeks and months that have a backup, the latest one; in UTC, weeks begin on
        Mondays.
    """

    last: int = 3
    daily: int = 7
    weekly: int = 4
    monthly: int = 6

    @classmethod
    def parse(cls, text: str) -> "Retention":
        """Parse ``last=3,daily=7,weekly=4,monthly=6``. What is not named is 0. Raises ValueError.

        >>> Retention.parse("last=2, monthly=12")
        Retention(last=2, daily=0, weekly=0, monthly=12)
        """
        values = dict.fromkeys((one.name for one in fields(cls)), 0)
        named = [_PART.fullmatch(part.strip()) for part in text.split(",")]
        found = {match[1]: int(match[2]) for match in named if match is not None}
        if len(found) != len(named) or not found.get("last") or max(found.values()) > _MOST:
            raise ValueError(_FORM)
        return cls(**(values | found))

    def __str__(self) -> str:
        return ",".join(f"{one.name}={getattr(self, one.name)}" for one in fields(self))

    def kept(self, backups: Collection[tuple[_Id, datetime]]) -> set[_Id]:
        """Return the ids of those that are kept, of backups with the times when they were taken.

        It grows with the time that passes only by backups that are added: as long as nothing is added, the
        same are kept. At least the latest one is.
        """
        newest = sorted(backups, key=lambda one: one[1], reverse=True)
        kept = {id_ for id_, _ in newest[: self.last]}
        for name, period_of in _PERIODS.items():
            latest: dict[object, _Id] = {}
            for id_, taken_at in newest:
                latest.setdefault(period_of(taken_at.astimezone(UTC)), id_)
            kept |= set(list(latest.values())[: getattr(self, name)])
        return kept
