"""Changes many records: reads and locks them with one statement, and writes one statement for each set of
fields.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.querystring import QueryString

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.id import parse_id
from tenant_schema.objects.model.packing import packed_changes
from tenant_schema.portions import in_portions
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.history.write import Action, Entry, changed, keep
from tenant_schema.records.query.model import ALL, And, Condition, Filter
from tenant_schema.records.record import Row
from tenant_schema.records.sql.statements import locked
from tenant_schema.records.writing.archived_options import problems_of_archived
from tenant_schema.records.writing.bulk import (
    BodyProblems,
    Item,
    each_that_can,
    fail_dangling,
    fail_equal,
    refuse_if_any_failed,
)
from tenant_schema.records.writing.bulk_create import explain_refusals
from tenant_schema.records.writing.quotas import require_storage
from tenant_schema.records.writing.search_words import words_of
from tenant_schema.records.writing.validation import parse_changes

__all__ = ["begin_again", "bulk_update", "change_items", "lock_items", "named_items"]


async def bulk_update(target: Target, bodies: Sequence[object], now: datetime, *, atomic: bool) -> list[Item]:
    """Each body has the record's id beside what it changes, and may have the version that it must be at.

    Raises :class:`BulkRefused` when ``atomic``.
    """
    items, room = named_items(bodies), BodyProblems()
    async for item in in_portions(items):
        _check(target, item, room)
    if atomic:
        refuse_if_any_failed(items)
    sound = [item for item in items if not item.problems]
    versions = [item.version for item in sound]

    async def work() -> None:
        begin_again(sound, versions)
        await change_items(target, sound, now)
        if atomic:
            refuse_if_any_failed(items)

    await target.unit(work)
    return items


def begin_again(items: Iterable[Item], versions: Iterable[int | None]) -> None:
    """Forget what an attempt has decided: a transaction is repeated after a deadlock.

    :param versions: those that were asked for.
    """
    for item, version in zip(items, versions, strict=True):
        item.fail(0)
        item.version = version


def named_items(bodies: Sequence[object]) -> list[Item]:
    """Items that say which records they are about; each record may be named once."""
    items, seen = [], set[UUID]()
    for position, body in enumerate(bodies):
        item = Item(position)
        items.append(item)
        if not isinstance(body, Mapping):
            item.fail(422, Problem("", "wrong-type", "Must be an object."))
            continue
        item.values = dict(body)
        problems = [*_read_id(item), *_read_version(item)]
        if item.id in seen:
            problems.append(Problem("id", "duplicate", "This record is named twice."))
        if problems:
            item.fail(422, *problems)
        elif item.id is not None:
            seen.add(item.id)
    return items


def _read_id(item: Item) -> list[Problem]:
    try:
        item.id = parse_id(item.values.pop("id", None))
    except InvalidValue as error:
        return [Problem("id", error.code, error.message)]
    return []


def _read_version(item: Item) -> list[Problem]:
    version = item.values.pop("version", None)
    if version is None or (isinstance(version, int) and not isinstance(version, bool)):
        item.version = version
        return []
    return [Problem("version", "wrong-type", "Must be a whole number.")]


def _check(target: Target, item: Item, room: BodyProblems) -> None:
    if item.problems:
        return
    collector = room.collector()
    item.values = parse_changes(item.values, collector, target.rights)
    item.refuse(collector)
    room.spend(collector)


async def lock_items(
    target: Target, items: Sequence[Item], allowed: Filter, *, with_trash: bool = False
) -> dict[UUID, Row]:
    """Return the records as they are, locked in the order of their ids; items that cannot be had fail."""
    rows = await _rows(target, items, allowed, with_trash=with_trash)
    missing = [item for item in items if item.id not in rows]
    may_read = allowed != ALL and target.access.allows(target.model.name, "read")
    forbidden = await _rows(target, missing, ALL, with_trash=with_trash) if may_read else {}
    for item in missing:
        if item.id in forbidden:
            item.fail(403, Problem("", "permission-denied", "Your roles do not allow this with the record."))
        else:
            item.fail(404, Problem("id", "record-not-found", "There is no such record."))
    for item in items:
        row = rows.get(item.id) if item.id else None
        if row is not None and item.version not in {None, row["version"]}:
            message = f"The record is at version {row['version']}, not {item.version}."
            item.fail(412, Problem("version", "version-mismatch", message))
    return rows


async def _rows(
    target: Target, items: Sequence[Item], allowed: Filter, *, with_trash: bool
) -> dict[UUID, Row]:
    if not items:
        return {}
    wanted: Filter = Condition("id", "in", tuple(sorted(item.id for item in items if item.id)))
    values: list[object] = []
    where = target.records(
        wanted if allowed == ALL else And((wanted, target.rule(allowed))), values, with_trash=with_trash
    )
    statement = locked(target.model, where, target.dialect)
    return {row["id"]: row for row in await target.run(statement, values)}


async def change_items(target: Target, items: Sequence[Item], now: datetime) -> None:
    """Lock, compare, write, keep; in a transaction. Items that cannot be changed fail."""
    rows = await lock_items(target, items, target.rights.update)
    given = [
        (item, {name: one for name, one in item.values.items() if one != rows[item.id][name]})
        for item in items
        if item.id is not None and not item.problems
    ]
    for item, values in given:
        if item.id is not None and (problems := problems_of_archived(target, values, rows[item.id])):
            item.fail(422, *problems)
    given = [(item, values) for item, values in given if not item.problems]
    await fail_dangling(target, given)
    await fail_equal(target, [(item, values) for item, values in given if not item.problems])
    found = [(item, rows[item.id]) for item in items if item.id is not None and not item.problems]
    groups: defaultdict[tuple[str, ...], list[Item]] = defaultdict(list)
    for item, row in found:
        differing = tuple(name for name, value in item.values.items() if value != row[name])
        item.status, item.version = 200, row["version"] + bool(differing)
        if differing:
            groups[differing].append(item)
    for names, group in groups.items():
        await _write_group(target, group, rows, names, now)
    entries = [
        Entry(row["id"], row["version"] + 1, Action.UPDATE, changes)
        for item, row in found
        if item.status == 200 and (changes := changed(row, item.values, target.model.fields))
    ]
    await keep(target, entries, now)


async def _write_group(
    target: Target, group: Sequence[Item], rows: Mapping[UUID, Row], names: tuple[str, ...], now: datetime
) -> None:
    async def write(portion: Sequence[Item]) -> None:
        written = [rows[item.id] | item.values for item in portion if item.id is not None]
        require_storage()
        await target.run_together(_update(target, portion, names, now), *words_of(target, written, names))

    async def explain(portion: Sequence[Item]) -> None:
        await explain_refusals(target, portion)

    await each_that_can(target, group, write, explain)


def _update(target: Target, items: Sequence[Item], names: tuple[str, ...], now: datetime) -> QueryString:
    """Build one UPDATE of the named fields of all the items."""
    columns = target.model.columns
    values: dict[Column | str, Any] = {columns[name]: _value(target, items, name) for name in names}
    values |= {
        columns["version"]: QueryString("{} + 1", columns["version"]),
        columns["updated_at"]: now,
        columns["updated_by"]: target.access.user_id,
    }
    ids = [item.id for item in items]
    values |= target.dialect.written_keys(values)
    if target.dialect.is_packed(target.model):
        values = packed_changes(target.model, values)
    query = target.model.table.update(values, use_auto_update=False).where(columns["id"].is_in(ids))
    return query.querystrings[0]


def _value(target: Target, items: Sequence[Item], name: str) -> object:
    """Return the new value of a column: the value that all items share, or a CASE over ids, which Piccolo
    cannot express.
    """
    first = items[0].values[name]
    if all(item.values[name] == first for item in items):
        return QueryString("{}", first)
    pairs = [value for item in items for value in (item.id, item.values[name])]
    return QueryString(f"CASE {{}} {'WHEN {} THEN {} ' * len(items)}END", target.model.columns["id"], *pairs)
