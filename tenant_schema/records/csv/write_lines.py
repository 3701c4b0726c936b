"""Writes a portion of CSV lines in one transaction: updates, restores and creates records, in the order that
references between lines require.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo_engines.columns import new_id
from tenant_schema.portions import in_portions
from tenant_schema.problems import Problem, ProblemCollector
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.columns import Column
from tenant_schema.records.csv.lookups import CsvRow, fail_dependents, find_lookups
from tenant_schema.records.record import Row
from tenant_schema.records.writing.bulk import Item, each_that_can, fail_dangling, fail_equal
from tenant_schema.records.writing.bulk_create import explain_refusals
from tenant_schema.records.writing.bulk_restore import restore_items
from tenant_schema.records.writing.bulk_update import change_items
from tenant_schema.records.writing.create import completed, insert_numbered
from tenant_schema.records.writing.record_key import RecordKey
from tenant_schema.records.writing.trashed_values import ids_by_key, restorable_by_key

__all__ = ["runs_without_repetition", "write_rows"]


def runs_without_repetition(rows: Sequence[CsvRow], key: RecordKey | None) -> list[list[CsvRow]]:
    """Split the lines into runs with unique keys. A later line with the same key updates the record of an
    earlier one.
    """
    runs, seen = [list[CsvRow]()], set[Any]()
    for row in rows:
        value = None if key is None or row.key is None else key.comparable(row.key)
        if value is not None and value in seen:
            runs.append([])
            seen.clear()
        seen.add(value)
        runs[-1].append(row)
    return runs


async def write_rows(
    target: Target, columns: Sequence[Column], key: RecordKey | None, rows: Sequence[CsvRow], now: datetime
) -> None:
    """Write the valid lines in one transaction. The others fail with their problems."""
    sound = [row for row in rows if not row.item.problems]
    if not sound:
        return

    async def work() -> None:
        for row in sound:  # another attempt begins as the first one did
            row.item.fail(0)
            row.item.id, row.item.version, row.item.values = None, None, dict(row.values)
            row.above, row.is_new = {}, True
        await _name(target, key, sound, now)
        await find_lookups(target, columns, sound)
        await _complete(target, sound, now)
        for group in _groups(sound):
            fail_dependents(group)
            good = [row for row in group if not row.item.problems]
            await change_items(target, [row.item for row in good if not row.is_new], now)
            await _create(target, [row for row in good if row.is_new], now)

    await target.unit(work)


async def _name(target: Target, key: RecordKey | None, rows: Sequence[CsvRow], now: datetime) -> None:
    """Assign each line the id of an existing, a restored or a new record."""
    keyed = [row for row in rows if row.key is not None]
    there = {} if key is None else await ids_by_key(target, key, [row.key for row in keyed])
    for row in keyed:
        found = there.get(key.comparable(row.key)) if key is not None else None
        row.item.id, row.is_new = found, found is None
        if found is None and key is not None and key.is_id:
            message = "There is no record with this id; leave the cell empty to create one."
            row.fail(404, Problem("id", "record-not-found", message))
    if key is not None and not key.is_id:
        await _restore(target, key, [row for row in keyed if row.is_new], now)
    for row in rows:
        row.item.id = row.item.id or new_id()


async def _restore(target: Target, key: RecordKey, rows: Sequence[CsvRow], now: datetime) -> None:
    """Restore records with these keys from the trash, if the caller may."""
    trashed = await restorable_by_key(target, key, [row.key for row in rows])
    found = [row for row in rows if key.comparable(row.key) in trashed]
    for row in found:
        row.item.id, row.is_new = trashed[key.comparable(row.key)], False
    await restore_items(target, [row.item for row in found], now)


async def _complete(target: Target, rows: Sequence[CsvRow], now: datetime) -> None:
    """Add defaults and system fields to lines that create records."""
    async for row in in_portions(rows):
        if row.is_new and not row.item.problems:
            collector = ProblemCollector()
            row.item.values = completed(target, row.item.values, now, collector) | {"id": row.item.id}
            row.item.refuse(collector)


def _groups(rows: Sequence[CsvRow]) -> list[list[CsvRow]]:
    """Split the lines into groups, in each of which updates are written before creations. An update that
    refers to a record created by an earlier line starts a new group.
    """
    groups, created = [list[CsvRow]()], set[int]()
    for row in rows:
        if not row.is_new and any(id(above) in created for above in row.above.values()):
            groups.append([])
            created.clear()
        if row.is_new:
            created.add(id(row))
        groups[-1].append(row)
    return groups


async def _create(target: Target, rows: Sequence[CsvRow], now: datetime) -> None:
    """Insert the records in the order of their lines: records exist before lines that refer to them."""

    async def write(portion: Sequence[Item]) -> None:
        await insert_numbered(target, [item.values for item in portion], now)

    async def explain(portion: Sequence[Item]) -> None:
        await explain_refusals(target, portion)
        fail_dependents(rows)

    created = {row.item.id for row in rows}  # not there yet, and known to nobody
    await fail_dangling(target, [(row.item, _without(row.item.values, created)) for row in rows])
    await fail_equal(target, [(row.item, row.item.values) for row in rows if not row.item.problems])
    fail_dependents(rows)
    await each_that_can(target, [row.item for row in rows if not row.item.problems], write, explain)
    fail_dependents(rows)
    for row in rows:
        row.item.status = row.item.status or 201


def _without(values: Row, ids: Collection[UUID | None]) -> Row:
    """Return the values without lookups to these records."""
    return {name: one for name, one in values.items() if not (isinstance(one, UUID) and one in ids)}
