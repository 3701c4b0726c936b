"""Schedule: times that repeat, in the five fields of cron, in UTC."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from cronsim import CronSim, CronSimError

__all__ = ["Schedule", "spread"]

_LONGEST: Final = 100
_SPREAD: Final = timedelta(hours=1)
"""Within how much time after the scheduled one tenants begin at most."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is done: minute, hour, day of the month, month, day of the week, as in cron.

    :ivar text: the fields in their canonical form, separated by single spaces.
    """

    text: str = "0 2 * * *"

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """Parse the fields. Raises ValueError with a message that says what would be right.

        >>> Schedule.parse("30 2 * * MON-FRI").text
        '30 2 * * MON-FRI'
        """
        fields = text.split()
        if len(fields) != 5 or len(text) > _LONGEST:
            raise ValueError("a schedule has five fields, as 30 2 * * * for every night at 02:30 UTC.")
        found = cls(" ".join(fields))
        try:
            found.next_after(datetime(2026, 1, 1, tzinfo=UTC))
        except (CronSimError, ValueError):
            raise ValueError("that is no schedule: 30 2 * * * is one, every night at 02:30 UTC.") from None
        return found

    def next_after(self, moment: datetime) -> datetime:
        """Return the first time after this one. Raises ValueError if there is none within 50 years."""
        try:
            return next(CronSim(self.text, moment.astimezone(UTC)))
        except StopIteration:
            raise ValueError("There is no such time.") from None

    def next_for(self, tenant_id: UUID, moment: datetime) -> datetime:
        """Return the first time after this one for one tenant: later than the scheduled one by its own delay.

        The delay is less than an hour and less than the time between two scheduled ones, and the same each
        time: tenants do not begin all at once, and each keeps its distance between two backups.
        """
        scheduled = self.next_after(moment - _SPREAD - timedelta(minutes=1))
        while (found := scheduled + self._delay(tenant_id, scheduled)) <= moment:
            scheduled = self.next_after(scheduled)
        return found

    def _delay(self, tenant_id: UUID, scheduled: datetime) -> timedelta:
        return spread(tenant_id, min(_SPREAD, self.next_after(scheduled) - scheduled))


def spread(tenant_id: UUID, window: timedelta) -> timedelta:
    """Return a time within the window that is always the same for this tenant."""
    share = int.from_bytes(hashlib.sha256(tenant_id.bytes).digest()[:4], "big") / 2**32
    return timedelta(seconds=int(window.total_seconds() * share))
