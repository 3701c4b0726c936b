"""Finds records in the trash that hold a unique value, as far as the caller may read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.conditions import equals, is_one_of
from tenant_schema.records.query.model import ALL, IN_TRASH, And, Condition, Filter
from tenant_schema.records.sql.statements import Source, reading

__all__ = ["Trashed", "restorable_by_value", "trashed_among", "trashed_with", "value_taken"]


@dataclass(frozen=True, slots=True)
class Trashed:
    """A record in the trash that the caller may read; ``restorable`` when it may be restored, too."""

    id: UUID
    restorable: bool


async def trashed_with(target: Target, values: Mapping[str, Any]) -> Trashed | None:
    """Return the record in the trash that has these values, by the names of their fields."""
    wanted = And(tuple([equals(target.model.fields[name], value) for name, value in values.items()]))
    return next(iter((await _trashed(target, wanted)).values()), None)


async def trashed_among(target: Target, ids: Sequence[UUID]) -> Mapping[UUID, Trashed]:
    """Return the given records that are in the trash, by id."""
    return await _trashed(target, Condition("id", "in", tuple(sorted(ids)))) if ids else {}


async def restorable_by_value(
    target: Target, field: FieldModel, values: Sequence[object]
) -> Mapping[object, UUID]:
    """Return the records in the trash with these values that the caller may restore, by the comparable form
    of the shown value.
    """
    if not values or not target.access.allows(target.model.name, "delete"):
        return {}
    wanted = And((is_one_of(field, tuple(sorted(set(values), key=str))), target.rule(target.rights.delete)))
    rows = await _rows(target, wanted, field.name)
    return {field.type.comparable(row[field.name]): UUID(row["id"]) for row in rows}


async def _trashed(target: Target, wanted: Filter) -> dict[UUID, Trashed]:
    name, rule = target.model.name, target.rights.delete
    if not target.access.allows(name, "read"):
        return {}
    ids = [UUID(row["id"]) for row in await _rows(target, wanted)]
    open_ids = set(ids) if target.access.allows(name, "delete") else set[UUID]()
    if open_ids and rule != ALL:
        these = And((Condition("id", "in", tuple(ids)), target.rule(rule)))
        open_ids = {UUID(row["id"]) for row in await _rows(target, these)}
    return {one: Trashed(one, one in open_ids) for one in ids}


async def _rows(target: Target, wanted: Filter, *names: str) -> list[dict[str, Any]]:
    """Return the records in the trash that match and that the caller may read."""
    values: list[object] = []
    where = target.records(And((IN_TRASH, wanted)), values, with_trash=True)
    plan = target.plan(
        lambda: reading(Source(target.model, where), ("id", *names), None, target.dialect),
        *("trashed", names, where),
    )
    return (await target.read(plan, values)).shown()


def value_taken(field: str, trashed: Trashed | None = None) -> Problem:
    """Return the problem of a value that another record has, perhaps one in the trash."""
    if trashed is None:
        return Problem(field, "unique", "Another record has the same value.")
    if not trashed.restorable:
        message = "A record in the trash has the same value; somebody who may restore it can destroy it."
        return Problem(field, "unique", message, in_trash=True)
    message = f"Record {trashed.id} in the trash has the same value: restore it, or destroy it."
    return Problem(field, "unique", message, in_trash=True, record=str(trashed.id))
