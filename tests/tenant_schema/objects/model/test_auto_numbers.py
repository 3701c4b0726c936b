"""Automatic numbers have neither gaps nor doubles, whoever creates records at the same time."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import CounterMissing
from tenant_schema.objects.fields.number_format import NumberFormat
from tenant_schema.objects.model.auto_numbers import (
    create_counter,
    drop_counters,
    number_records,
    raise_counter,
    skip_taken_numbers,
    take_numbers,
)
from tenant_schema.objects.model.model import FieldModel, ObjectModel, object_model
from tenant_schema.objects.tables import AutoNumber
from tests.support.record_tables import make_table
from tests.tenant_schema.objects.databases import Bound

DAY = date(2026, 2, 28)


def defined(*fields: FieldDraft) -> ObjectModel:
    return object_model(*object_rows(ObjectDraft(name="bills", label="", plural_label="", fields=fields)))


def numbered(name: str, **settings: object) -> FieldDraft:
    return FieldDraft(name=name, label=name, type="auto_number", settings=settings)


BILLS = defined(numbered("number", format="INV-{YYYY}-{000}"), numbered("ticket", format="{0}", start=900))


@pytest.fixture
async def bills(any_database: Bound) -> ObjectModel:
    await AutoNumber.create_table()
    await make_table(BILLS)
    for field in fields_of(BILLS):
        await create_counter(field)
    return BILLS


def fields_of(model: ObjectModel) -> list[FieldModel]:
    return [model.fields["number"], model.fields["ticket"]]


async def insert(model: ObjectModel, **values: object) -> None:
    now = datetime(2024, 12, 31, 23, 59, tzinfo=UTC)
    every = {"created_at": now, "updated_at": now, **values}
    await model.table.insert(model.table({model.columns[name]: value for name, value in every.items()}))


async def create(model: ObjectModel, *, failing: bool = False) -> None:
    """A creator as the record service is one: numbers, then the row, or a change of mind."""
    async with DB.transaction():
        texts = await take_numbers(model, 1, DAY)
        await insert(model, **{name: values[0] for name, values in texts.items()})
        if failing:
            raise RuntimeError


async def numbers(model: ObjectModel, name: str) -> list[str]:
    column = model.columns[name]
    rows = await model.table.select(column.as_alias("value")).order_by(model.columns["id"])
    return [row["value"] for row in rows]


async def test_fifty_creators_at_once_get_fifty_numbers_one_after_the_other(bills: ObjectModel) -> None:
    await asyncio.gather(*(create(bills) for _ in range(50)))
    found = await numbers(bills, "number")
    assert sorted(found) == [f"INV-2026-{number:03}" for number in range(1, 51)]
    assert sorted(await numbers(bills, "ticket")) == [str(number) for number in range(900, 950)]


async def test_what_is_rolled_back_leaves_no_gap(bills: ObjectModel) -> None:
    results = await asyncio.gather(
        *(create(bills, failing=turn % 3 == 0) for turn in range(30)), return_exceptions=True
    )
    assert sum(isinstance(result, RuntimeError) for result in results) == 10
    assert sorted(await numbers(bills, "ticket")) == [str(number) for number in range(900, 920)]


async def test_many_numbers_cost_two_statements(bills: ObjectModel, any_database: Bound) -> None:
    statements: list[str] = []
    async with DB.transaction():
        any_database.on_statement = statements.append
        texts = await take_numbers(bills, 1000, DAY)
        any_database.on_statement = None
    assert len(statements) == 2
    assert (texts["number"][0], texts["number"][999]) == ("INV-2026-001", "INV-2026-1000")
    assert (await take_numbers(bills, 1, DAY))["ticket"] == ["1900"]


async def test_an_object_without_such_a_field_costs_no_statement() -> None:
    assert await take_numbers(defined(), 5, DAY) == {}


async def test_records_that_are_there_already_are_numbered_oldest_first(bills: ObjectModel) -> None:
    ids = sorted(new_id() for _ in range(1100))
    await bills.table.insert(
        *(
            bills.table(
                {bills.columns["id"]: one, bills.columns["created_at"]: datetime(2024, 5, 1, tzinfo=UTC)}
            )
            for one in reversed(ids)
        )
    )
    number, _ = fields_of(bills)
    assert await number_records(bills, number) == 1100
    assert await numbers(bills, "number") == [f"INV-2024-{at:03}" for at in range(1, 1101)]
    assert set(await numbers(bills, "ticket")) == {None}
    assert await number_records(bills, number) == 0
    assert (await take_numbers(bills, 1, DAY))["number"] == ["INV-2026-1101"]


async def test_numbering_goes_on_where_it_was_broken_off(bills: ObjectModel) -> None:
    await insert(bills)
    assert await number_records(bills, bills.fields["number"]) == 1
    await insert(bills)
    await insert(bills)
    assert await number_records(bills, bills.fields["number"]) == 2
    assert await numbers(bills, "number") == ["INV-2024-001", "INV-2024-002", "INV-2024-003"]


async def test_a_counter_is_made_once_and_never_goes_back(bills: ObjectModel) -> None:
    _, ticket = fields_of(bills)
    await take_numbers(bills, 5, DAY)
    await create_counter(ticket)
    await raise_counter(ticket.id, 10)
    assert (await take_numbers(bills, 1, DAY))["ticket"] == ["905"]
    await raise_counter(ticket.id, 2000)
    assert (await take_numbers(bills, 1, DAY))["ticket"] == ["2000"]


async def test_a_new_format_repeats_no_number_that_is_taken(bills: ObjectModel) -> None:
    for taken in ("17", "1234", "no number", None):
        await insert(bills, ticket=taken)
    async with DB.transaction():
        await skip_taken_numbers(bills, bills.fields["ticket"], NumberFormat.read("{0}"))
    assert (await take_numbers(bills, 1, DAY))["ticket"] == ["1235"]
    async with DB.transaction():
        await skip_taken_numbers(bills, bills.fields["ticket"], NumberFormat.read("T-{0}"))
    assert (await take_numbers(bills, 1, DAY))["ticket"] == ["1236"]


async def test_without_its_counter_a_field_gives_no_number(bills: ObjectModel) -> None:
    await drop_counters([bills.fields["ticket"].id])
    with pytest.raises(CounterMissing):
        await take_numbers(bills, 1, DAY)
    await drop_counters([])
    assert await AutoNumber.count() == 1
