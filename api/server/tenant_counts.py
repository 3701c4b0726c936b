"""TenantCounts: requests by tenant, for the busiest tenants; all others are counted together."""

import time
from collections.abc import Callable, Iterator
from typing import Final

__all__ = ["MOST_TENANTS", "TenantCounts"]

MOST_TENANTS: Final = 50
"""How many tenants are named for each of two measures: their requests, and the time that these took."""

_MOST_NAMED: Final = 2 * MOST_TENANTS
_MOST_RANKED: Final = 10_000
_SECONDS: Final = 60.0
"""After so long the busiest tenants are determined again."""
_OTHERS: Final = ""
"""The label of all other tenants: no tenant has an empty slug."""


class TenantCounts:
    """Counts requests and seconds by tenant. No count ever decreases, and their sum is complete.

    :param clock: returns seconds that only increase.
    """

    __slots__ = ("_clock", "_named", "_others", "_ranked", "_ranked_at")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._others: list[float] = [0, 0.0]
        self._named: dict[str, list[float]] = {}
        self._ranked: dict[str, list[float]] = {}
        self._ranked_at = clock()

    def add(self, slug: str, seconds: float) -> None:
        """Count one request."""
        counted = self._named.get(slug)
        if counted is None:
            counted = self._others
            if len(self._named) < _MOST_NAMED:
                counted = self._named[slug] = [0, 0.0]
        counted[0] += 1
        counted[1] += seconds
        ranked = self._ranked.get(slug)
        if ranked is None:
            if len(self._ranked) >= _MOST_RANKED:
                return
            ranked = self._ranked[slug] = [0, 0.0]
        ranked[0] += 1
        ranked[1] += seconds

    def lines(self) -> Iterator[str]:
        """Return the lines for Prometheus."""
        if self._clock() - self._ranked_at >= _SECONDS:
            self._rank()
        shown = {_OTHERS: self._others, **self._named}
        yield "# HELP freehold_tenant_requests_total Requests by tenant; those of quiet ones without a name."
        yield "# TYPE freehold_tenant_requests_total counter"
        for slug, (count, _) in shown.items():
            yield f'freehold_tenant_requests_total{{tenant="{slug}"}} {count:.0f}'
        yield "# HELP freehold_tenant_request_seconds_total How long these requests took."
        yield "# TYPE freehold_tenant_request_seconds_total counter"
        for slug, (_, seconds) in shown.items():
            yield f'freehold_tenant_request_seconds_total{{tenant="{slug}"}} {seconds:.6f}'

    def _rank(self) -> None:
        """Name the tenants that were busiest since the last call, in place of quiet ones."""
        ranked, self._ranked, self._ranked_at = self._ranked, {}, self._clock()
        busiest: dict[str, None] = {}
        for measure in (0, 1):
            ordered = sorted(ranked, key=lambda slug: ranked[slug][measure], reverse=True)
            busiest |= dict.fromkeys(ordered[:MOST_TENANTS])
        new = [slug for slug in busiest if slug not in self._named]
        quiet = [slug for slug in self._named if slug not in busiest]
        for slug in quiet[: max(len(self._named) + len(new) - _MOST_NAMED, 0)]:
            count, seconds = self._named.pop(slug)
            self._others[0] += count
            self._others[1] += seconds
        self._named |= {slug: [0, 0.0] for slug in new}
