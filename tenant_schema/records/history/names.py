"""Names of the records that lookups in a history refer to, as far as the caller may read them today."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import Condition
from tenant_schema.records.query.paths import lookup_target
from tenant_schema.records.sql.statements import Source, reading

__all__ = ["Names", "add_names", "names_of"]

Names: TypeAlias = Mapping[tuple[str, str], str | None]
"""Names by object and id."""

_PORTION: Final = 500
"""Ids in one statement."""
_ENDS: Final = (("from", "fromName"), ("to", "toName"))


async def names_of(target: Target, entries: Iterable[Mapping[str, Any]]) -> Names:
    """Return the names that lookups in these changes need: one statement for each object that they refer to.

    A record in the trash, one that the caller may not read, and one whose name is hidden have none.
    """
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for change in entry["changes"]:
            name = _object_of(target, change)
            if name:
                wanted[name].update(change[end] for end, _ in _ENDS if change[end])
    found: dict[tuple[str, str], str | None] = {}
    for name, ids in wanted.items():
        there = target.related(name)
        if there is not None and there.model.name_field in there.rights.readable:
            ordered = sorted(ids)
            for start in range(0, len(ordered), _PORTION):
                found |= await _read(there, ordered[start : start + _PORTION])
    return found


def add_names(target: Target, entries: Iterable[Mapping[str, Any]], names: Names) -> None:
    """Put the names beside the ids in the changes of lookups: null where there is none for the caller."""
    for entry in entries:
        for change in entry["changes"]:
            name = _object_of(target, change)
            if name:
                change |= {key: names.get((name, change[end])) for end, key in _ENDS}


def _object_of(target: Target, change: Mapping[str, Any]) -> str:
    """Return the name of the object that the changed lookup refers to; empty for another field."""
    return lookup_target(target.readable[change["field"]])


async def _read(target: Target, ids: Sequence[str]) -> dict[tuple[str, str], str | None]:
    values: list[object] = []
    where = target.records(Condition("id", "in", tuple([UUID(one) for one in ids])), values)
    label = target.model.name_field
    plan = target.plan(
        lambda: reading(Source(target.model, where), ("id", label), None, target.dialect, beside=()),
        *("names", label, where),
    )
    rows = (await target.read(plan, values)).shown()
    return {(target.model.name, row["id"]): None if row[label] is None else str(row[label]) for row in rows}
