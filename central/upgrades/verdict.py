"""Whether tenants work as before since their upgrade, by the requests that they get. Pure functions.

A tenant is compared with itself before, and with those that are not upgraded yet: what goes wrong for these,
too, is no fault of the upgrade. Few requests prove nothing, so that a difference counts if it is unlikely to
be chance.
"""

import math
from dataclasses import dataclass
from typing import Final

__all__ = ["NO_TRAFFIC", "Traffic", "fault_of", "fault_of_all"]

_FEWEST_FAULTS: Final = 3
_CHANCE: Final = 1e-4
"""A share of faults is worse if as many would come about by chance less often than this."""
_PRIOR: Final = (0.1, 10.0)
"""Faults and requests that are assumed in addition: without any traffic before, 1 % are expected to fail."""
_FEWEST_TIMED: Final = 20
_SLOWER: Final = 2.0
_SLOWER_BY: Final = 0.05
"""Requests are slower if their mean is so many times that of before, and so many seconds more."""
_ALL_TIMED: Final = 100
_ALL_SLOWER: Final = 1.5
_ALL_SLOWER_BY: Final = 0.02


@dataclass(slots=True)
class Traffic:
    """Requests, those of them with a fault (5xx), and the seconds that they took."""

    requests: int = 0
    faults: int = 0
    seconds: float = 0.0

    def add(self, requests: int, faults: int, seconds: float) -> None:
        """Count more of them."""
        self.requests += requests
        self.faults += faults
        self.seconds += seconds

    @property
    def mean(self) -> float:
        """The mean duration of a request."""
        return self.seconds / self.requests if self.requests else 0.0

    @property
    def expected(self) -> float:
        """The share of faults to be expected by this traffic; never 0."""
        return (self.faults + _PRIOR[0]) / (self.requests + _PRIOR[1])


NO_TRAFFIC: Final = Traffic()


def fault_of(after: Traffic, before: Traffic, others_now: Traffic, others_before: Traffic) -> str | None:
    """Return why a tenant does not work as before, as a sentence; None if it does, or if that is not known.

    :param after: its traffic since its upgrade. :param before: the same until then.
    :param others_now: of those that are not upgraded, since the first ones are. :param others_before: until
        then.
    """
    if _fails(after, before, others_now):
        return _failing(after, before)
    drift = _drift(others_now, others_before)
    if _is_slower(after, before, drift, _FEWEST_TIMED, (_SLOWER, _SLOWER_BY)):
        return _slow(after, before)
    return None


def fault_of_all(after: Traffic, before: Traffic, others_now: Traffic, others_before: Traffic) -> str | None:
    """As :func:`fault_of` for all upgraded tenants together: slighter differences count."""
    if _fails(after, before, others_now):
        return _failing(after, before)
    drift = _drift(others_now, others_before)
    if _is_slower(after, before, drift, _ALL_TIMED, (_ALL_SLOWER, _ALL_SLOWER_BY)):
        return _slow(after, before)
    return None


def _fails(after: Traffic, before: Traffic, others: Traffic) -> bool:
    if after.faults < _FEWEST_FAULTS:
        return False
    expected = max(before.expected, others.expected)
    if after.faults <= expected * after.requests:
        return False
    return _chance_of(after.faults, after.requests, min(expected, 1.0)) < _CHANCE


def _chance_of(faults: int, requests: int, share: float) -> float:
    """Return a bound on the chance of at least so many faults: Chernoff's, for a share above the expected.

    https://en.wikipedia.org/wiki/Chernoff_bound: exp(-n D(a || p)).
    """
    found = faults / requests
    if share >= 1.0:
        return 1.0
    divergence = found * math.log(found / share)
    if found < 1.0:
        divergence += (1 - found) * math.log((1 - found) / (1 - share))
    return math.exp(-requests * divergence)


def _drift(now: Traffic, before: Traffic) -> float:
    """How many times longer the requests of others take now."""
    if min(now.requests, before.requests) < _FEWEST_TIMED or not before.mean:
        return 1.0
    return max(now.mean / before.mean, 1.0)


def _is_slower(
    after: Traffic, before: Traffic, drift: float, fewest: int, bounds: tuple[float, float]
) -> bool:
    if min(after.requests, before.requests) < fewest:
        return False
    expected = before.mean * drift
    return after.mean > bounds[0] * expected and after.mean - expected > bounds[1]


def _failing(after: Traffic, before: Traffic) -> str:
    return (
        f"{after.faults} of {after.requests} requests failed since the upgrade, and {before.faults} of "
        f"{before.requests} before."
    )


def _slow(after: Traffic, before: Traffic) -> str:
    return (
        f"Requests take {after.mean * 1000:.0f} ms since the upgrade, and took {before.mean * 1000:.0f} ms "
        "before."
    )
