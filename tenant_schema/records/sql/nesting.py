"""Builds nested objects from paths in rows: ``account.name`` becomes ``name`` of the object ``account``."""

from collections.abc import Sequence
from dataclasses import dataclass

from tenant_schema.records.query.paths import prefixes_of

__all__ = ["Nest", "flat_names", "nests"]


@dataclass(frozen=True, slots=True)
class Nest:
    """An object to build under ``path`` of a row.

    :ivar members: the name of each value in the row, and in the object. The first is the id of the record; if
        it is null, so is the object.
    """

    path: str
    members: tuple[tuple[str, str], ...]


def flat_names(names: Sequence[str]) -> tuple[str, ...]:
    """The fields and paths to select: the path of the id takes the place of a lookup that has other paths.

    >>> flat_names(["id", "account", "account.name"])
    ('id', 'account.name', 'account.id')
    """
    prefixes = prefixes_of(names)
    if not prefixes:
        return tuple(names)
    flat = [name for name in names if name not in prefixes]
    return tuple(dict.fromkeys([*flat, *(f"{prefix}.id" for prefix in prefixes)]))


def nests(names: Sequence[str]) -> tuple[Nest, ...]:
    """The objects to build from a row with these fields and paths, the innermost first."""
    prefixes = prefixes_of(names)
    if not prefixes:
        return ()
    everything = (*flat_names(names), *prefixes)
    return tuple(
        Nest(prefix, _members(prefix, everything)) for prefix in sorted(prefixes, key=_depth, reverse=True)
    )


def _depth(path: str) -> int:
    return path.count(".")


def _members(prefix: str, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The members directly under the prefix, the id first."""
    start = len(prefix) + 1
    found = {name: name[start:] for name in names if name.rpartition(".")[0] == prefix}
    return tuple(({f"{prefix}.id": "id"} | found).items())
