"""Counters and numbers of ``auto_number`` fields during schema changes."""

from collections.abc import Sequence
from uuid import UUID

from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.changes.decide.operations import NumberRecords
from tenant_schema.objects.fields.auto_number import number_format
from tenant_schema.objects.model.auto_numbers import (
    create_counter,
    drop_counters,
    number_records,
    raise_counter,
    skip_taken_numbers,
)
from tenant_schema.objects.model.model import ObjectModel, field_model, object_model
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.objects.model.rows import FieldRow

__all__ = ["forget_numbers", "number", "write_counters"]

_AUTO_NUMBER = "auto_number"


async def number(intent: Intent, operation: NumberRecords) -> None:
    """Number every record that has no number; the field's definition need not be valid yet."""
    new = [row for row in intent.fields.insert if str(row.id) == operation.field]
    model = await _model_of(operation.table, new)
    field = next(one for one in model.fields.values() if str(one.id) == operation.field)
    await create_counter(field)
    await number_records(model, field)


async def forget_numbers(operation: NumberRecords) -> None:
    """Delete the counter of a field whose addition is undone."""
    await drop_counters([UUID(operation.field)])


async def write_counters(intent: Intent) -> None:
    """Create counters for new fields, delete those of dropped ones, and raise those whose format or start
    changed.

    Call it in the transaction of the definitions, after they are written.
    """
    await drop_counters(intent.fields.delete)
    for row in intent.fields.insert:
        if row.type == _AUTO_NUMBER:
            await create_counter(field_model(row))
    for update in intent.fields.update:
        settings = update.values.get("settings", {})
        if "format" in settings:
            await _skip_taken(update.id)
            await raise_counter(update.id, settings["start"])


async def _skip_taken(field_id: UUID) -> None:
    for row, fields in await load_rows():
        for one in fields:
            if one.id == field_id and one.type == _AUTO_NUMBER:
                model = object_model(row, fields)
                field = model.fields[one.name]
                await skip_taken_numbers(model, field, number_format(field))


async def _model_of(table: str, new: Sequence[FieldRow]) -> ObjectModel:
    """The model of the object with that table, including fields that are not valid yet."""
    for row, fields in await load_rows():
        if row.table_name == table:
            known = {one.id for one in fields}
            return object_model(row, [*fields, *(one for one in new if one.id not in known)])
    raise AssertionError(table)
