"""Objects with more texts than a row has room for, on every database: some share a document on MySQL."""

from typing import Any
from uuid import UUID

import pytest

from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.problems import InvalidInput
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant

COUNT = 200
EMOJI = "\U0001f600"
NASTY = "\x01 ' \" \\ % _ {} $.a null \u2028 é"
LAST = f"f{COUNT - 1}"

ON_MYSQL = pytest.mark.parametrize("database", ["mysql"], indirect=True)
"""Where some of so many texts share a document; elsewhere they are columns like any others."""


def texts(count: int) -> tuple[FieldDraft, ...]:
    return tuple(FieldDraft(name=f"f{at}", label="F", type="text") for at in range(count))


def records(tenant: Tenant) -> RecordService:
    return RecordService(tenant.catalog, Cursors(lambda _: [b"k" * 32]))


@pytest.fixture
async def wide(tenant: Tenant, name: str) -> str:
    """An object with that many texts."""
    await tenant.create(ObjectDraft(name=name, label="Wide", plural_label="Wide", fields=texts(COUNT)))
    return name


async def storages(tenant: Tenant, name: str) -> list[str]:
    return [one.storage for one in (await tenant.model(name)).fields.values() if not one.system]


async def found(tenant: Tenant, name: str, **document: Any) -> list[dict[str, Any]]:
    return list((await records(tenant).query(SCOPE, MANAGER, name, document)).data)


async def test_every_text_holds_its_longest_value(
    tenant: Tenant, wide: str, request: pytest.FixtureRequest
) -> None:
    assert ("packed" in await storages(tenant, wide)) == ("mysql" in request.node.name)
    values = {f"f{at}": EMOJI * 255 for at in range(COUNT)}
    made = await records(tenant).create(SCOPE, MANAGER, wide, values)
    read = await records(tenant).read(SCOPE, MANAGER, wide, UUID(made.data["id"]))
    assert {name: read.data[name] for name in values} == values
    assert await tenant.drift() == []


@ON_MYSQL
async def test_what_is_kept_apart_is_changed_and_found_like_the_rest(tenant: Tenant, wide: str) -> None:
    service = records(tenant)
    one = (await service.create(SCOPE, MANAGER, wide, {LAST: NASTY, "f0": "one"})).data["id"]
    two = (await service.create(SCOPE, MANAGER, wide, {LAST: "b", "f0": "two"})).data["id"]
    none = (await service.create(SCOPE, MANAGER, wide, {"f0": "none"})).data["id"]
    assert [row["id"] for row in await found(tenant, wide, filter={LAST: NASTY})] == [one]
    assert [row["id"] for row in await found(tenant, wide, filter={LAST: {"null": True}})] == [none]
    assert [row["id"] for row in await found(tenant, wide, filter={LAST: {"contains": "$.a"}})] == [one]
    assert [row[LAST] for row in await found(tenant, wide, sort=[f"-{LAST}"])][:2] == ["b", NASTY]
    await service.update(SCOPE, MANAGER, wide, UUID(two), {LAST: None, "f198": "x", "f0": "changed"})
    read = (await service.read(SCOPE, MANAGER, wide, UUID(two))).data
    assert (read[LAST], read["f198"], read["f0"]) == (None, "x", "changed")
    untouched = await service.update(SCOPE, MANAGER, wide, UUID(one), {"f0": "changed"})
    assert untouched.data[LAST] == NASTY


@ON_MYSQL
async def test_many_at_once_are_written_too(tenant: Tenant, wide: str) -> None:
    service = records(tenant)
    bodies = [{LAST: f"text {at}", "f0": str(at)} for at in range(5)]
    made = await service.bulk(SCOPE, MANAGER, wide, "create", bodies)
    assert [item.status for item in made] == [201] * 5
    changes = [{"id": str(item.id), LAST: f"new {at}", "f1": "same"} for at, item in enumerate(made)]
    changed = await service.bulk(SCOPE, MANAGER, wide, "update", [*changes[:4], changes[4] | {LAST: None}])
    assert [item.status for item in changed] == [200] * 5
    rows = await found(tenant, wide, sort=["f0"])
    assert [row[LAST] for row in rows] == ["new 0", "new 1", "new 2", "new 3", None]
    assert {row["f1"] for row in rows} == {"same"}


@ON_MYSQL
async def test_fields_come_and_go_and_other_kinds_still_have_room(tenant: Tenant, wide: str) -> None:
    service = records(tenant)
    late = FieldDraft(name="late", label="Late", type="text")
    planned = await tenant.add_field(wide, late, dry_run=True)
    assert [one.algorithm for one in planned.statements] == ["INSTANT"]
    await tenant.add_field(wide, late)
    for type_name in ("integer", "json"):
        await tenant.add_field(wide, FieldDraft(name=f"a_{type_name}", label="A", type=type_name))
    await tenant.add_field(wide, FieldDraft(name="code", label="Code", type="text", unique=True))
    made = await service.create(SCOPE, MANAGER, wide, {"late": "x", "a_integer": 5, LAST: "y", "code": "z"})
    await tenant.change_field(wide, "late", {"name": "later", "settings": {"maxLength": 100}})
    await tenant.drop_field(wide, LAST, LAST)
    read = (await service.read(SCOPE, MANAGER, wide, UUID(made.data["id"]))).data
    assert (read["later"], read["a_integer"], read["code"]) == ("x", 5, "z")
    await tenant.add_field(wide, FieldDraft(name=LAST, label="Again", type="text"))
    assert (await service.read(SCOPE, MANAGER, wide, UUID(made.data["id"]))).data[LAST] is None
    assert await tenant.drift() == []


@ON_MYSQL
async def test_what_is_kept_apart_gets_no_index_and_no_other_kind(tenant: Tenant, wide: str) -> None:
    for change in ({"indexed": True}, {"unique": True}, {"searchable": True}, {"type": "long_text"}):
        with pytest.raises(InvalidInput) as refused:
            await tenant.change_field(wide, LAST, change)
        assert {one.code for one in refused.value.problems} == {"kept-apart"}
    await tenant.change_field(wide, LAST, {"type": "select", "settings": {"options": ["a"]}})
    await tenant.change_field(wide, "f0", {"indexed": True})
