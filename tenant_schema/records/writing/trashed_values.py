"""Finds records that hold a unique key, in the trash or not, as far as the caller may read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.conditions import equals
from tenant_schema.records.query.model import ALL, IN_TRASH, And, Condition, Filter
from tenant_schema.records.sql.statements import Source, reading
from tenant_schema.records.writing.record_key import KeyValues, RecordKey

__all__ = ["Trashed", "ids_by_key", "restorable_by_key", "trashed_among", "trashed_with", "value_taken"]


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


async def ids_by_key(target: Target, key: RecordKey, keys: Sequence[KeyValues]) -> Mapping[object, UUID]:
    """Return the records in use with these keys that the caller may read, by the keys' comparable form."""
    if not keys:
        return {}
    values: list[object] = []
    where = target.records(key.matching(keys), values)
    names = tuple(dict.fromkeys(("id", *key.names)))
    plan = reading(Source(target.model, where), names, None, target.dialect)
    rows = (await target.read(plan, values)).shown()
    return {key.comparable_row(row): UUID(row["id"]) for row in rows}


async def restorable_by_key(
    target: Target, key: RecordKey, keys: Sequence[KeyValues]
) -> Mapping[object, UUID]:
    """Return the records in the trash with these keys that the caller may restore, by the comparable form of
    the key.
    """
    if not keys or not target.access.allows(target.model.name, "delete"):
        return {}
    wanted = And((key.matching(keys), target.rule(target.rights.delete)))
    rows = await _rows(target, wanted, *key.names)
    return {key.comparable_row(row): UUID(row["id"]) for row in rows}


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


def value_taken(field: str, trashed: Trashed | None = None, together: Sequence[str] = ()) -> Problem:
    """Return the problem of a value that another record has, perhaps one in the trash.

    :param together: the fields that are unique together, if there are several.
    """
    what = f"the same {', '.join(together)}" if len(together) > 1 else "the same value"
    if trashed is None:
        return Problem(field, "unique", f"Another record has {what}.")
    if not trashed.restorable:
        message = f"A record in the trash has {what}; somebody who may restore it can destroy it."
        return Problem(field, "unique", message, in_trash=True)
    message = f"Record {trashed.id} in the trash has {what}: restore it, or destroy it."
    return Problem(field, "unique", message, in_trash=True, record=str(trashed.id))
