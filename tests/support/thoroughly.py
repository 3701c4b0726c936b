"""How often a test repeats itself with other data: more often with ``TEST_THOROUGHLY=1``, as in `.ci/run`."""

import os
from collections.abc import Sequence
from math import ceil
from typing import TypeVar

__all__ = ["THOROUGHLY", "some_of", "times"]

THOROUGHLY = os.environ.get("TEST_THOROUGHLY") == "1"
_T = TypeVar("_T")


def times(usual: int, thoroughly: int) -> int:
    """How many repetitions there are now."""
    return thoroughly if THOROUGHLY else usual


def some_of(everything: Sequence[_T], usual: int) -> Sequence[_T]:
    """All, or at most ``usual`` ones that are spread over the whole."""
    return everything if THOROUGHLY else everything[:: ceil(len(everything) / usual)]
