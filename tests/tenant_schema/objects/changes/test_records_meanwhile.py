"""Records while definitions change in another process: what was prepared with old ones is done again."""

import io
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any

import pytest
from piccolo.columns import Column

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import SchemaMismatch
from tenant_schema.objects.definitions.drafts import FieldDraft
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.import_csv import ImportOptions, import_csv
from tenant_schema.records.csv.import_report import ImportReport
from tenant_schema.records.errors import InvalidQuery, ValidationFailed
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tests.tenant_schema.objects.changes.conftest import ON_SERVERS
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant

DAY = 86_400.0


class Slow:
    """Another process, which does not look whether definitions have changed."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        catalog = catalog or Catalog(VersionedCache(DEFINITIONS, DAY))
        self._service = RecordService(catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))

    async def create(self, name: str, **body: Any) -> dict[str, Any]:
        return (await self._service.create(SCOPE, MANAGER, name, body)).data

    async def take_in(
        self, name: str, lines: Sequence[str], at: Callable[[int], Awaitable[object]]
    ) -> ImportReport:
        """``at`` is called with how often the object was looked at."""
        looked = count()

        async def open_target() -> Target:
            await at(next(looked))
            return await self._service.targets.open(SCOPE, MANAGER, name, "create")

        file, options = io.BytesIO("\n".join(lines).encode()), ImportOptions(good_lines=True)
        return await import_csv(open_target, file, options, utc_now)

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


NUMBER = FieldDraft(name="number", label="Number", type="auto_number", settings={"format": "N-{0}"})


async def test_a_record_that_is_made_by_old_definitions_is_numbered_all_the_same(
    tenant: Tenant, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tenant.things(name)
    slow, made = Slow(), list[dict[str, Any]]()
    await slow.list(name)

    async def until_all_know(_seconds: float) -> None:
        made.append(await slow.create(name, title="Late"))

    monkeypatch.setattr("tenant_schema.objects.service.sleep", until_all_know)
    await tenant.add_field(name, NUMBER)
    assert "number" not in made[0]
    assert {row["number"] for row in await tenant.rows(name)} == {"N-1", "N-2", "N-3", "N-4"}
    await tenant.drop(name, name)


async def test_lines_that_are_taken_in_after_a_change_are_taken_in_by_it(tenant: Tenant, name: str) -> None:
    await tenant.things(name)

    async def at(looked: int) -> None:
        if looked == 2:  # to begin with, for the first lines, and now for others
            await tenant.add_field(name, NUMBER)
            await tenant.drop_field(name, "note", "note")

    lines = ["title,code", *(f"t{line},c{line}" for line in range(600))]
    report = await Slow(tenant.catalog).take_in(name, lines, at)
    assert (report.created, report.failed) == (600, 0)
    assert {row["number"] for row in await tenant.rows(name)} == {f"N-{one}" for one in range(1, 604)}
    await tenant.drop(name, name)
