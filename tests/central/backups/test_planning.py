"""Tenants are due by their schedule, spread, once; what is not kept is deleted."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.backups import rows
from central.backups.planning import PlanBackups, tick_job
from central.backups.pruning import removable
from central.backups.tables import Backup, BackupPlan
from central.jobs.tables import Job, JobState
from central.retention import Retention
from central.schedules import Schedule
from central.tables import Tenant, TenantStatus
from piccolo_engines.columns import new_id, utc_now
from tests.central.backups.world import World
from tests.central.conftest import ON_SQLITE

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("central")]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def due_at(slug: str = "acme") -> datetime:
    tenant = await Tenant.select(Tenant.id).where(Tenant.slug == slug).first()
    assert tenant is not None
    plan = await BackupPlan.select().where(BackupPlan.tenant_id == tenant["id"]).first()
    assert plan is not None
    found: datetime = plan["next_due_at"]
    return found


async def enqueued() -> list[str]:
    jobs = await Job.select().where(Job.kind == "backup.take").order_by(Job.id)
    return [job["tenant_slug"] for job in jobs]


async def test_a_new_tenant_is_due_within_the_hour_and_then_by_the_schedule(world: World) -> None:
    await world.tenant()
    plan, now = PlanBackups(world.parts), utc_now()
    assert await plan.enqueue_due(now) == 0
    first = await due_at()
    assert now <= first < now + timedelta(hours=1)
    assert await plan.enqueue_due(first) == 1
    assert await enqueued() == ["acme"]
    assert await due_at() == world.parts.schedule.next_for((await world.registry.by_slug("acme")).id, first)
    assert await plan.enqueue_due(first + timedelta(minutes=1)) == 0


async def test_each_scheduled_time_is_one_backup(world: World) -> None:
    tenant = await world.tenant()
    plan, at = PlanBackups(world.parts), utc_now()
    await plan.enqueue_due(at)
    for number in range(1, 4):
        await plan.enqueue_due(await due_at())
        await world.runner.drain()
        world.archiver.contents_of[tenant.id].append(f"change {number}")
    assert await enqueued() == ["acme"] * 3
    assert len(await world.backups.list(tenant.id)) == 3


async def test_time_that_has_passed_is_made_up_for_once(world: World) -> None:
    await world.tenant()
    plan = PlanBackups(world.parts)
    await plan.enqueue_due(utc_now())
    later = utc_now() + timedelta(days=30)
    assert await plan.enqueue_due(later) == 1
    assert await due_at() > later


async def test_tenants_without_a_database_are_passed_over(world: World) -> None:
    tenant, plan = await world.tenant(), PlanBackups(world.parts)
    await plan.enqueue_due(utc_now())
    await Tenant.update({Tenant.status: TenantStatus.ARCHIVED.value}).where(Tenant.id == tenant.id)
    await plan.enqueue_due(await due_at())
    assert await enqueued() == []
    await Tenant.delete().where(Tenant.id == tenant.id)
    await plan.enqueue_due(utc_now() + timedelta(days=3))
    assert await BackupPlan.count() == 0


async def test_another_schedule_of_the_installation_counts_at_once(world: World) -> None:
    tenant = await world.tenant()
    plan = PlanBackups(world.parts)
    await plan.enqueue_due(utc_now())
    await plan.enqueue_due(await due_at())
    hourly = replace(world.parts, schedule=Schedule.parse("0 * * * *"))
    now = utc_now()
    await PlanBackups(hourly).enqueue_due(now)
    assert await due_at() == hourly.schedule.next_for(tenant.id, now)


async def test_a_schedule_of_its_own_stays(world: World) -> None:
    tenant = await world.tenant()
    own = Schedule.parse("*/10 * * * *")
    await world.backups.set_plan(tenant.id, own, Retention.parse("last=2"))
    now = utc_now()
    await PlanBackups(world.parts).enqueue_due(now)
    assert await due_at() <= now + timedelta(minutes=20)
    await PlanBackups(world.parts).enqueue_due(await due_at())
    assert await enqueued() == ["acme"]
    found = await world.backups.plan(tenant.id)
    assert (found.schedule, found.keep) == (own, Retention.parse("last=2"))


async def test_many_tenants_are_enqueued_in_portions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        await world.tenant(f"tenant-{number}")
    monkeypatch.setattr("central.backups.planning._MOST_DUE", 2)
    await world.backups.start()
    await world.runner.drain()
    await BackupPlan.update({BackupPlan.next_due_at: utc_now()}, force=True)
    await Job.update({Job.due_at: utc_now()}).where(Job.kind == "backup.tick")
    await world.runner.drain()
    assert len(set(await enqueued())) == 5  # one whose time of day is now is due again at once


async def test_the_installation_has_one_job_that_plans(world: World) -> None:
    await world.backups.start()
    await world.backups.start()
    await world.runner.drain()
    job = await world.job("backup.tick")
    assert job.state is JobState.WAITING
    assert job.due_at is not None
    assert utc_now() < job.due_at < utc_now() + timedelta(minutes=2)
    assert await Job.count().where(Job.kind == "backup.tick") == 1
    assert tick_job().key == "backup.tick"


async def test_two_processes_enqueue_one_backup(world: World, tmp_path: Path) -> None:
    await world.tenant()
    plan = PlanBackups(world.parts)
    await plan.enqueue_due(utc_now())
    at = await due_at()
    await asyncio.gather(plan.enqueue_due(at), PlanBackups(World(tmp_path).parts).enqueue_due(at))
    assert await enqueued() == ["acme"]


async def test_after_each_proof_what_is_not_kept_is_deleted(tmp_path: Path) -> None:
    world = World(tmp_path, keep="last=2")
    tenant = await world.tenant()
    taken = [(await world.taken(tenant))[0].id for _ in range(4)]
    assert [one.id for one in await world.backups.list(tenant.id)] == taken[:1:-1]
    assert await world.objects() == ["freehold", "freehold", "key", "proof", "proof"]


async def test_an_interrupted_deletion_is_repeated(tmp_path: Path) -> None:
    world = World(tmp_path, keep="last=1")
    tenant = await world.tenant()
    (first,) = await world.taken(tenant)
    await world.store.delete(first.proof_object)
    await world.store.delete(first.object_name)
    await world.taken(tenant)
    assert await Backup.count() == 1
    assert await world.backups.prune(tenant.id) == 0


async def test_objects_that_no_row_knows_are_left_alone(world: World) -> None:
    tenant = await world.tenant()
    unknown = f"tenants/{tenant.id}/{new_id()}.freehold"
    await world.store.put(unknown, b"of a central database that was lost")
    await world.taken(tenant)
    await world.backups.prune(tenant.id)
    assert await world.store.size(unknown)


async def test_what_is_not_proven_stays_until_a_newer_one_is(world: World) -> None:
    tenant = await world.tenant()
    backups = [*(await world.taken(tenant)), *(await world.taken(tenant))[:1]]
    older, newer = backups
    keep = Retention.parse("last=5")
    assert removable([newer, older], keep) == []
    failed = replace(newer, proven_at=None)
    assert removable([failed, older], keep) == []
    assert removable([newer, replace(older, proven_at=None)], keep) == [replace(older, proven_at=None)]
    assert removable([replace(one, proven_at=None) for one in backups], keep) == []


async def test_uploads_whose_job_is_gone_are_pruned(world: World) -> None:
    tenant = await world.tenant()
    left = new_id()
    await rows.insert_intent(left, new_id(), tenant.id, tenant.slug, location="", reason="request")
    await world.store.put(f"tenants/{tenant.id}/{left}.freehold", b"part")
    await world.backups.prune(tenant.id)
    assert (await Backup.count(), await world.objects()) == (0, [])
