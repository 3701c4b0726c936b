"""The journal: heartbeats while at work, one claimant at a time, no word from who lost its run."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from central.provisioning import journal as journal_module
from central.provisioning.errors import RunLost
from central.provisioning.journal import Journal
from central.provisioning.owner import Owner
from central.registry import Registry
from central.tables import ProvisioningRun, ProvisioningStep, RunOperation
from piccolo_engines.columns import new_id
from piccolo_engines.errors import LockTimeout
from tests.central.provisioning.world import DEAD
from tests.support.waiting import until

OTHER = replace(Owner.current(), pid=100001)


async def dead_run(slug: str = "acme") -> None:
    """A run that a dead process left open."""
    async with Journal(Registry(), DEAD).opened(RunOperation.CREATE, new_id(), slug) as run:
        await run.begin("reserve")


async def test_a_run_is_written_with_its_first_step(central):
    async with Journal(Registry()).opened(RunOperation.CREATE, new_id(), "acme") as run:
        assert await ProvisioningRun.count() == 0
        await run.begin("reserve")
        assert [row["state"] for row in await ProvisioningStep.select()] == ["started"]
        await run.finish("reserve")
        await run.close(undone=False)
    assert [row["state"] for row in await ProvisioningRun.select()] == ["done"]


async def test_a_run_that_is_not_closed_is_found_as_soon_as_it_is_left(central):
    journal = Journal(Registry())
    async with journal.opened(RunOperation.CREATE, new_id(), "acme") as run:
        await run.begin("reserve")
        assert await journal.abandoned() == []
    assert [run.slug for run in await journal.abandoned()] == ["acme"]


async def test_a_claimed_run_knows_how_far_it_came(central):
    await dead_run()
    journal = Journal(Registry())
    (found,) = await journal.abandoned()
    async with journal.claimed(found) as run:
        assert run is not None
        assert run.is_standing("reserve")
        assert not run.is_done("reserve")


async def test_what_one_claimed_another_cannot(central):
    await dead_run()
    first, second = Journal(Registry(), OTHER), Journal(Registry())
    (found,) = await second.abandoned()
    async with first.claimed(found) as run:
        assert run is not None
        async with second.claimed(found) as too_late:
            assert too_late is None


async def test_every_write_of_a_process_that_lost_its_run_is_refused(central):
    async with Journal(Registry(), DEAD).opened(RunOperation.CREATE, new_id(), "acme") as run:
        await run.begin("reserve")
        journal = Journal(Registry())
        (found,) = await journal.abandoned()
        async with journal.claimed(found):
            for write in (run.begin, run.begin_undo, run.finish_undo):
                with pytest.raises(RunLost):
                    await write("reserve")
            with pytest.raises(RunLost):
                await run.close(undone=False)
    states = [row["state"] for row in await ProvisioningStep.select()]
    assert states == ["started"]


async def test_a_heart_beats_while_a_run_is_at_work(central, monkeypatch):
    monkeypatch.setattr(journal_module, "HEARTBEAT", timedelta(milliseconds=5))
    async with Journal(Registry()).opened(RunOperation.CREATE, new_id(), "acme") as run:
        await run.begin("reserve")
        first = (await ProvisioningRun.select().first())["heartbeat_at"]

        async def has_beaten() -> bool:
            return (await ProvisioningRun.select().first())["heartbeat_at"] > first

        await until(has_beaten)


async def test_a_heart_survives_a_database_that_is_busy(central, monkeypatch, caplog):
    monkeypatch.setattr(journal_module, "HEARTBEAT", timedelta(milliseconds=5))
    beats = []
    second = asyncio.Event()

    async def busy(self):
        beats.append(self)
        if len(beats) == 1:
            raise LockTimeout
        second.set()
        raise RunLost("acme")

    monkeypatch.setattr("central.provisioning.run.Run.beat", busy)
    async with Journal(Registry()).opened(RunOperation.CREATE, new_id(), "acme"), asyncio.timeout(5):
        await second.wait()
    assert [record.message for record in caplog.records] == [
        "No heartbeat could be written for the run on acme"
    ]
