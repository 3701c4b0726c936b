"""A unique telephone number is the same however it is written, in every way of writing, on every database."""

import io

import pytest

from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.model import object_model
from tenant_schema.records.csv.import_csv import ImportOptions
from tenant_schema.records.errors import UniqueConflict
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.records.tables import RecordHistory
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.support.record_tables import make_table
from tests.tenant_schema.objects.databases import Bound
from tests.tenant_schema.records.models import Caller, Models

LINES = object_model(
    *object_rows(
        ObjectDraft(
            name="extensions",
            label="Line",
            plural_label="Lines",
            fields=(
                FieldDraft(name="name", label="Name", type="text"),
                FieldDraft(name="number", label="Number", type="phone", unique=True),
            ),
        )
    )
)
ONE, SAME, OTHER = "+49 30 123456", "+49 (30) 12-34-56", "+49 30 654321"


@pytest.fixture
async def numbers(any_database: Bound, scope: TenantScope, access: Access) -> Caller:
    for table in (User, RecordHistory):
        await table.create_table().run()
    await make_table(LINES)
    await User(id=access.user_id, email=access.email).save()
    service = RecordService(Models(LINES), Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
    return Caller(service, scope, access, "extensions")


async def test_another_way_of_writing_it_is_refused(numbers: Caller) -> None:
    one = await numbers.create(name="one", number=ONE)
    other = await numbers.create(name="other", number=OTHER)
    with pytest.raises(UniqueConflict):
        await numbers.create(name="x", number=SAME)
    with pytest.raises(UniqueConflict):
        await numbers.update(other, {"number": SAME})
    body = {"name": "x", "number": SAME}
    assert [item.status for item in await numbers.bulk("create", body)] == [409]
    assert [item.status for item in await numbers.bulk("update", {"id": other.data["id"], **body})] == [409]
    rewritten = await numbers.update(one, {"number": SAME})
    assert rewritten.data["number"] == SAME
    assert await numbers.names(("sort", "name")) == ["one", "other"]


async def test_of_several_at_once_the_first_has_it(numbers: Caller) -> None:
    items = await numbers.bulk("create", {"number": ONE}, {"number": SAME}, {"number": OTHER}, {}, {})
    assert [item.status for item in items] == [201, 409, 201, 201, 201]
    assert [one.field for one in items[1].problems] == ["number"]


async def test_an_upsert_finds_it_and_the_trash_is_reported(numbers: Caller) -> None:
    made, is_new = await numbers.put(("number", ONE), {"name": "one"})
    again, is_new_again = await numbers.put(("number", SAME), {"name": "again"})
    assert (is_new, is_new_again, again.data["id"]) == (True, False, made.data["id"])
    report = await numbers.service.import_csv(
        numbers.scope,
        numbers.access,
        "extensions",
        io.BytesIO(f"number,name\n{SAME},csv\n".encode()),
        ImportOptions(key="number"),
    )
    assert (report.created, report.updated) == (0, 1)
    await numbers.delete(made)
    with pytest.raises(UniqueConflict) as caught:
        await numbers.create(number=SAME)
    assert [(one.in_trash, one.record) for one in caught.value.problems] == [(True, made.data["id"])]
    restored, is_new = await numbers.put(("number", SAME), {"name": "restored"})
    assert (is_new, restored.data["id"]) == (False, made.data["id"])
