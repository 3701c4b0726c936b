"""The traffic of tenants in all processes: samples as rows, and what they say of an upgrade.

Each process counts the requests of each tenant in its memory, and inserts one row with them every minute, and
every few seconds while an upgrade is running. So what was before an upgrade is known, also of processes that
have ended since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from central.upgrades.rows import TenantPart
from central.upgrades.tables import TrafficSample
from central.upgrades.verdict import NO_TRAFFIC, Traffic, fault_of, fault_of_all
from piccolo_engines.columns import utc_now

__all__ = ["KEEP_SAMPLES", "Counts", "Ledger", "prune_samples", "record_sample"]

KEEP_SAMPLES: Final = timedelta(hours=1)
_BEFORE: Final = timedelta(minutes=30)
_LATE: Final = timedelta(seconds=30)
"""How much later than its end a sample may be inserted, with the difference of clocks."""

Counts = Mapping[str, tuple[int, int, float]]
"""By slug: requests, those with a fault, seconds."""
_COUNTS: Final = msgspec.json.Decoder(dict[str, tuple[int, int, float]])


async def record_sample(began_at: datetime, ended_at: datetime, counts: Counts) -> None:
    """Insert what this process has counted. One statement."""
    text = msgspec.json.encode(counts).decode()
    await TrafficSample.insert(TrafficSample(began_at=began_at, ended_at=ended_at, counts=text))


async def prune_samples() -> int:
    """Delete old samples. Returns their number."""
    old = TrafficSample.ended_at < utc_now() - KEEP_SAMPLES
    return len(await TrafficSample.delete().where(old).returning(TrafficSample.id))


@dataclass(slots=True)
class Ledger:
    """The traffic of an upgrade's tenants, before and after. Each sample is counted once.

    :ivar began_at: when the upgrade began.
    """

    began_at: datetime
    _seen: dict[UUID, datetime] = field(default_factory=dict)
    _read_to: datetime | None = None
    _before: dict[str, Traffic] = field(default_factory=dict)
    _after: dict[str, Traffic] = field(default_factory=dict)
    _others_now: Traffic = field(default_factory=Traffic)
    _others_before: Traffic = field(default_factory=Traffic)

    async def read(self, parts: Iterable[TenantPart]) -> None:
        """Read the samples that were inserted since the last call. One statement."""
        since = (self._read_to or self.began_at - _BEFORE) - _LATE
        rows = await TrafficSample.select().where(TrafficSample.ended_at > since)
        self._read_to = utc_now()
        by_slug = {part.tenant_slug: part for part in parts}
        first = min((one.upgraded_at for one in by_slug.values() if one.upgraded_at), default=None)
        for row in rows:
            if row["id"] not in self._seen:
                self._seen[row["id"]] = row["ended_at"]
                self.add(row["began_at"], row["ended_at"], _COUNTS.decode(row["counts"]), by_slug, first)
        self._seen = {id_: at for id_, at in self._seen.items() if at > since}

    def add(
        self,
        began_at: datetime,
        ended_at: datetime,
        counts: Counts,
        parts: Mapping[str, TenantPart],
        first: datetime | None,
    ) -> None:
        """Count one sample. What overlaps with a tenant's own upgrade is left out.

        :param first: when the first tenant was upgraded.
        """
        for slug, numbers in counts.items():
            part = parts.get(slug)
            if part is None or part.began_at is None:
                self._others(began_at, ended_at, first).add(*numbers)
            if part is None:
                continue
            if part.began_at is None or ended_at <= part.began_at:
                self._before.setdefault(slug, Traffic()).add(*numbers)
            elif part.upgraded_at is not None and began_at >= part.upgraded_at:
                self._after.setdefault(slug, Traffic()).add(*numbers)

    def fault(self, slug: str) -> str | None:
        """Return why the upgraded tenant does not work as before; None if it does or is not known to."""
        after = self._after.get(slug)
        if after is None:
            return None
        before = self._before.get(slug, NO_TRAFFIC)
        return fault_of(after, before, self._others_now, self._others_before)

    def fault_of_all(self) -> str | None:
        """Return why the upgraded tenants together do not work as before."""
        slugs = self._after.keys()
        before = _sum(self._before[slug] for slug in slugs if slug in self._before)
        return fault_of_all(_sum(self._after.values()), before, self._others_now, self._others_before)

    @property
    def watched(self) -> int:
        """How many upgraded tenants have had requests since."""
        return len(self._after)

    def _others(self, began_at: datetime, ended_at: datetime, first: datetime | None) -> Traffic:
        if first is None or ended_at <= first:
            return self._others_before
        return self._others_now if began_at >= first else Traffic()


def _sum(traffics: Iterable[Any]) -> Traffic:
    total = Traffic()
    for one in traffics:
        total.add(one.requests, one.faults, one.seconds)
    return total
