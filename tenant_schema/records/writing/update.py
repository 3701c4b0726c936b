"""Changes a record: locks, validates and writes it and its history, in one transaction."""

from datetime import datetime
from uuid import UUID

from tenant_schema.preconditions import Versions
from tenant_schema.problems import ProblemCollector
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import RecordNotFound
from tenant_schema.records.history.write import Action, Entry, changed
from tenant_schema.records.query.model import Query
from tenant_schema.records.reading.plans import plan_record
from tenant_schema.records.reading.read import read_record
from tenant_schema.records.record import Record, Row
from tenant_schema.records.writing.archived_options import problems_of_archived
from tenant_schema.records.writing.constraints import accept, refusals, refuse_equal
from tenant_schema.records.writing.quotas import require_storage
from tenant_schema.records.writing.rows import lock_record, record_after_write, write_changes
from tenant_schema.records.writing.validation import Body, Stored, parse_changes

__all__ = ["change_locked", "change_record"]


async def change_record(
    target: Target, record_id: UUID, body: Body, if_match: Versions, now: datetime
) -> Record:
    """Change a record. A body that changes nothing leaves the version as it is.

    Raises :class:`ValidationFailed`, :class:`RecordNotFound`, :class:`VersionMismatch`,
    :class:`UniqueConflict`, :class:`ChangeDenied`.
    """
    require_storage()
    collector = ProblemCollector()
    values = parse_changes(body, collector, target.rights)
    if collector.problems:
        await accept(target, await _changed_lookups(target, record_id, values), collector)

    async def change() -> Row:
        return await change_locked(
            target, await lock_record(target, record_id, if_match, target.rights.update), values, now
        )

    async with refusals(target, values):
        written = await target.unit(change)
    return await record_after_write(target, written, values)


async def _changed_lookups(target: Target, record_id: UUID, values: Stored) -> Stored:
    """Return the lookups among the values that differ from the record's current values, as far as the caller
    may read them.
    """
    given = {
        name: one for name, one in values.items() if one and target.model.fields[name].type.name == "lookup"
    }
    names = tuple([name for name in given if name in target.rights.readable])
    plan = plan_record(target, Query(names))
    try:
        shown = (await read_record(target, record_id, plan)).data if names else {}
    except RecordNotFound:
        shown = {}
    return {name: value for name, value in given.items() if str(value) != shown.get(name)}


async def change_locked(target: Target, current: Row, values: Stored, now: datetime) -> Row:
    """Write what differs, and keep it in the history; the record as it is then. A lookup that stays as it is
    may lead to what is not there for the caller. Raises :class:`ValidationFailed` for others that do.
    """
    changes = {name: value for name, value in values.items() if value != current[name]}
    if not changes:
        return current
    collector = ProblemCollector()
    collector.extend(problems_of_archived(target, changes, current))
    await accept(target, changes, collector)
    await refuse_equal(target, current["id"], changes)
    kept = changed(current, changes, target.model.fields)
    entry = Entry(current["id"], current["version"] + 1, Action.UPDATE, kept) if kept else None
    return await write_changes(target, current, changes, now, entry, is_last=True)
