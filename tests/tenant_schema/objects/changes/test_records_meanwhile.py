"""Records while definitions change in another process: what was prepared with old ones is done again."""

from typing import Any

import pytest
from piccolo.columns import Column

from piccolo_conf import DB
from piccolo_engines.errors import SchemaMismatch
from tenant_schema.objects.catalog import Catalog
from tenant_schema.objects.drafts import FieldDraft
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.records.cursors import Cursors
from tenant_schema.records.errors import InvalidQuery, ValidationFailed
from tenant_schema.records.service import RecordService
from tenant_schema.users.versions import DEFINITIONS, VersionedCache
from tests.tenant_schema.objects.changes.conftest import ON_SERVERS
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant

DAY = 86_400.0


class Slow:
    """Another process, which does not look whether definitions have changed."""

    def __init__(self) -> None:
        catalog = Catalog(VersionedCache(DEFINITIONS, DAY))
        self._service = RecordService(catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))

    async def create(self, name: str, **body: Any) -> dict[str, Any]:
        return (await self._service.create(SCOPE, MANAGER, name, body)).data

    async def list(self, name: str, *pairs: tuple[str, str]) -> list[dict[str, Any]]:
        return list((await self._service.page(SCOPE, MANAGER, name, pairs)).data)


async def test_a_field_that_went_is_not_missed(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    slow = Slow()
    assert "note" in (await slow.list(name))[0]
    await tenant.drop_field(name, "note", "note")
    assert "note" not in await slow.create(name, title="Four")
    await tenant.drop_field(name, "code", "code")
    assert "code" not in (await slow.list(name))[0]
    await tenant.drop_field(name, "stage", "stage")
    with pytest.raises(InvalidQuery):
        await slow.list(name, ("filter[stage]", "won"))
    await tenant.drop(name, name)
    with pytest.raises(ObjectNotFound):
        await slow.list(name)


async def test_an_object_made_again_under_its_name_is_the_new_one(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    slow = Slow()
    assert len(await slow.list(name)) == 3
    await tenant.drop(name, name)
    await tenant.things(name)
    await slow.create(name, title="Four")
    assert len(await slow.list(name)) == 4
    await tenant.drop(name, name)


@ON_SERVERS
async def test_a_value_that_a_narrower_field_does_not_take_is_refused_by_name(
    tenant: Tenant, name: str
) -> None:
    await tenant.things(name)
    slow = Slow()
    await slow.list(name)
    await tenant.change_field(name, "note", {"settings": {"maxLength": 20}})
    with pytest.raises(ValidationFailed) as refused:
        await slow.create(name, title="Four", note="x" * 30)
    assert [one.field for one in refused.value.problems] == ["note"]
    await tenant.drop(name, name)


async def test_what_does_not_come_from_a_change_is_told_as_it_is(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    slow = Slow()
    await slow.list(name)
    model = await tenant.model(name)
    column: Column = model.columns["note"]
    await DB.run_ddl(f'ALTER TABLE "{model.table_name}" DROP COLUMN "{column._meta.db_column_name}"')
    with pytest.raises(SchemaMismatch):
        await slow.create(name, title="Four")
    await tenant.service.repair(SCOPE, MANAGER)
    await slow.create(name, title="Four")
    await tenant.drop(name, name)


async def test_a_field_that_is_new_takes_part_from_the_next_look_on(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    slow = Slow()
    await slow.list(name)
    await tenant.add_field(name, FieldDraft(name="extra", label="Extra", type="text", default="x"))
    assert "extra" not in (await slow.list(name))[0]  # nothing has told it
    assert "extra" in (await Slow().list(name))[0]
    await tenant.drop(name, name)
