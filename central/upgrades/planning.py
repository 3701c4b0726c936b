"""The waves of an upgrade: which tenants are upgraded when, and how many may fail. Pure functions."""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import msgspec

__all__ = ["MOST_WAVES", "UpgradeOptions", "allowed_failures", "parse_share", "waves_of"]

MOST_WAVES: Final = 20
_SHARE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)%")


class UpgradeOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How tenants are upgraded.

    :ivar canary: slugs of the tenants of the first wave.
    :ivar waves: shares of all tenants that are upgraded at the end of each further wave.
    :ivar soak_seconds: how long the traffic is watched at the end of each wave.
    :ivar max_failures: the share of a wave's tenants that may fail before the upgrade stops.
    :ivar parallel: how many tenants are upgraded at a time.
    """

    canary: Sequence[str] = ()
    waves: Sequence[float] = (1.0,)
    soak_seconds: float = 60.0
    max_failures: float = 0.01
    parallel: int = 4


def parse_share(text: str) -> float:
    """Return the share that a text such as ``12.5%`` says. Raises ValueError.

    >>> parse_share("1%"), parse_share("100%")
    (0.01, 1.0)
    """
    found = _SHARE.fullmatch(text.strip())
    if found is None or float(found[1]) > 100:
        raise ValueError(f"{text!r} is no share from 0% to 100%.")
    return float(found[1]) / 100


def waves_of(
    tenants: Iterable[tuple[UUID, str]], canary: Sequence[str], shares: Sequence[float]
) -> list[list[UUID]]:
    """Divide the tenants among the waves. Each is in one wave at most; waves may be empty.

    The order is that of a hash of the ids: it has nothing to do with their age, and is the same each time.

    :param tenants: ids and slugs.
    :param shares: the shares of the tenants that are upgraded at the end of each wave, in ascending order.
    """
    known = dict(tenants)
    first = [id_ for id_, slug in known.items() if slug in set(canary)]
    ordered = sorted(known, key=lambda id_: hashlib.sha256(id_.bytes).digest())
    rest, done = [id_ for id_ in ordered if id_ not in set(first)], len(first)
    waves = [first] if canary else []
    for share in shares:
        count = max(math.ceil(share * len(known) - 1e-9) - done, 0)
        waves.append(rest[:count])
        rest, done = rest[count:], done + count
    return waves


def allowed_failures(size: int, share: float) -> int:
    """Return how many tenants of a wave of this size may fail.

    >>> allowed_failures(50, 0.01), allowed_failures(300, 0.01)
    (0, 3)
    """
    return math.floor(share * size + 1e-9)
