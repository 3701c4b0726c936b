"""Claims: heartbeats while at work, one claimant at a time, no word from who lost its job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from central.jobs import claims as claims_module
from central.jobs.errors import JobLost
from central.jobs.owner import Owner
from central.jobs.steps import StepLog
from central.jobs.store import JobStore, NewJob
from central.jobs.tables import Job, JobStep
from piccolo_engines.columns import new_id
from piccolo_engines.errors import LockTimeout
from tests.central.provisioning.world import DEAD
from tests.support.registries import new_registry
from tests.support.waiting import until

OTHER = replace(Owner.current(), pid=100001)
KINDS = ["tenant.create"]


@asynccontextmanager
async def opened(owner: Owner | None = None) -> AsyncIterator[StepLog]:
    """A new job that a process executes at once."""
    jobs = JobStore(owner)
    claim = jobs.begin("tenant.create", new_id(), "acme", total=9, unit="steps")
    async with jobs.kept_alive(claim):
        yield StepLog(new_registry(), claim)


async def dead_job() -> None:
    """A job that a dead process left open."""
    async with opened(DEAD) as log:
        await log.begin("reserve")


async def test_a_job_is_written_with_its_first_step(central):
    async with opened() as log:
        assert await Job.count() == 0
        await log.begin("reserve")
        assert [row["state"] for row in await JobStep.select()] == ["started"]
        await log.finish("reserve")
        await log.close(undone=False)
    (row,) = await Job.select()
    assert (row["state"], row["due_at"], row["done"], row["total"]) == ("done", None, 9, 9)


async def test_a_job_that_is_not_closed_is_found_as_soon_as_it_is_left(central):
    jobs = JobStore()
    claim = jobs.begin("tenant.create", new_id(), "acme", total=9, unit="steps")
    async with jobs.kept_alive(claim):
        await StepLog(new_registry(), claim).begin("reserve")
        assert await jobs.abandoned(KINDS) == []
    assert [job.tenant_slug for job in await jobs.abandoned(KINDS)] == ["acme"]
    assert await jobs.abandoned(["tenant.delete"]) == []


async def test_a_claimed_job_knows_how_far_it_came(central):
    await dead_job()
    jobs = JobStore()
    (found,) = await jobs.abandoned(KINDS)
    claim = await jobs.claim(found)
    assert claim is not None
    log = StepLog(new_registry(), claim)
    await log.reload()
    assert log.is_standing("reserve")
    assert not log.is_done("reserve")
    assert claim.job.attempts == 2


async def test_what_one_claimed_another_cannot(central):
    await dead_job()
    first, second = JobStore(OTHER), JobStore()
    (found,) = await second.abandoned(KINDS)
    assert await first.claim(found) is not None
    assert await second.claim(found) is None


async def test_what_its_owner_has_just_renewed_cannot_be_claimed(central):
    async with opened(DEAD) as log:
        await log.begin("reserve")
        jobs = JobStore()
        (found,) = await jobs.abandoned(KINDS)
        await log.claim.write()
        assert await jobs.claim(found) is None


async def test_every_write_of_a_process_that_lost_its_job_is_refused(central):
    async with opened(DEAD) as log:
        await log.begin("reserve")
        jobs = JobStore()
        (found,) = await jobs.abandoned(KINDS)
        assert await jobs.claim(found) is not None
        for write in (log.begin, log.begin_undo, log.finish_undo):
            with pytest.raises(JobLost):
                await write("reserve")
        for end in (log.close(undone=False), log.claim.progress(1), log.claim.complete(), log.claim.forget()):
            with pytest.raises(JobLost):
                await end
    assert [row["state"] for row in await JobStep.select()] == ["started"]
    assert [row["state"] for row in await Job.select()] == ["running"]


async def leased_until() -> datetime:
    return (await Job.select().first())["leased_until"]


async def test_a_heart_beats_while_a_job_is_at_work(central, monkeypatch):
    monkeypatch.setattr(claims_module, "HEARTBEAT", timedelta(milliseconds=5))
    async with opened() as log:
        await log.begin("reserve")
        first = await leased_until()

        async def has_beaten() -> bool:
            return await leased_until() > first

        await until(has_beaten)


async def test_a_heart_survives_a_database_that_is_busy(central, monkeypatch, caplog):
    monkeypatch.setattr(claims_module, "HEARTBEAT", timedelta(milliseconds=5))
    jobs = JobStore()
    id_ = await jobs.enqueue(NewJob(kind="tenant.create", tenant_slug="acme"))
    (found,) = await jobs.due(KINDS, 1)
    assert found.id == id_
    claim = await jobs.claim(found)
    is_unwanted, beats = claims_module.Claim._is_unwanted, []

    async def busy(self):
        beats.append(self)
        if len(beats) == 1:
            raise LockTimeout
        return await is_unwanted(self)

    monkeypatch.setattr(claims_module.Claim, "_is_unwanted", busy)
    async with jobs.kept_alive(claim) as heart, asyncio.timeout(5):
        assert await JobStore(OTHER).claim(replace(claim.job, leased_until=await leased_until())) is not None
        await heart
    assert [record.message for record in caplog.records] == [
        "No heartbeat could be written for the job tenant.create of acme"
    ]
    assert not claim.is_cancelled
