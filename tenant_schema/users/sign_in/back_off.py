"""How long to wait after how many failed attempts: pure arithmetic over one counter.

The first few attempts are free. From then on each attempt closes the door for twice as long as the one
before, up to a longest time; what is refused at the closed door is not counted, so an attacker cannot keep an
account shut for ever longer. After a quiet ``window`` all is forgotten.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["ACCOUNT", "ADDRESS", "Attempts", "BackOff", "after_attempt", "seconds_to_wait"]


@dataclass(frozen=True, slots=True)
class BackOff:
    """How many attempts are free, how long the door is shut first and at most, and when all is forgotten."""

    free: int
    first: timedelta
    longest: timedelta
    window: timedelta


ACCOUNT = BackOff(5, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=24))
# Whole offices share one address, and come in together at nine.
ADDRESS = BackOff(50, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is known of an account or address: attempts that did not turn out well (yet), the shut door."""

    failures: int
    last_at: datetime
    blocked_until: datetime | None = None


def seconds_to_wait(attempts: Attempts, now: datetime) -> int:
    """Whole seconds until the next attempt is let in; 0 when it is now."""
    if attempts.blocked_until is None:
        return 0
    return max(0, math.ceil((attempts.blocked_until - now).total_seconds()))


def after_attempt(attempts: Attempts, now: datetime, back_off: BackOff) -> Attempts:
    """The state once one more attempt is let in, before it is known how it turns out."""
    forgotten = now - attempts.last_at >= back_off.window
    failures = 1 if forgotten else attempts.failures + 1
    doublings = failures - back_off.free
    if doublings < 0:
        return Attempts(failures, now)
    # 2 ** 30 times any first wait is longer than every longest one; beyond that the product would overflow.
    wait = min(back_off.first * 2 ** min(doublings, 30), back_off.longest)
    return Attempts(failures, now, now + wait)
