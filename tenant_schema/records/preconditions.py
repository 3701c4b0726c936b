"""The versions of a record that a writer accepts (``If-Match``)."""

from collections.abc import Collection
from typing import Final, TypeAlias

__all__ = ["ANY_VERSION", "Versions", "are_met"]

Versions: TypeAlias = int | Collection[int] | None
"""One version or several. None: the writer does not care, not even whether there is a record."""

ANY_VERSION: Final[Collection[int]] = range(1, 2**63)
"""There must be a record, at whatever version."""


def are_met(wanted: Versions, version: int) -> bool:
    """Return whether a record at ``version`` will do.

    >>> are_met(None, 7), are_met(7, 7), are_met({5, 6}, 7), are_met(ANY_VERSION, 7)
    (True, True, False, True)
    """
    if wanted is None or wanted == version:
        return True
    return not isinstance(wanted, int) and version in wanted
