"""Computes how long to wait after failed attempts, from one counter.

The first attempts are free. After that, each attempt blocks further ones for twice as long as the one
before, up to a maximum. Attempts that are refused while blocked are not counted, so an attacker cannot keep
an account blocked for ever longer. After ``window`` without attempts the counter starts again.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["ACCOUNT", "ADDRESS", "Attempts", "BackOff", "after_attempt", "seconds_to_wait"]


@dataclass(frozen=True, slots=True)
class BackOff:
    """A rule.

    :param free: attempts that do not block.
    :param first: how long the first block lasts. :param longest: how long a block lasts at most.
    :param window: after which time without attempts the counter starts again.
    """

    free: int
    first: timedelta
    longest: timedelta
    window: timedelta


ACCOUNT = BackOff(5, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=24))
# Whole offices share one address, and come in together at nine.
ADDRESS = BackOff(50, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Attempts:
    """The state of an account or address. ``failures`` includes attempts whose outcome is not known yet."""

    failures: int
    last_at: datetime
    blocked_until: datetime | None = None


def seconds_to_wait(attempts: Attempts, now: datetime) -> int:
    """Return the whole seconds until the next attempt is allowed; 0 if it is allowed now."""
    if attempts.blocked_until is None:
        return 0
    return max(0, math.ceil((attempts.blocked_until - now).total_seconds()))


def after_attempt(attempts: Attempts, now: datetime, back_off: BackOff) -> Attempts:
    """Return the state after one more attempt is allowed, before its outcome is known."""
    forgotten = now - attempts.last_at >= back_off.window
    failures = 1 if forgotten else attempts.failures + 1
    doublings = failures - back_off.free
    if doublings < 0:
        return Attempts(failures, now)
    # 2 ** 30 times any first wait is longer than every longest one; beyond that the product would overflow.
    wait = min(back_off.first * 2 ** min(doublings, 30), back_off.longest)
    return Attempts(failures, now, now + wait)
