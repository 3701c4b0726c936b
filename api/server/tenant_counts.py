"""TenantCounts: what the busiest tenants do; all others are counted together."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

__all__ = ["MOST_NAMED", "MOST_TENANTS", "TenantCounts", "connection_lines"]

MOST_TENANTS: Final = 50
"""How many tenants are named for each measure by which they are ranked."""

_SECONDS: Final = 60.0
"""After so long the busiest tenants are determined again."""
_OTHERS: Final = ""
"""The label of all other tenants: no tenant has an empty slug."""
_REQUESTS, _REQUEST_SECONDS, _STATEMENTS, _STATEMENT_SECONDS, _ROWS = range(5)
_MEASURES: Final = (
    ("requests_total", "d", "Requests by tenant; those of quiet ones without a name."),
    ("request_seconds_total", ".6f", "How long these requests took."),
    ("statements_total", "d", "Statements that these requests sent."),
    ("statement_seconds_total", ".6f", "How long they waited for these statements."),
    ("rows_written_total", "d", "Rows inserted, changed and deleted in the tenant's database, by jobs, too."),
)
_RANKED: Final = (_REQUESTS, _REQUEST_SECONDS, _ROWS)
MOST_NAMED: Final = len(_RANKED) * MOST_TENANTS
"""How many tenants are named at most."""
_MOST_RANKED: Final = 10_000

_Counts = list[float]


class TenantCounts:
    """Counts by tenant. No count ever decreases, and their sum is complete.

    :param clock: returns seconds that only increase.
    """

    __slots__ = ("_clock", "_named", "_others", "_ranked", "_ranked_at")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._others = _none()
        self._named: dict[str, _Counts] = {}
        self._ranked: dict[str, _Counts] = {}
        self._ranked_at = clock()

    def add(self, slug: str, seconds: float, statements: int = 0, statement_seconds: float = 0.0) -> None:
        """Count one request."""
        for counts in self._counts_of(slug):
            counts[_REQUESTS] += 1
            counts[_REQUEST_SECONDS] += seconds
            counts[_STATEMENTS] += statements
            counts[_STATEMENT_SECONDS] += statement_seconds

    def add_rows(self, slug: str, rows: int) -> None:
        """Count rows that were written."""
        for counts in self._counts_of(slug):
            counts[_ROWS] += rows

    def _counts_of(self, slug: str) -> tuple[_Counts, ...]:
        """Return what is shown for the tenant, and what it is ranked by, if there is room for one more."""
        counted = self._named.get(slug)
        if counted is None:
            counted = self._others
            if len(self._named) < MOST_NAMED:
                counted = self._named[slug] = _none()
        ranked = self._ranked.get(slug)
        if ranked is None:
            if len(self._ranked) >= _MOST_RANKED:
                return (counted,)
            ranked = self._ranked[slug] = _none()
        return counted, ranked

    def lines(self) -> Iterator[str]:
        """Return the lines for Prometheus."""
        if self._clock() - self._ranked_at >= _SECONDS:
            self._rank()
        shown = {_OTHERS: self._others, **self._named}
        for measure, (name, form, text) in enumerate(_MEASURES):
            yield f"# HELP freehold_tenant_{name} {text}"
            yield f"# TYPE freehold_tenant_{name} counter"
            for slug, counts in shown.items():
                value = int(counts[measure]) if form == "d" else counts[measure]
                yield f'freehold_tenant_{name}{{tenant="{slug}"}} {value:{form}}'

    def _rank(self) -> None:
        """Name the tenants that were busiest since the last call, in place of quiet ones."""
        ranked, self._ranked, self._ranked_at = self._ranked, {}, self._clock()
        busiest: dict[str, None] = {}
        for measure in _RANKED:
            ordered = sorted(ranked, key=lambda slug: ranked[slug][measure], reverse=True)
            busiest |= dict.fromkeys(slug for slug in ordered[:MOST_TENANTS] if ranked[slug][measure])
        new = [slug for slug in busiest if slug not in self._named]
        quiet = [slug for slug in self._named if slug not in busiest]
        for slug in quiet[: max(len(self._named) + len(new) - MOST_NAMED, 0)]:
            counts = self._named.pop(slug)
            self._others = [mine + its for mine, its in zip(self._others, counts, strict=True)]
        self._named |= {slug: _none() for slug in new}


def connection_lines(connections: Mapping[str, int]) -> Iterator[str]:
    """Return the lines about tenants' open connections: of those that have the most, and of all others."""
    most = sorted(connections, key=connections.__getitem__, reverse=True)[:MOST_TENANTS]
    named = {slug: connections[slug] for slug in most}
    yield "# HELP freehold_tenant_connections Open connections by tenant; those of others without a name."
    yield "# TYPE freehold_tenant_connections gauge"
    for slug, count in {_OTHERS: sum(connections.values()) - sum(named.values()), **named}.items():
        yield f'freehold_tenant_connections{{tenant="{slug}"}} {count}'


def _none() -> _Counts:
    return [0.0] * len(_MEASURES)
