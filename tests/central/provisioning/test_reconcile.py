"""After a crash: whatever the moment, a tenant is active and complete, or gone without residue.

The crashes here are told to the pipeline by an observer; tests/crash kills real servers.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from central.jobs.claims import STALE_AFTER
from central.jobs.owner import Owner
from central.jobs.runner import JobRunner
from central.jobs.service import JobService
from central.jobs.tables import Job, JobStep
from central.provisioning.reconcile import Report
from piccolo_engines.columns import utc_now
from tests.central.provisioning.world import CREATION, DEAD, DELETION, Halt, PowerCut, World, request
from tests.support.waiting import until

ELSEWHERE = replace(Owner.current(), place="another-host/boot/namespace")


async def crash_while_creating(world: World, when: str, step: str, owner: Owner = DEAD) -> None:
    process = world.process(Halt(when, step, PowerCut()), owner)
    with pytest.raises(PowerCut):
        await process.provisioning.create(request("acme"))
    await process.engines.close_all()


async def age_heartbeats(by: timedelta) -> None:
    await Job.update({"leased_until": utc_now() + STALE_AFTER - by}, force=True)


@pytest.mark.parametrize("step", CREATION)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_while_creating_leaves_all_or_nothing(world: World, when, step):
    await crash_while_creating(world, when, step)
    process = world.process()
    report = await process.provisioning.reconcile()
    if (when, step) == ("after", "activate"):
        await world.assert_complete(process, await world.registry.by_slug("acme"))
        assert report == Report()
    else:
        assert await world.residue() == {}
        assert report == (Report() if (when, step) == ("before", "reserve") else Report(undone=("acme",)))
        made = await process.provisioning.create(request("acme"))
        await world.assert_complete(process, made.tenant)


@pytest.mark.parametrize("step", DELETION)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_while_deleting_leaves_all_or_nothing(world: World, when, step):
    tenant = (await world.process().provisioning.create(request("acme"))).tenant
    crashing = world.process(Halt(when, step, PowerCut()), DEAD)
    with pytest.raises(PowerCut):
        await crashing.provisioning.delete(tenant.id)
    process = world.process()
    report = await process.provisioning.reconcile()
    if (when, step) == ("before", "mark deleting"):
        await world.assert_complete(process, tenant)
        assert report == Report()
    else:
        assert await world.residue() == {}
        assert report == (
            Report() if (when, step) == ("after", "remove tenant") else Report(finished=("acme",))
        )


@pytest.mark.parametrize("step", CREATION[:-1])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_while_undoing_is_undone_by_the_next(world: World, when, step):
    await crash_while_creating(world, "before", "activate")
    second = world.process(Halt(when, step, PowerCut(), undoing=True), DEAD)
    try:
        await second.provisioning.reconcile()
    except PowerCut:
        await world.process().provisioning.reconcile()
    assert await world.residue() == {}


async def test_a_run_of_a_living_process_is_left_alone(world: World):
    reports = []

    class Meanwhile:
        async def before(self, moment):
            reports.append(await world.process(owner=ELSEWHERE).provisioning.reconcile())

        async def after(self, moment):
            reports.append(await process.provisioning.reconcile())

    process = world.process(Meanwhile())
    made = await process.provisioning.create(request("acme"))
    assert set(reports) == {Report()}
    await world.assert_complete(process, made.tenant)


async def test_a_run_of_another_machine_is_taken_over_once_its_heartbeat_is_old(world: World):
    await crash_while_creating(world, "after", "migrate", ELSEWHERE)
    assert await world.process().provisioning.reconcile() == Report()
    await age_heartbeats(STALE_AFTER + timedelta(seconds=1))
    assert await world.process().provisioning.reconcile() == Report(undone=("acme",))
    assert await world.residue() == {}


async def test_a_run_that_this_process_dropped_is_taken_up_again(world: World):
    process = world.process(Halt("after", "migrate", PowerCut()))
    with pytest.raises(PowerCut):
        await process.provisioning.create(request("acme"))
    assert await process.provisioning.reconcile() == Report(undone=("acme",))
    assert await world.residue() == {}


async def test_of_many_processes_that_reconcile_at_once_one_does_the_work(world: World):
    await crash_while_creating(world, "before", "activate")
    owners = [replace(Owner.current(), pid=pid) for pid in range(100001, 100006)]
    processes = [world.process(owner=owner) for owner in owners]
    reports = await asyncio.gather(*(process.provisioning.reconcile() for process in processes))
    assert sorted(report.undone for report in reports) == [()] * 4 + [("acme",)]
    assert await world.residue() == {}


async def test_a_process_that_only_slept_stops_when_its_run_was_taken_over(world: World):
    class Sleeper:
        async def before(self, moment):
            if moment.step == "seed access" and not moment.is_undoing:
                await age_heartbeats(STALE_AFTER + timedelta(seconds=1))
                report = await world.process(owner=ELSEWHERE).provisioning.reconcile()
                assert report.undone == ("acme",)
                made.append(await world.process().provisioning.create(request("acme")))

        async def after(self, moment):
            pass

    made = []
    process = world.process(Sleeper())
    with pytest.raises(Exception, match="'seed access' failed"):
        await process.provisioning.create(request("acme"))
    await world.assert_complete(world.processes[-1], made[0].tenant)
    assert await world.open_runs() == []


async def test_one_run_that_cannot_be_settled_does_not_keep_the_others_back(world: World):
    for slug in ("acme", "demo"):
        process = world.process(Halt("after", "migrate", PowerCut()), DEAD)
        with pytest.raises(PowerCut):
            await process.provisioning.create(request(slug))

    class StuckOnAcme:
        async def before(self, moment):
            if len(moments) < 3 and not moments.append(moment) and len(moments) == 2:
                raise OSError

        async def after(self, moment):
            pass

    moments = []
    report = await world.process(StuckOnAcme()).provisioning.reconcile()
    assert report == Report(undone=("demo",), failed=("acme",))
    assert await world.process().provisioning.reconcile() == Report(undone=("acme",))
    assert await world.residue() == {}


async def test_old_history_is_pruned_and_open_runs_are_not(world: World):
    process = world.process()
    await process.provisioning.create(request("acme"))
    await crash_while_creating_another(world)
    jobs = JobService(process.jobs, {})
    assert await jobs.prune() == 0
    assert await jobs.prune(timedelta(0)) == 1
    left = await Job.select()
    assert [row["tenant_slug"] for row in left] == ["demo"]
    assert {row["job"] for row in await JobStep.select()} == {left[0]["id"]}


async def crash_while_creating_another(world: World) -> None:
    with pytest.raises(PowerCut):
        await world.process(Halt("after", "migrate", PowerCut())).provisioning.create(request("demo"))


async def test_reconciling_goes_on_by_itself_and_survives_its_failures(world: World, caplog):
    await crash_while_creating(world, "after", "migrate")
    process = world.process()
    runner = JobRunner(process.jobs, process.provisioning.kinds, size=1)
    running = asyncio.create_task(runner.run())

    async def is_clean() -> bool:
        return not await world.residue()

    await until(is_clean)
    await runner.stop()
    await running
    assert caplog.records == []
