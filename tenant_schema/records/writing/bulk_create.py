"""Creates many records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from piccolo.columns import Column

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.portions import in_portions
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.sql.compiler import compile_filter
from tenant_schema.records.writing.bulk import (
    BodyProblems,
    Item,
    each_that_can,
    fail_dangling,
    fail_equal,
    refuse_if_any_failed,
)
from tenant_schema.records.writing.constraints import column_looked_into, visible
from tenant_schema.records.writing.create import insert_numbered, new_values
from tenant_schema.records.writing.record_key import KeyValues, RecordKey
from tenant_schema.records.writing.trashed_values import trashed_among, value_taken

__all__ = ["bulk_create", "explain_refusals"]


async def bulk_create(target: Target, bodies: Sequence[object], now: datetime, *, atomic: bool) -> list[Item]:
    """Create the records with one INSERT for as many as a statement holds. Raises :class:`BulkRefused` when
    ``atomic``.
    """
    room, items = BodyProblems(), list[Item]()
    async for position, body in in_portions(enumerate(bodies)):
        items.append(_checked(target, position, body, now, room))
    if atomic:
        refuse_if_any_failed(items)

    sound = [item for item in items if not item.problems]

    async def write(portion: Sequence[Item]) -> None:
        await insert_numbered(target, [item.values for item in portion], now)

    async def explain(portion: Sequence[Item]) -> None:
        await explain_refusals(target, portion)

    async def work() -> None:
        for item in sound:
            item.fail(0)  # another attempt
        await fail_dangling(target, ((item, item.values) for item in sound))
        await fail_equal(target, ((item, item.values) for item in sound if not item.problems))
        await each_that_can(target, [item for item in sound if not item.problems], write, explain)
        if atomic:
            refuse_if_any_failed(items)

    await target.unit(work)
    for item in items:
        if item.problems:
            item.id = None  # nobody has it
        else:
            item.status, item.version = 201, 1
    return items


def _checked(target: Target, position: int, body: object, now: datetime, room: BodyProblems) -> Item:
    """Return the item with validated values, or with the problems of its body."""
    item = Item(position)
    if not isinstance(body, Mapping):
        item.fail(422, Problem("", "wrong-type", "Must be an object."))
        return item
    collector = room.collector()
    item.values = new_values(target, body, now, collector)
    item.id = item.values["id"]
    item.refuse(collector)
    room.spend(collector)
    return item


async def explain_refusals(target: Target, items: Sequence[Item]) -> None:
    """Fail items whose unique values are taken by other records or earlier items, and items whose lookups
    refer to no record. One statement for each unique field and each lookup.
    """
    for name, field in target.model.fields.items():
        if field.type.name == "lookup":
            await _explain_lookup(target, field, items)
        elif field.unique and not field.read_only:
            await _explain_unique(target, name, items)
    for index in target.model.indexes:
        if index.unique:
            await _explain_index(target, index, items)


async def _explain_unique(target: Target, name: str, items: Sequence[Item]) -> None:
    having = [item for item in items if item.values.get(name) is not None]
    owners = await _owners(target, name, [item.values[name] for item in having])
    losing = [item for item in having if owners.setdefault(item.values[name], item.id) != item.id]
    trashed = await trashed_among(target, list({owners[item.values[name]] for item in losing}))
    for item in losing:
        item.fail(409, *item.problems, value_taken(name, trashed.get(owners[item.values[name]])))


async def _explain_index(target: Target, index: ObjectIndex, items: Sequence[Item]) -> None:
    key = RecordKey(tuple([target.model.fields[name] for name in index.names]))
    having = [
        (item, tuple([item.values[name] for name in key.names]))
        for item in items
        if all(item.values.get(name) is not None for name in key.names)
    ]
    owners = await _owners_of_key(target, key, [values for _, values in having])
    losing: list[tuple[Item, Any]] = [
        (item, owner) for item, key in having if (owner := owners.setdefault(key, item.id)) != item.id
    ]
    trashed = await trashed_among(target, list({owner for _, owner in losing}))
    fields = visible(target, index.names)
    for item, owner in losing:
        taken = [value_taken(name, trashed.get(owner), fields) for name in fields]
        item.fail(409, *item.problems, *taken)


async def _owners_of_key(target: Target, key: RecordKey, keys: Sequence[KeyValues]) -> dict[Any, Any]:
    """Return the ids of records with these keys, in the trash or not."""
    if not keys:
        return {}
    columns = target.model.columns
    selected = [columns[name].as_alias(name) for name in ("id", *key.names)]
    where = compile_filter(key.matching(keys), columns, target.dialect)
    assert where is not None, "a condition"
    rows = await target.model.table.select(*selected).where(where)
    return {tuple([row[name] for name in key.names]): row["id"] for row in rows}


async def _owners(target: Target, name: str, values: Sequence[Any]) -> dict[Any, Any]:
    """Return the ids of records with these values, in the trash or not."""
    if not values:
        return {}
    columns = target.model.columns
    query = target.model.table.select(columns["id"].as_alias("id"), columns[name].as_alias("value"))
    return {row["value"]: row["id"] for row in await query.where(columns[name].is_in(list(values)))}


async def _explain_lookup(target: Target, field: FieldModel, items: Sequence[Item]) -> None:
    having = [item for item in items if item.values.get(field.name) is not None]
    if not having:
        return
    column = column_looked_into(target, field)
    wanted = {item.values[field.name] for item in having}
    there = set() if column is None else await _among(column, wanted)
    if field.settings["target"] == target.model.name:
        there |= {item.id for item in items}  # lines of a file may refer to those above
    for item in having:
        value = item.values[field.name]
        if value not in there:
            message = f"There is no {field.settings['target']} record {value}."
            item.fail(422, *item.problems, Problem(field.name, "reference-not-found", message))


async def _among(column: Column, values: set[Any]) -> set[Any]:
    """Return the given values that exist."""
    rows = await column._meta.table.select(column.as_alias("value")).where(column.is_in(list(values)))
    return {row["value"] for row in rows}
