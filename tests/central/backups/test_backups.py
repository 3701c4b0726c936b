"""A backup is taken, proved and kept; what fails is reported, repeated, and leaves nothing behind."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from central.backups import rows
from central.backups.errors import BackupNotFound, BackupsNotConfigured, NothingToBackUp
from central.backups.planning import PlanBackups
from central.backups.records import BackupRecord, Reason
from central.backups.service import Backups
from central.backups.tables import Backup
from central.backups.taking import take_job
from central.jobs.tables import Job, JobState
from central.registry import TenantRef
from central.secrets.keys import EncryptionKey, generate_key
from central.tables import Tenant, TenantStatus
from piccolo_engines.columns import new_id, utc_now
from tests.central.backups.world import World
from tests.central.conftest import ON_SQLITE
from tests.support.object_store import broken_store, silent, with_error_500
from tests.support.waiting import until

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("central")]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
async def acme(world: World) -> TenantRef:
    return await world.tenant()


async def by_schedule(world: World, tenant: TenantRef) -> list[BackupRecord]:
    await world.jobs.enqueue(take_job(tenant.id, tenant.slug, Reason.SCHEDULE))
    await world.runner.drain()
    return await world.backups.list(tenant.id)


async def due_now() -> None:
    await Job.update({Job.due_at: utc_now()}).where(Job.due_at.is_not_null())


async def test_a_backup_is_taken_and_proved(world: World, acme: TenantRef) -> None:
    (backup,) = await world.taken(acme)
    assert backup.proven_at is not None
    assert world.backups.is_proven(backup)
    assert (backup.rows, backup.reason, backup.tenant_slug) == (2, "request", "acme")
    assert backup.bytes == await world.store.size(backup.object_name)
    assert backup.location == f"{world.store.url} {backup.object_name}"
    assert await world.objects() == ["freehold", "key", "proof"]
    job = await world.job("backup.take")
    assert job.state is JobState.DONE
    assert job.result["backup"] == str(backup.id)


async def test_a_backup_is_proved_in_a_database_of_its_own_which_is_dropped(
    world: World, acme: TenantRef
) -> None:
    await world.taken(acme)
    (name,) = world.archiver.restored
    assert name.startswith("tenant__proof_")
    assert await world.databases() == {"tenant_acme"}


async def test_backups_are_listed_newest_first_and_found_by_tenant(world: World, acme: TenantRef) -> None:
    await world.taken(acme)
    newest, oldest = await world.taken(acme)
    assert newest.taken_at > oldest.taken_at
    assert await world.backups.list(acme.id, limit=1) == [newest]
    other = await world.tenant("other")
    assert await world.backups.get(newest.id, acme.id) == newest
    for wrong in ((newest.id, other.id), (new_id(), acme.id)):
        with pytest.raises(BackupNotFound):
            await world.backups.get(*wrong)


async def test_a_tenant_that_has_not_changed_is_only_looked_at(world: World, acme: TenantRef) -> None:
    (first,) = await world.taken(acme)
    (again,) = await by_schedule(world, acme)
    assert again.id == first.id
    assert again.confirmed_at > first.confirmed_at
    assert (await world.job("backup.take")).result == {"backup": str(first.id), "changed": False}
    world.archiver.contents_of[acme.id].append("three")
    newest, _ = await by_schedule(world, acme)
    assert (newest.rows, newest.reason) == (3, "schedule")


async def test_a_file_that_nobody_has_written_to_is_not_even_read(
    world: World, acme: TenantRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = "1-2-3"

    async def marked(_database: str) -> str | None:
        return mark

    monkeypatch.setattr(world.server, "change_mark", marked)
    await world.taken(acme)
    await by_schedule(world, acme)
    assert world.archiver.looks == 0
    mark = "1-2-4"
    await by_schedule(world, acme)
    assert world.archiver.looks == 1
    await by_schedule(world, acme)
    assert world.archiver.looks == 1


async def test_an_unproven_backup_does_not_count_as_the_last_one(world: World, acme: TenantRef) -> None:
    (first,) = await world.taken(acme)
    await rows.change(first.id, proven_at=None)
    (second,) = await by_schedule(world, acme)  # now that it is proven, the first is not kept
    assert second.id != first.id


async def test_a_requested_backup_is_taken_in_any_case(world: World, acme: TenantRef) -> None:
    await world.taken(acme)
    assert len(await world.taken(acme)) == 2


async def test_the_tenant_is_backed_up_once_at_a_time(world: World, acme: TenantRef) -> None:
    assert await world.backups.request(acme) == await world.backups.request(acme)


async def test_nothing_is_backed_up_without_a_store_or_a_database(world: World, tmp_path: Path) -> None:
    tenant = await world.tenant()
    for status in (TenantStatus.PROVISIONING, TenantStatus.DELETING):
        await Tenant.update({Tenant.status: status.value}).where(Tenant.id == tenant.id)
        with pytest.raises(NothingToBackUp):
            await world.backups.request(await world.registry.get(tenant.id))
    await by_schedule(world, tenant)
    assert (await world.job("backup.take")).state is JobState.FAILED
    without = Backups(dataclasses.replace(world.parts, store=None))
    with pytest.raises(BackupsNotConfigured):
        await without.request(tenant)


async def test_a_source_that_fails_is_tried_again_and_leaves_nothing(world: World, acme: TenantRef) -> None:
    failures = 1

    async def fail_once(_number: int) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise ConnectionError("the database went away")

    world.archiver.before_piece = fail_once
    assert await world.taken(acme) == []
    assert await world.objects() == ["key"]
    assert (await world.job("backup.take")).state is JobState.WAITING
    await due_now()
    await world.runner.drain()
    (backup,) = await world.backups.list(acme.id)
    assert world.backups.is_proven(backup)
    assert await Backup.count() == 1


@pytest.mark.parametrize("answer", [with_error_500, silent])
async def test_a_store_that_is_out_of_order_is_tried_again(answer: Any, tmp_path: Path) -> None:
    async with broken_store(answer) as address:
        broken = World(tmp_path, address)
        broken.store._patience = 0.2
        acme = await broken.tenant()
        assert await broken.taken(acme) == []
        job = await broken.job("backup.take")
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    assert "did not respond as expected" in str(job.error)
    repaired = World(tmp_path, archiver=broken.archiver)
    await due_now()
    await repaired.runner.drain()
    (backup,) = await repaired.backups.list(acme.id)
    assert repaired.backups.is_proven(backup)
    assert await Backup.count() == 1


async def test_what_a_killed_process_has_left_is_removed_by_the_next_attempt(
    world: World, acme: TenantRef
) -> None:
    job_id = await world.backups.request(acme)
    left = new_id()
    values = {"location": "", "reason": "request", "mark": None}
    await rows.insert_intent(left, job_id, acme.id, acme.slug, **values)
    await world.store.put(f"tenants/{acme.id}/{left}.freehold", b"stored, and not recorded")
    await world.runner.drain()
    (backup,) = await world.backups.list(acme.id)
    assert backup.id != left
    assert await world.objects() == ["freehold", "key", "proof"]
    assert await Backup.count() == 1


async def test_a_cancelled_backup_leaves_nothing(world: World, acme: TenantRef) -> None:
    inside, never = asyncio.Event(), asyncio.Event()

    async def halt(_number: int) -> None:
        inside.set()
        await never.wait()

    world.archiver.before_piece = halt
    await world.backups.request(acme)
    running = asyncio.create_task(world.runner.drain())
    await inside.wait()
    world.archiver.before_piece = None  # of the next attempt, for which the job is given back
    for task in list(world.runner._running):
        task.cancel()
    await running
    assert await world.objects() == ["freehold", "key", "proof"]
    assert len(await world.backups.list(acme.id)) == 1
    assert await Backup.count() == 1


@pytest.mark.parametrize("damage", ["changed", "missing", "other"])
async def test_a_backup_that_is_not_what_was_taken_is_reported(
    world: World, acme: TenantRef, damage: str
) -> None:
    (backup,) = await world.taken(acme)
    data = await world.store.get(backup.object_name, 10_000)
    if damage == "changed":
        await world.store.put(backup.object_name, data.replace(b"one", b"two"))
    elif damage == "missing":
        await world.store.delete(backup.object_name)
    else:
        other = await world.tenant("other")
        (others,) = await world.taken(other)
        await world.store.put(backup.object_name, await world.store.get(others.object_name, 10_000))
    await world.backups.request_proof(backup)
    await world.runner.drain()
    (found,) = await world.backups.list(acme.id)
    assert (found.proven_at, found.proof) == (None, None)
    assert found.failure
    job = await world.job("backup.prove")
    assert (job.state, job.error) == (JobState.FAILED, found.failure)
    assert await world.databases() - {"tenant_other"} == {"tenant_acme"}


async def test_a_proof_counts_for_its_backup_tenant_and_installation_only(
    world: World, acme: TenantRef, tmp_path: Path
) -> None:
    (backup,) = await world.taken(acme)
    assert backup.proof is not None
    signer = world.parts.signer
    assert signer.verify(backup.proof, acme.id, backup.id)
    assert signer.verify(backup.proof, acme.id, new_id()) is None
    assert signer.verify(backup.proof, new_id(), backup.id) is None
    assert signer.verify(backup.proof.replace(backup.digest, "0" * 64), acme.id, backup.id) is None
    assert signer.verify(b"\xff{", acme.id, backup.id) is None
    assert not world.backups.is_proven(dataclasses.replace(backup, digest="0" * 64))
    another = World(tmp_path, keys=(EncryptionKey.from_hex(generate_key()),))
    assert not another.backups.is_proven(backup)


async def test_a_scratch_database_of_a_killed_process_is_dropped(world: World, acme: TenantRef) -> None:
    await world.server.create_database(world.parts.servers.proof_name(new_id().hex))
    assert await PlanBackups(world.parts).sweep() == (1, 0)
    assert await world.databases() == {"tenant_acme"}


async def test_a_lost_job_stops_its_upload(world: World, acme: TenantRef) -> None:
    inside, never = asyncio.Event(), asyncio.Event()
    closed = asyncio.Event()
    before = world.archiver.write

    async def write(*arguments: Any) -> AsyncIterator[bytes]:
        try:
            async for piece in before(*arguments):
                yield piece
                inside.set()
                await never.wait()
        finally:
            closed.set()

    world.archiver.write = write  # type: ignore[method-assign] # for this test
    await world.backups.request(acme)
    running = asyncio.create_task(world.runner.drain())
    await inside.wait()
    await Job.update({Job.claim: new_id()}).where(Job.kind == "backup.take")
    await until(closed.is_set, 20)
    await asyncio.wait({running}, timeout=0.1)
    running.cancel()
    assert await world.objects() == ["key"]


async def test_only_what_is_stored_counts(world: World, acme: TenantRef) -> None:
    values = {"location": "", "reason": "request", "mark": None}
    await rows.insert_intent(new_id(), new_id(), acme.id, acme.slug, **values)
    assert await world.backups.list(acme.id) == []
