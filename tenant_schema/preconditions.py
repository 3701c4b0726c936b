"""The versions of a record or a definition that a writer accepts (``If-Match``).

A record counts its versions. A definition has the times of the last changes of its rows; their digest is a
number that stands for them.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

__all__ = [
    "ANY_VERSION",
    "Outdated",
    "Versions",
    "are_met",
    "digest_version",
    "require_version",
    "row_version",
]

Versions: TypeAlias = int | Collection[int] | None
"""One version or several. None: the writer does not care, not even whether there is a record."""

ANY_VERSION: Final[Collection[int]] = range(1, 2**63)
"""There must be a record, at whatever version."""
_MOST: Final = 10**18 - 1
"""The largest version of a definition: entity tags take 18 digits."""


class Outdated(Exception):
    """A definition is not at the version that was asked for. ``current`` is what the caller may see of the
    present one, where it is known.
    """

    code = "version-mismatch"
    current: Mapping[str, Any] | None = None

    def __init__(self) -> None:
        super().__init__("This has been changed since the version that If-Match names.")


def are_met(wanted: Versions, version: int) -> bool:
    """Return whether a record at ``version`` will do.

    >>> are_met(None, 7), are_met(7, 7), are_met({5, 6}, 7), are_met(ANY_VERSION, 7)
    (True, True, False, True)
    """
    if wanted is None or wanted == version:
        return True
    return not isinstance(wanted, int) and version in wanted


def digest_version(content: bytes) -> int:
    """Return a number that stands for this content: from 1 on, of 18 digits at most."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest()) % _MOST + 1


def row_version(*changed_at: datetime | None) -> int:
    """Return the version of a definition whose rows were last changed at these times; None for never."""
    times = [f"{one.timestamp():.6f}" for one in changed_at if one is not None]
    return digest_version(" ".join(times).encode())


def require_version(wanted: Versions, version: int) -> None:
    """Raise :class:`Outdated` unless a definition at ``version`` will do."""
    if not are_met(wanted, version):
        raise Outdated
