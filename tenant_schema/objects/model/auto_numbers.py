"""The counters of auto_number fields: where records get their numbers from, without gaps and without doubles.

A counter is a row, raised in the transaction of the insert. The row stays locked until that ends, so creators
of one object number their records one after the other, and what is rolled back gives its numbers back. Take
numbers last before the insert, so that the lock is short.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.errors import CounterMissing
from tenant_schema.objects.fields.auto_number import number_format
from tenant_schema.objects.fields.number_format import NumberFormat
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.objects.tables import AutoNumber

__all__ = [
    "counted_fields",
    "drop_counters",
    "make_counter",
    "number_records",
    "raise_counter",
    "skip_taken_numbers",
    "take_numbers",
]

_BATCH = 500


def counted_fields(fields: Iterable[FieldModel]) -> list[FieldModel]:
    """Those of the fields that have a counter."""
    return [field for field in fields if field.type.name == "auto_number"]


async def take_numbers(model: ObjectModel, count: int, day: date) -> Mapping[str, Sequence[str]]:
    """The next ``count`` values of every auto_number field of an object, by its name, in order.

    Two statements, however many fields and records; none when the object has no such field. To be called in
    the transaction of the insert, and ``day`` is the day (UTC) on which the records are made.

    :raises CounterMissing: a field has no counter, which only a half-made change can bring about.
    """
    fields = {field.id: field for field in counted_fields(model.fields.values()) if field.id}
    if not fields:
        return {}
    first = await _advance(list(fields), count)
    return {field.name: _texts(field, first[field_id], [day] * count) for field_id, field in fields.items()}


async def make_counter(field: FieldModel) -> None:
    """A counter that begins with the field's ``start``; one that is there already is left as it is."""
    await AutoNumber.insert(AutoNumber(field=field.id, next_value=field.settings["start"])).on_conflict(
        AutoNumber.field, "DO NOTHING"
    )


async def drop_counters(field_ids: Sequence[UUID]) -> None:
    """Forget how far these fields have counted; those without a counter do not matter."""
    if field_ids:
        await AutoNumber.delete().where(AutoNumber.field.is_in(list(field_ids)))


async def raise_counter(field_id: UUID, at_least: int) -> None:
    """See to it that the next number is not below ``at_least``; a counter never goes back."""
    counter = (AutoNumber.field == field_id) & (AutoNumber.next_value < at_least)
    await AutoNumber.update({AutoNumber.next_value: at_least}).where(counter)


async def number_records(model: ObjectModel, field: FieldModel) -> int:
    """Give a number to every record without one, those in the trash too, oldest first; how many there were.

    In small transactions, so that others are not kept waiting, and again after a crash: what has a number
    keeps it. The counter has to be there, ``model`` has the field and its column is in the database.
    """
    numbered, last = 0, None
    while True:
        async with DB.transaction():
            rows = await _without_number(model, field, last)
            if rows:
                await _number(model, field, rows)
        if not rows:
            return numbered
        numbered, last = numbered + len(rows), rows[-1]["id"]


async def skip_taken_numbers(model: ObjectModel, field: FieldModel, new_format: NumberFormat) -> None:
    """Raise the counter past every number that records have already when they are read in the new format.

    ``1{0}`` gave 123 as its 23rd number: when the format becomes ``{0}``, the next one is 124. To be called
    in the transaction in which the format changes; reads the whole column.
    """
    column = model.columns[field.name]
    taken = -1
    async with (
        await model.table.select(column.as_alias("value"))
        .where(column.is_not_null())
        .batch(batch_size=1000) as batches
    ):
        async for rows in batches:
            taken = max(taken, *(_number_or_none(new_format, row["value"]) for row in rows))
    if taken >= 0 and field.id:
        await raise_counter(field.id, taken + 1)


def _number_or_none(new_format: NumberFormat, text: str) -> int:
    number = new_format.number(text)
    return -1 if number is None else number


async def _advance(field_ids: Sequence[UUID], count: int) -> dict[UUID, int]:
    """Raise the counters and give the first number taken from each."""
    these = AutoNumber.field.is_in(list(field_ids))
    await AutoNumber.update({AutoNumber.next_value: AutoNumber.next_value + count}).where(these)
    rows = await AutoNumber.select().where(these)
    first = {row["field"]: row["next_value"] - count for row in rows}
    for field_id in field_ids:
        if field_id not in first:
            raise CounterMissing(field_id)
    return first


def _texts(field: FieldModel, first: int, days: Sequence[date]) -> list[str]:
    written = number_format(field)
    return [written.text(number, day) for number, day in enumerate(days, first)]


async def _without_number(model: ObjectModel, field: FieldModel, last: Any) -> list[dict[str, Any]]:
    """The next records to number, locked. Ids are in the order in which records were made."""
    record_id = model.columns["id"]
    where = model.columns[field.name].is_null()
    if last is not None:
        where = where & (record_id > last)
    selected = (record_id.as_alias("id"), model.columns["created_at"].as_alias("created_at"))
    query = model.table.select(*selected).where(where).order_by(record_id).limit(_BATCH)
    rows: list[dict[str, Any]] = await bound_storage().lock_rows(query)
    return rows


async def _number(model: ObjectModel, field: FieldModel, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement for all the rows: a CASE, which Piccolo has no way to say."""
    assert field.id is not None
    first = await _advance([field.id], len(rows))
    texts = _texts(field, first[field.id], [row["created_at"].date() for row in rows])
    pairs = [value for row, text in zip(rows, texts, strict=True) for value in (row["id"], text)]
    cases = QueryString(f"CASE {{}} {'WHEN {} THEN {} ' * len(rows)}END", model.columns["id"], *pairs)
    ids = [row["id"] for row in rows]
    values: dict[Column | str, Any] = {model.columns[field.name]: cases}
    values |= bound_storage().written_keys(values)
    update = model.table.update(values, use_auto_update=False)
    await update.where(model.columns["id"].is_in(ids))
