"""The counters of auto_number fields: numbers are unique and have no gaps.

A counter is a row that is incremented in the transaction of the insert and stays locked until that ends.
Transactions that create records of one object therefore take numbers one after the other, and a rollback
returns them. Numbers are taken immediately before the insert, so that the lock is held briefly.
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
    "create_counter",
    "drop_counters",
    "number_records",
    "raise_counter",
    "skip_taken_numbers",
    "take_numbers",
]

_BATCH = 500


def counted_fields(fields: Iterable[FieldModel]) -> list[FieldModel]:
    """The fields that have a counter: those of the type ``auto_number``."""
    return [field for field in fields if field.type.name == "auto_number"]


async def take_numbers(model: ObjectModel, count: int, day: date) -> Mapping[str, Sequence[str]]:
    """Take the next ``count`` values of each auto_number field of an object. Returns them in order, by the
    name of the field.

    Runs two statements for any number of fields and records, and none when the object has no such field. Has
    to be called in the transaction of the insert.

    :param day: the day in UTC on which the records are created.

    :raises CounterMissing: a field has no counter, which only a half-made change can bring about.
    """
    fields = {field.id: field for field in counted_fields(model.fields.values()) if field.id}
    if not fields:
        return {}
    first = await _advance(list(fields), count)
    return {field.name: _texts(field, first[field_id], [day] * count) for field_id, field in fields.items()}


async def create_counter(field: FieldModel) -> None:
    """Create a counter that begins with the field's ``start``; an existing one is not changed."""
    await AutoNumber.insert(AutoNumber(field=field.id, next_value=field.settings["start"])).on_conflict(
        AutoNumber.field, "DO NOTHING"
    )


async def drop_counters(field_ids: Sequence[UUID]) -> None:
    """Delete the counters of these fields; fields without a counter are ignored."""
    if field_ids:
        await AutoNumber.delete().where(AutoNumber.field.is_in(list(field_ids)))


async def raise_counter(field_id: UUID, at_least: int) -> None:
    """Raise the next number to ``at_least``; a counter is never lowered."""
    counter = (AutoNumber.field == field_id) & (AutoNumber.next_value < at_least)
    await AutoNumber.update({AutoNumber.next_value: at_least}).where(counter)


async def number_records(model: ObjectModel, field: FieldModel) -> int:
    """Number the records without a number, those in the trash included, in the order of creation. Returns how
    many there were.

    Works in short transactions, so that other writers do not wait. It can be repeated after a crash: numbered
    records keep their numbers. The counter and the column have to exist.
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
    """Raise the counter above all numbers that existing values have in a new format.

    The 23rd number of the format ``1{0}`` is 123: when the format becomes ``{0}``, the next number is 124.
    Has to be called in the transaction in which the format changes. Reads the whole column.
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
    """Increment the counters by ``count``. Returns the first number taken from each."""
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
    """The next records to number, locked. The order of ids is the order of creation."""
    record_id = model.columns["id"]
    where = model.columns[field.name].is_null()
    if last is not None:
        where = where & (record_id > last)
    selected = (record_id.as_alias("id"), model.columns["created_at"].as_alias("created_at"))
    query = model.table.select(*selected).where(where).order_by(record_id).limit(_BATCH)
    rows: list[dict[str, Any]] = await bound_storage().lock_rows(query)
    return rows


async def _number(model: ObjectModel, field: FieldModel, rows: Sequence[Mapping[str, Any]]) -> None:
    """Number the rows with one UPDATE. Piccolo has no CASE for values."""
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
