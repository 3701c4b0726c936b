"""An archive shows one moment, while the tenant is read, written and changed."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from tenant_schema.archives.contents import read
from tenant_schema.archives.contents.errors import ContentsBusy
from tenant_schema.archives.format.keys import ArchiveKey, TenantLock
from tenant_schema.archives.service import Progress, Written
from tenant_schema.objects.errors import ObjectBusy
from tenant_schema.users.tables import AuditEvent
from tests.tenant_schema.archives.databases import (
    ACME,
    ARCHIVES,
    DATA_KEY,
    Databases,
    archived,
    digest_of,
    load_from,
    loaded,
    opened,
    sealing,
)
from tests.tenant_schema.objects.changes.drafts import field, made
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant, tenant_on

KINDS = ("sqlite", "mariadb", "mysql")


@pytest.fixture(params=KINDS)
async def tenant(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[Tenant]:
    config = await databases.begun(request.param, is_seeded=True)
    async with tenant_on(config) as made_tenant:
        yield made_tenant


async def events(count: int) -> None:
    rows = [AuditEvent(action=f"event-{number}", detail="{}") for number in range(count)]
    for start in range(0, count, 500):
        await AuditEvent.insert(*rows[start : start + 500])


def writing(**options: Any) -> AsyncIterator[bytes]:
    key = ArchiveKey.new(new_id(), [TenantLock(SCOPE.id, "k1", DATA_KEY)])
    return ARCHIVES.write(ACME, key, open_secret=sealing("acme")[0], **options)


async def test_what_is_written_meanwhile_is_not_in_it(tenant: Tenant) -> None:
    await events(3_000)
    digest, pieces = await digest_of(), list[bytes]()
    async for piece in writing():
        pieces.append(piece)
        await AuditEvent.delete().where(AuditEvent.action == "event-2999")
        await AuditEvent.insert(AuditEvent(action="later", detail="{}"))
        assert not DB.transaction_exists()
    _, tables = opened(b"".join(pieces))
    assert len(tables["audit_events"][1]) == 3_000
    assert await digest_of() != digest


async def test_many_rows_come_in_the_order_of_their_keys_and_each_once(tenant: Tenant) -> None:
    await events(2_345)
    _, tables = opened(await archived())
    columns, rows = tables["audit_events"]
    place = [one.name for one in columns].index("id")
    ids = [row[place] for row in rows]
    assert len(ids) == 2_345
    assert ids == sorted(set(ids))


async def test_it_reports_how_far_it_is(tenant: Tenant) -> None:
    await events(2_000)
    found, written = list[Progress](), Written()
    data = b"".join([one async for one in writing(report=found.append, written=written)])
    assert [one.rows for one in found] == sorted(one.rows for one in found)
    assert found[-1].of is not None
    assert found[-1].rows == written.rows <= found[-1].of
    assert found[-1].size == written.size == len(data)
    assert written.digest == await digest_of()
    manifest, _ = opened(data)
    assert written.manifest == manifest
    assert manifest.engine in KINDS
    assert {one.app for one in manifest.migrations} == {"users", "objects", "records", "apps", "standard"}


async def test_who_stops_reading_holds_nothing(tenant: Tenant) -> None:
    await events(5_000)
    stream = writing()
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]  # it is a generator
    await made(tenant, "gadgets", field("name"))
    assert (await tenant.drift()) == []


@pytest.mark.parametrize("tenant", ["mariadb", "mysql"], indirect=True)
async def test_objects_are_not_changed_while_their_tables_are_read(tenant: Tenant) -> None:
    """InnoDB shows an old row only of a table that is as it was."""
    await made(tenant, "gadgets", field("name"))
    await events(5_000)
    stream = writing()
    pieces = [await anext(stream)]
    change = asyncio.create_task(tenant.add_field("gadgets", field("more")))
    pieces += [piece async for piece in stream]
    try:
        await change
    except ObjectBusy:  # it was not done in the meantime
        await tenant.add_field("gadgets", field("more"))
    _, tables = opened(b"".join(pieces))
    _, rows = tables["field_definitions"]
    assert not [row for row in rows if "more" in row]
    assert await tenant.drift() == []


@pytest.mark.parametrize("tenant", ["mariadb", "mysql"], indirect=True)
async def test_a_change_as_the_moment_is_chosen_makes_it_another(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(tenant, "gadgets", field("name"))
    load_objects, changes = read.load_objects, ["FORCE", "FORCE"]

    async def with_a_change() -> Any:
        objects = await load_objects()
        if changes:
            table = objects["gadgets"].table_name
            await _elsewhere(tenant, f'ALTER TABLE "{table}" {changes.pop()}')
        return objects

    monkeypatch.setattr(read, "load_objects", with_a_change)
    assert await archived()
    assert not changes


async def _elsewhere(tenant: Tenant, ddl: str) -> None:
    """Outside of the transaction that reads."""
    session = await tenant.engine.get_new_connection()  # type: ignore[attr-defined]  # MySQL's
    await session.send(ddl)
    session.close()


async def test_objects_that_are_changed_all_the_time_are_told(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = await databases.begun("mariadb", is_seeded=True)
    async with tenant_on(config) as tenant:
        await made(tenant, "gadgets", field("name"))
        load_objects = read.load_objects

        async def without_the_table() -> Any:
            objects = await load_objects()
            await _elsewhere(tenant, f'DROP TABLE IF EXISTS "{objects["gadgets"].table_name}"')
            return objects

        monkeypatch.setattr(read, "load_objects", without_the_table)
        with pytest.raises(ContentsBusy):
            await archived()


async def test_an_archive_is_the_same_tenant_after_it_went_on(tenant: Tenant, databases: Databases) -> None:
    await made(tenant, "gadgets", field("name", searchable=True))
    await tenant.records.create(SCOPE, MANAGER, "gadgets", {"name": "one"})
    data, digest = await archived(), await digest_of()
    await tenant.records.create(SCOPE, MANAGER, "gadgets", {"name": "two"})
    await tenant.drop_field("gadgets", "name", "name")
    async with tenant_on(await databases.begun("sqlite")) as other:
        await loaded(data, other.engine)  # type: ignore[arg-type]  # one of ours
        assert await digest_of() == digest
        page = await other.records.page(SCOPE, MANAGER, "gadgets", ())
        assert [one["name"] for one in page.data] == ["one"]


@pytest.mark.parametrize("tenant", ["sqlite"], indirect=True)
async def test_memory_does_not_depend_on_the_number_of_rows(tenant: Tenant, databases: Databases) -> None:
    few = await _most_memory(3_000, databases)
    many = await _most_memory(30_000, databases)
    assert many < few + 8 * 1024 * 1024


async def _most_memory(rows: int, databases: Databases) -> int:
    """The bytes of Python's objects at most while an archive of so many more rows is written and loaded."""
    await DB.run_ddl(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "  # noqa: S608 - a number
        "INSERT INTO audit_events (id, action, detail, created_at, updated_at) "
        f"SELECT PRINTF('%08x-0000-7000-8000-%012x', i, {rows}), 'event', "
        "'{\"text\": \"' || HEX(RANDOMBLOB(60)) || '\"}', "
        "'2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00' FROM n"
    )
    file = databases.folder / f"memory-{rows}"
    tracemalloc.start()
    try:
        with file.open("wb") as stream:
            async for piece in writing():
                stream.write(piece)
        async with tenant_on(await databases.begun("sqlite")) as other:
            done = await load_from(_pieces(file), other.engine)  # type: ignore[arg-type]  # one of ours
            assert done.rows > rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as stream:
        while data := stream.read(64 * 1024):
            yield data
