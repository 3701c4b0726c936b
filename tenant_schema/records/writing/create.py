"""Creates a record: values from the body, defaults and system fields, and one INSERT."""

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any

from piccolo_engines.columns import new_id
from tenant_schema.objects.model.auto_numbers import counted_fields, take_numbers
from tenant_schema.problems import ProblemCollector
from tenant_schema.records.access.target import Target
from tenant_schema.records.record import Record, Row
from tenant_schema.records.writing.archived_options import problems_of_archived
from tenant_schema.records.writing.constraints import accept, refusals, refuse_equal
from tenant_schema.records.writing.creation_plan import creation_plan
from tenant_schema.records.writing.rows import insert_records, record_after_write
from tenant_schema.records.writing.validation import Body, fill_in, parse_creation

__all__ = ["completed", "create_record", "insert_numbered", "new_values"]


def new_values(target: Target, body: Body, now: datetime, collector: ProblemCollector) -> Row:
    """Everything in the new record but its numbers; the caller is its owner unless the body says
    otherwise.
    """
    plan = creation_plan(target)
    values = plan.parse(body)
    if values is None:
        values = parse_creation(body, target.model.fields, collector, target.rights)
    if plan.archives:
        collector.extend(problems_of_archived(target, values))
    return _stamped(target, values, body, now)


def completed(target: Target, values: Row, now: datetime, collector: ProblemCollector) -> Row:
    """As :func:`new_values`, of values that are in stored form already."""
    plan = creation_plan(target)
    full = plan.complete(values)
    if full is None:
        full = dict(values)
        fill_in(full, values, target.model.fields, collector, target.rights)
    if plan.archives:
        collector.extend(problems_of_archived(target, full))
    return _stamped(target, full, values, now)


def _stamped(target: Target, values: Row, given: Container[str], now: datetime) -> Row:
    """Add what the system sets."""
    me = target.access.user_id
    if "owner" not in given:
        values["owner"] = me
    values["id"], values["version"] = new_id(), 1
    values["created_by"] = values["updated_by"] = me
    values["created_at"] = values["updated_at"] = now
    values["deleted_at"] = None
    return values


async def create_record(target: Target, body: Body, now: datetime) -> Record:
    """Raises :class:`ValidationFailed`, :class:`UniqueConflict`."""
    collector, plan = ProblemCollector(), creation_plan(target)
    values = new_values(target, body, now, collector)
    if plan.refers or collector.problems:
        await accept(target, values, collector)
    if plan.compares:
        await refuse_equal(target, values["id"], values)
    async with refusals(target, values):
        if plan.counts:
            await insert_numbered(target, [values], now)
        else:
            await insert_records(target, [values])
    return await record_after_write(target, values, values)


async def insert_numbered(target: Target, records: Sequence[dict[str, Any]], now: datetime) -> None:
    """Insert the records: one statement for all, and two more where the object counts its records. The
    numbers are put into the records.
    """
    fields = target.model.fields
    if not target.plan(lambda: counted_fields(fields.values()), "counted"):
        await insert_records(target, records)
        return

    async def insert() -> None:
        for name, numbers in (await take_numbers(target.model, len(records), now.date())).items():
            for record, number in zip(records, numbers, strict=True):
                record[name] = number
        await insert_records(target, records)

    await target.unit(insert)
