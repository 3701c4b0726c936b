"""Automatic numbers through the record service: no gap and no double, whoever fails beside whom."""

import asyncio

import pytest

from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.auto_numbers import create_counter
from tenant_schema.objects.model.model import object_model
from tenant_schema.objects.tables import AutoNumber
from tenant_schema.records.errors import UniqueConflict, ValidationFailed
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.records.tables import RecordHistory
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.support.record_tables import make_table
from tests.tenant_schema.objects.databases import Bound
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller, Models

BILLS = object_model(
    *object_rows(
        ObjectDraft(
            name="bills",
            label="Bill",
            plural_label="Bills",
            fields=(
                FieldDraft(name="number", label="Number", type="auto_number", settings={"format": "{000}"}),
                FieldDraft(name="code", label="Code", type="text", unique=True),
                FieldDraft(name="name", label="Name", type="text", required=True),
            ),
        )
    )
)


@pytest.fixture
async def bills(any_database: Bound, scope: TenantScope, access: Access) -> Caller:
    for table in (User, RecordHistory, AutoNumber):
        await table.create_table().run()
    await make_table(BILLS)
    await create_counter(BILLS.fields["number"])
    await User(id=access.user_id, email=access.email).save()
    service = RecordService(Models(BILLS), Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
    return Caller(service, scope, access, "bills")


async def numbers(bills: Caller) -> list[str]:
    return [row["number"] for row in (await bills.page(("limit", "200"), ("sort", "number"))).data]


def counted(number: int) -> list[str]:
    return [f"{one:03}" for one in range(1, number + 1)]


async def test_fifty_creators_at_once_of_whom_some_fail(bills: Caller) -> None:
    await bills.create(name="first", code="taken")
    acts = [
        bills.create(name="x", code="taken") if place % 5 == 0
        else bills.create(count="no such field") if place % 7 == 0
        else bills.create(name=str(place), code=f"c{place}")
        for place in range(50)
    ]  # fmt: skip
    done = await asyncio.gather(*acts, return_exceptions=True)
    failed = [one for one in done if isinstance(one, Exception)]
    assert {type(one) for one in failed} == {UniqueConflict, ValidationFailed}
    made = [one.data["number"] for one in done if not isinstance(one, BaseException)]
    assert len(made) == 50 - len(failed) == 34
    assert await numbers(bills) == counted(1 + len(made))
    assert sorted(made) == counted(1 + len(made))[1:]


async def test_the_records_of_a_bulk_are_numbered_in_their_order(bills: Caller) -> None:
    await bills.create(name="first", code="taken")
    bodies = [{"name": str(place), "code": "taken" if place in (2, 5) else f"c{place}"} for place in range(8)]
    found = await bills.bulk("create", *bodies)
    assert [item.status for item in found].count(409) == 2
    assert await numbers(bills) == counted(7)
    in_order = (await bills.page(("sort", "number"))).data
    assert [row["name"] for row in in_order] == ["first", "0", "1", "3", "4", "6", "7"]
    put, _ = await bills.put(("code", "new"), {"name": "put"})
    assert put.data["number"] == "008"


async def test_a_number_costs_two_statements(bills: Caller, sent_anywhere: Counting) -> None:
    with sent_anywhere() as sent:
        await bills.create(name="x")
    assert [one.split(" ", 1)[0] for one in sent] == ["UPDATE", "SELECT", "INSERT"]


async def test_nobody_sets_a_number(bills: Caller) -> None:
    with pytest.raises(ValidationFailed):
        await bills.create(name="x", number="007")
