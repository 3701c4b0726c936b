"""Finds the records that prevent others from being deleted, by lookups with ``restrict``."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from piccolo_engines.lru import Lru
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import Blocker
from tenant_schema.records.query.model import Condition, SortTerm
from tenant_schema.records.sql.statements import Source, Window, reading
from tenant_schema.records.writing.cascade import Cascade, Reference, Tie, Which, references, referring

__all__ = ["Blocking", "blocked", "restricting", "visible_blockers"]

_COUNTED: Final = 100
_NAMED: Final = 5

Blocking = Mapping[UUID, Sequence[tuple[Reference, UUID]]]


async def blocked(target: Target, cascade: Cascade, which: Which) -> Blocking:
    """Return, for each of the first records that cannot be deleted, the lookups that prevent it and the
    records to which they refer.
    """
    return (await restricting(target, cascade, which))[0]


async def restricting(target: Target, cascade: Cascade, which: Which) -> tuple[Blocking, list[Tie]]:
    """Return the result of :func:`blocked`, and the lookups by which the records to delete refer to one
    another, with the ids of the referring records.
    """
    ties: list[Tie] = []
    found: defaultdict[UUID, list[tuple[Reference, UUID]]] = defaultdict(list)
    going = cascade.ids()
    for model_name, ids in going.items():
        for reference in references(target, model_name, "restrict"):
            model_id = target.schema.objects[model_name].id
            together = going.get(reference.model.name, set())
            rows = await referring(reference, sorted(ids), which)
            if tied := [row["id"] for row in rows if row["id"] in together]:
                ties.append((reference, tied))
            for row in rows:
                if row["id"] not in together:
                    found[cascade.roots[model_id, row["parent"]]].append((reference, row["parent"]))
    return found, ties


async def visible_blockers(target: Target, blocking: Sequence[tuple[Reference, UUID]]) -> list[Blocker]:
    """Return the blockers that the caller may see; none if they may see none of them."""
    parents: dict[tuple[UUID, str], tuple[Reference, set[UUID]]] = {}
    for reference, parent in blocking:
        parents.setdefault((reference.model.id, reference.field.name), (reference, set()))[1].add(parent)
    blockers = [await _blocker(target, reference, sorted(ids)) for reference, ids in parents.values()]
    return [one for one in blockers if one is not None]


async def _blocker(target: Target, reference: Reference, ids: Sequence[UUID]) -> Blocker | None:
    name, field = reference.model.name, reference.field.name
    view = target.schema.readable(name)
    if view is None or field not in view.readable:
        return None
    seen = target.for_view(view, Lru(4))
    values: list[object] = []
    where = seen.records(Condition(field, "in", tuple(ids[:_COUNTED])), values, with_trash=True)
    window = Window((SortTerm("id", descending=False),), _COUNTED)
    plan = reading(Source(seen.model, where), ("id",), window, seen.dialect)
    rows = (await seen.read(plan, values)).shown()
    return Blocker(name, field, len(rows), tuple(row["id"] for row in rows[:_NAMED])) if rows else None
