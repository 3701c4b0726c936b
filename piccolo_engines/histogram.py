"""Histogram: counts durations by upper bounds, as Prometheus' histograms do."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

__all__ = ["SECONDS", "Histogram"]

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The bounds of requests, statements and waits."""


class Histogram:
    """Durations in seconds. May be added to from several threads: a rare lost count does no harm."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    @property
    def count(self) -> int:
        """How many durations were added."""
        return sum(self._counts)

    def samples(self, name: str, labels: str = "") -> Iterator[str]:
        """Return the samples in Prometheus' text format.

        :param labels: such as ``server="db:3306"``.

        >>> histogram = Histogram((0.1,))
        >>> histogram.add(0.5)
        >>> list(histogram.samples("wait"))[:3]
        ['wait_bucket{le="0.1"} 0', 'wait_bucket{le="+Inf"} 1', 'wait_sum 0.500000']
        """
        total, before = 0, f"{labels}," if labels else ""
        for bound, count in zip((*self._bounds, "+Inf"), self._counts, strict=True):
            total += count
            yield f'{name}_bucket{{{before}le="{bound}"}} {total}'
        after = f"{{{labels}}}" if labels else ""
        yield f"{name}_sum{after} {self._sum:.6f}"
        yield f"{name}_count{after} {total}"
