"""Locks, inserts, updates and destroys rows of records, within a transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from tenant_schema.preconditions import Versions, are_met
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import ChangeDenied, RecordNotFound, VersionMismatch
from tenant_schema.records.history.write import Entry, insertions
from tenant_schema.records.query.model import ALL, And, Condition, Filter
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.reading.exists import exists
from tenant_schema.records.record import Record, Row
from tenant_schema.records.sql.statement_cache import Statement, repeated
from tenant_schema.records.sql.statements import destroy, insert, locked, update
from tenant_schema.records.writing.quotas import adding_rows
from tenant_schema.records.writing.search_words import Words, words_of, words_written

__all__ = [
    "destroy_record",
    "insert_records",
    "lock_record",
    "record_after_write",
    "write_changes",
]


async def insert_records(target: Target, records: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with a value for every column, and their search words, in one round trip.

    Raises what the tenant's quota raises.
    """
    await adding_rows(target, len(records), partial(_insert, target, records))


async def _insert(target: Target, records: Sequence[Mapping[str, Any]]) -> None:
    plan = target.plan(lambda: _insertion(target), "insert", target.model.words_table)
    columns = plan.columns
    values = [record[name] for record in records for name in columns]
    bound = repeated(plan.row, len(records)).bind(values)
    if plan.words is None:
        await target.run_together(bound)
    else:
        await target.run_together(bound, plan.words.insert(records))


@dataclass(frozen=True, slots=True)
class _Insertion:
    """How new records are inserted: the INSERT of one row, its columns, and the words, if there are any."""

    row: Statement
    columns: tuple[str, ...]
    words: Words | None


def _insertion(target: Target) -> _Insertion:
    row = insert(target.model, target.dialect)
    return _Insertion(row, tuple(target.model.columns), words_written(target))


async def lock_record(
    target: Target,
    record_id: UUID,
    if_match: Versions,
    allowed: Filter,
    *,
    with_trash: bool = False,
) -> Row:
    """Lock a record until the transaction ends, and return all its columns in stored form.

    :param allowed: the caller's rule for what is about to be done, such as ``target.rights.update``.

    Raises :class:`RecordNotFound`, :class:`ChangeDenied` when the caller may read the record and the rule
    does not let it pass, and :class:`VersionMismatch` when it is not at the version asked for.
    """
    values: list[object] = []
    if allowed == ALL:
        where = target.record(record_id, values, with_trash=with_trash)
    else:
        wanted = And((Condition("id", "eq", record_id), target.rule(allowed)))
        where = target.records(wanted, values, with_trash=with_trash)
    statement = target.plan(lambda: locked(target.model, where, target.dialect), "lock", where)
    rows = await target.run(statement, values)
    if not rows:
        if allowed != ALL and await exists(target, record_id, with_trash=with_trash):
            raise ChangeDenied(target.model.name, record_id)
        raise RecordNotFound(target.model.name, record_id)
    if not are_met(if_match, rows[0]["version"]):
        raise VersionMismatch(if_match, target.record_of(rows[0]))
    return rows[0]


async def record_after_write(target: Target, stored: Row, changed: Collection[str]) -> Record:
    """Return a record that the caller created or changed. Executes one more statement when the change may
    have hidden the record from the caller, who then gets its id and version only.
    """
    rule = target.rights.read
    if rule is ALL or _fields_of(rule).isdisjoint(changed) or await exists(target, stored["id"]):
        return target.record_of(stored)
    return target.bare_record_of(stored)


def _fields_of(rule: Filter) -> frozenset[str]:
    """Return the record's own fields that the rule looks at, lookups on the way to other records included."""
    return frozenset([name.partition(".")[0] for name in fields_of(rule)])


async def write_changes(
    target: Target,
    current: Row,
    changes: Mapping[str, Any],
    now: datetime,
    entry: Entry | None,
    *,
    is_last: bool = False,
) -> Row:
    """Change a locked record, at the version it was read at, to its next version, in one round trip with its
    words and its history. Returns the record as it is then.

    :param entry: what is written into the history.
    :param is_last: nothing follows in the unit of work (:meth:`Target.run_together`).
    """
    stamps = {"version": current["version"] + 1, "updated_at": now, "updated_by": target.access.user_id}
    written = dict(sorted(changes.items())) | stamps
    statement = target.plan(
        lambda: update(target.model, tuple(written), target.dialect), "update", tuple(written)
    )
    values = [*written.values(), current["id"], current["version"]]
    full = current | written
    history = () if entry is None else insertions(target, [entry], now)
    words = words_of(target, [full], changes)
    await target.run_together(statement.bind(values), *words, *history, is_last=is_last)
    return full


async def destroy_record(target: Target, record_id: UUID) -> None:
    """Delete the row of a locked record."""
    await target.run(target.plan(lambda: destroy(target.model), "destroy"), [record_id])
