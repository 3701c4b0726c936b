"""TenantRate: the limits of a tenant's requests in one process, which shares them with others.

A token bucket. Each process knows the tokens of the whole installation as of the last exchange of counters:
what all processes have admitted since then is taken from them. Until the next exchange a process admits its
share of them, which is its part of the requests that were sent lately. So a tenant whose requests all go to
one process has its whole rate there, and what processes admit too much before they know of each other is
subtracted afterwards.
"""

from collections.abc import Mapping
from math import ceil, inf
from typing import Final

import msgspec

from central.plans.errors import TooManyConcurrentRequests, TooManyRequests
from central.plans.limits import Limits

__all__ = ["Counters", "TenantRate"]

_LONGEST_DEBT: Final = 10.0
"""So many seconds of its rate, beyond a burst, a tenant is refused at most for what was admitted too much."""
_LEAST_SHARE: Final = 0.25
"""The share of a process that had no requests lately, of an equal one."""
_SILENT: Final = 6
"""After so many exchanges without a sign of a process its running requests do not count any more."""

_STALE: Final = 3.0
"""Seconds without an exchange after which what was running in other processes does not count any more."""

_FORGOTTEN: Final = 10_000
"""Counters that were gone for a while go on; after so many exchanges those of a process are new ones."""

_LEARNING: Final = 4
"""At so many first exchanges a process learns from others what is left."""

_Header = tuple[bytes, bytes]


class Counters(msgspec.Struct):
    """What one process has counted for a tenant.

    :ivar beat: grows with each writing.
    :ivar tokens: what is left of the whole rate, as this process knows; negative if it was exceeded.
    :ivar rows_added: without those that were deleted, and with ``rows_open``.
    :ivar rows_open: those that belong to transactions that have not ended.
    """

    beat: int = 0
    asked: int = 0
    admitted: int = 0
    running: int = 0
    tokens: int = 0
    rows_added: int = 0
    rows_open: int = 0


class _Other:
    """Another process, as last seen."""

    __slots__ = ("counters", "silent")

    def __init__(self, counters: Counters) -> None:
        self.counters, self.silent = counters, 0


class TenantRate:
    """Admits requests of one tenant.

    :param now: seconds of a clock that only increases, as in all methods.
    :ivar limits: the limits at present; see :meth:`change`.
    :ivar own: the counters that other processes read.
    :ivar used_at: when the last request came, or records were written by a job.
    """

    __slots__ = (
        "_at",
        "_burst",
        "_exchanged_at",
        "_heard",
        "_learns",
        "_level",
        "_others",
        "_policies",
        "_rate",
        "_room",
        "_running_elsewhere",
        "_seen",
        "_share",
        "_tokens",
        "limits",
        "own",
        "used_at",
    )

    def __init__(self, limits: Limits, now: float) -> None:
        self.own = Counters()
        self._others: dict[str, _Other] | None = None
        self._learns, self._heard = _LEARNING, inf
        self._seen = Counters()
        self._share, self._running_elsewhere = 1.0, 0
        self._at = self._exchanged_at = now
        self.used_at = -inf
        self._room = inf
        self._policies: list[_Header] = []
        self.limits = Limits("")
        self._rate = self._burst = self._level = self._tokens = 0.0
        self.change(limits)

    def change(self, limits: Limits) -> None:
        """Apply other limits from now on. What is under way, and tokens that are left, stay as far as they
        are allowed.
        """
        if limits == self.limits:
            self.limits = limits
            return
        had_rate, self.limits = self._rate > 0, limits
        self._find_room()
        self._rate = float(limits.requests_per_second or 0)
        self._burst = float(limits.burst or limits.requests_per_second or 0)
        self._policies = _policies(limits, self._rate, self._burst)
        if not had_rate:
            self._level = self._tokens = self._burst
        self._level, self._tokens = min(self._level, self._burst), min(self._tokens, self._burst)
        self.own.tokens = int(self._tokens)

    def take(self, now: float) -> None:
        """Take a request's part of the rate.

        Raises :class:`~central.plans.errors.TooManyRequests`, and
        :class:`~central.plans.errors.TooManyConcurrentRequests` if it could not begin now.
        """
        own = self.own
        own.asked += 1
        self.used_at = now
        if own.running >= self._room:
            if now - self._exchanged_at > _STALE:  # nothing was exchanged while there were no requests
                self._running_elsewhere = 0
                self._find_room()
            if own.running >= self._room:
                raise self._too_many()
        if self._rate:
            level = self._refill(now)
            if level < 1.0:
                raise TooManyRequests(int(self._rate), self._seconds_to(1.0))
            self._level = level - 1.0
        own.admitted += 1

    def begin(self) -> None:
        """Begin to execute a request, until :meth:`end`: one whose body has been received.

        Raises :class:`~central.plans.errors.TooManyConcurrentRequests`.
        """
        if self.own.running >= self._room:
            raise self._too_many()
        self.own.running += 1

    def end(self) -> None:
        """End a request that has begun."""
        self.own.running -= 1

    def _too_many(self) -> TooManyConcurrentRequests:
        most = self.limits.concurrent_requests or 0
        return TooManyConcurrentRequests(most, self.own.running + self._running_elsewhere)

    def headers(self) -> list[_Header]:
        """Return the limits of requests and what is left of the rate, as headers.

        https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers-10
        """
        found = self._policies.copy()
        if self._rate:
            level = self._level
            left = int(level) if level > 0.0 else 0
            seconds = ceil((self._burst - level) / (self._rate * self._share)) or 1
            found.append((b"ratelimit", f'"requests";r={left};t={seconds}'.encode()))
        return found

    def exchange(self, others: Mapping[str, Counters], now: float) -> tuple[int, int]:
        """Take note of what the other processes have counted, by their keys; all of it, each time.

        Returns how many rows they have added since last time, and how many belong to open transactions.
        """
        asked, admitted, running, active, *rows = self._of_others(others)
        own = self.own.asked - self._seen.asked
        own_admitted = self.own.admitted - self._seen.admitted
        self._seen.asked, self._seen.admitted = self.own.asked, self.own.admitted
        self._running_elsewhere = running
        self._find_room()
        self._refill(now)
        passed, self._exchanged_at = now - self._exchanged_at, now
        if not asked and self._share == 1.0 and self._heard >= self._level:
            self._tokens = self._level  # alone: it has been exact all the time
            self.own.tokens = int(self._tokens)
            return rows[0], rows[1]
        tokens = self._tokens + passed * self._rate - own_admitted - admitted
        least = -(self._burst + _LONGEST_DEBT * self._rate)
        self._tokens = max(min(tokens, self._burst, self._heard), least)
        self.own.tokens = int(self._tokens)
        self._share = self._part(own, asked, active)
        one = min(self._tokens, 1.0)  # a small rate could not be divided otherwise
        self._level = max(self._tokens * self._share, one) if self._tokens > 0 else self._tokens
        return rows[0], rows[1]

    def _of_others(self, others: Mapping[str, Counters]) -> tuple[int, int, int, int, int, int]:
        """Return what the others asked and admitted since last time, run now, how many were asked, how many
        rows they added, and how many of these are in open transactions.

        What older ones counted before the first time is not known: for that, what is left is taken from
        them at the next few times.
        """
        first, known = self._others is None, self._others or {}
        asked = admitted = running = active = rows = rows_open = 0
        self._heard = inf
        for other in known.values():
            other.silent += 1
        for key, counters in others.items():
            if key not in known:
                known[key] = _Other(counters if first and counters.beat > 1 else Counters())
                if first:  # it may have died: who runs something writes again by the next time but one
                    known[key].silent = _SILENT - 2
            other = known[key]
            before, other.counters = other.counters, counters
            if counters.beat != before.beat:
                other.silent = 0
                if self._learns and not first:
                    self._heard = min(self._heard, counters.tokens)
            asked += counters.asked - before.asked
            active += counters.asked > before.asked
            admitted += counters.admitted - before.admitted
            rows += counters.rows_added - before.rows_added
            if other.silent < _SILENT:
                running += counters.running
                rows_open += counters.rows_open
        self._learns = max(self._learns - 1, 0)
        self._others = {key: one for key, one in known.items() if one.silent < _FORGOTTEN}
        return asked, admitted, running, active, rows, rows_open

    def _part(self, own: int, asked: int, active: int) -> float:
        if not asked:
            return 1.0
        return max(own / (own + asked), _LEAST_SHARE / (active + 1))

    def _find_room(self) -> None:
        """Find how many requests may run here at the same time."""
        most = self.limits.concurrent_requests
        self._room = inf if most is None else most - self._running_elsewhere

    def _refill(self, now: float) -> float:
        """Return the level after what has passed since the last call."""
        level, most = self._level, self._burst * self._share
        if most < 1.0:
            most = 1.0
        if level < most:
            level += (now - self._at) * self._rate * self._share
            if level > most:
                level = most
            self._level = level
        self._at = now
        return level

    def _seconds_to(self, level: float) -> int:
        return max(ceil((level - self._level) / (self._rate * self._share)), 1)


def _policies(limits: Limits, rate: float, burst: float) -> list[_Header]:
    found = []
    if rate:
        found.append(b'"requests";q=%d;w=%d' % (burst, max(ceil(burst / rate), 1)))
    if limits.concurrent_requests is not None:
        found.append(b'"concurrency";q=%d;qu="concurrent-requests"' % limits.concurrent_requests)
    return [(b"ratelimit-policy", b", ".join(found))] if found else []
