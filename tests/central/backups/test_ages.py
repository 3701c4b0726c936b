"""How old the proven backup of each tenant is, for metrics and checks."""

from datetime import timedelta
from pathlib import Path

import pytest

from central.backups import rows
from central.backups.ages import backup_ages, record_age, tenant_ages
from central.backups.planning import PlanBackups
from central.backups.records import Reason
from central.backups.tables import BackupPlan
from central.backups.taking import take_job
from central.tables import Tenant, TenantStatus
from piccolo_engines.columns import utc_now
from tests.central.backups.world import World
from tests.central.conftest import ON_SQLITE

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("central")]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_the_age_is_that_of_the_latest_proven_contents(world: World) -> None:
    acme = await world.tenant()
    await world.tenant("demo")
    (backup,) = await world.taken(acme)
    await rows.change(backup.id, confirmed_at=utc_now() - timedelta(hours=5))
    await record_age(acme.id)
    ages = await backup_ages(10)
    assert (ages.proven, ages.missing) == (1, 1)
    assert {slug: round(seconds / 3600) for slug, seconds in ages.seconds.items()} == {"acme": 5}
    await world.jobs.enqueue(take_job(acme.id, acme.slug, Reason.SCHEDULE))
    await world.runner.drain()
    assert (await backup_ages(10)).seconds["acme"] < 60  # unchanged, and so as good as new


async def test_a_backup_that_fails_its_proof_counts_no_more(world: World) -> None:
    acme = await world.tenant()
    (backup,) = await world.taken(acme)
    await world.store.delete(backup.object_name)
    await world.backups.request_proof(backup)
    await world.runner.drain()
    assert await backup_ages(10) == type(await backup_ages(10))({}, 0, 1)
    (age,) = await tenant_ages()
    assert (age.slug, age.proven_until) == ("acme", None)


async def test_the_oldest_are_named_and_the_others_counted(world: World) -> None:
    for number in range(5):
        tenant = await world.tenant(f"tenant-{number}")
        (backup,) = await world.taken(tenant)
        await rows.change(backup.id, confirmed_at=utc_now() - timedelta(days=number))
        await record_age(tenant.id)
    ages = await backup_ages(2)
    assert list(ages.seconds) == ["tenant-4", "tenant-3"]
    assert (ages.proven, ages.missing) == (5, 0)


async def test_tenants_without_a_database_do_not_count(world: World) -> None:
    acme = await world.tenant()
    await world.taken(acme)
    await Tenant.update({Tenant.status: TenantStatus.ARCHIVED.value}).where(Tenant.id == acme.id)
    ages = await backup_ages(10)
    assert (ages.seconds, ages.proven, ages.missing) == ({}, 0, 0)
    assert await tenant_ages() == []


async def test_a_tenant_that_was_backed_up_by_hand_is_still_planned(world: World) -> None:
    acme = await world.tenant()
    await world.taken(acme)
    now = utc_now()
    assert await PlanBackups(world.parts).enqueue_due(now) == 0
    plan = await BackupPlan.select().first()
    assert plan is not None
    assert plan["next_due_at"] == world.parts.schedule.next_for(acme.id, now)
    assert plan["proven_until"] is not None
