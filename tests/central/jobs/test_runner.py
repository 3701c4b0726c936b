"""The runner: takes what is due, records how it ended, repeats what failed, and stops when it should."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from central.jobs import claims as claims_module
from central.jobs.claims import Claim
from central.jobs.errors import JobFailed
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.owner import Owner
from central.jobs.records import JobRecord
from central.jobs.runner import JobRunner
from central.jobs.service import JobService
from central.jobs.store import JobStore, NewJob
from central.jobs.tables import Job
from piccolo_engines.columns import utc_now
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.conftest import ON_SQLITE
from tests.central.provisioning.world import DEAD
from tests.support.waiting import until

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("central")]

Function = Callable[[Claim], Awaitable[Outcome]]
ELSEWHERE = replace(Owner.current(), place="another-host/boot/namespace")
NEVER = timedelta(days=1)
"""A pause between two looks that no test waits for."""


class Process:
    """A process that knows one kind of job."""

    def __init__(self, run: Function, *, owner: Owner | None = None, size: int = 2, **kind: Any) -> None:
        self.store = JobStore(owner)
        self.kind = JobKind(name="report", run=run, **kind)
        self.runner = JobRunner(self.store, [self.kind], size=size, poll=NEVER)
        self.service = JobService(self.store, self.runner.kinds)

    async def enqueue(self, **values: Any) -> UUID:
        return await self.store.enqueue(NewJob(kind="report", **values))

    async def job(self) -> JobRecord:
        (job,) = (await self.service.page(200)).items
        return job


async def due_now() -> None:
    """Let the pause until the next attempt pass."""
    await Job.update({Job.due_at: utc_now()}).where(Job.due_at.is_not_null())


class Halting:
    """A function that waits inside until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.was_cancelled = False

    async def __call__(self, claim: Claim) -> Outcome:
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        await claim.progress(1, 3, "parts", cursor=1)
        return Done("all")


async def test_a_job_is_executed_once_with_its_arguments() -> None:
    seen: list[Any] = []

    async def run(claim: Claim) -> Outcome:
        seen.append(claim.job.arguments)
        await claim.progress(2, 3, "pages")
        return Done({"pages": 3})

    process = Process(run)
    await process.enqueue(arguments={"year": 2026})
    await process.runner.drain()
    await process.runner.drain()
    job = await process.job()
    assert seen == [{"year": 2026}]
    assert (job.state, job.result, job.due_at, job.attempts) == ("done", {"pages": 3}, None, 1)
    assert (job.done, job.total, job.unit) == (2, 3, "pages")


async def test_a_running_runner_takes_what_is_enqueued_without_waiting_for_its_next_look() -> None:
    done = asyncio.Event()

    async def run(_claim: Claim) -> Outcome:
        done.set()
        return None

    process = Process(run)
    running = asyncio.create_task(process.runner.run())
    async with asyncio.timeout(60):
        await process.enqueue()
        await done.wait()
    await process.runner.stop()
    await running
    assert (await process.job()).state == "done"


async def test_a_job_of_later_waits_for_its_time() -> None:
    async def run(_claim: Claim) -> Outcome:
        raise AssertionError

    process = Process(run)
    await process.enqueue(due_at=utc_now() + NEVER)
    await process.runner.drain()
    assert (await process.job()).state == "waiting"


async def test_a_job_of_a_kind_that_this_process_does_not_know_is_left_alone() -> None:
    async def run(_claim: Claim) -> Outcome:
        raise AssertionError

    process = Process(run)
    await process.store.enqueue(NewJob(kind="unheard-of"))
    await process.runner.drain()
    assert (await process.job()).state == "waiting"


async def test_a_job_that_fails_is_repeated_after_pauses_that_grow_until_it_has_failed() -> None:
    async def run(_claim: Claim) -> Outcome:
        raise ZeroDivisionError("with a secret")

    process = Process(run, max_attempts=3)
    await process.enqueue()
    pauses = []
    for attempt in (1, 2):
        before = utc_now()
        await process.runner.drain()
        job = await process.job()
        assert (job.state, job.attempts, job.error) == ("waiting", attempt, "ZeroDivisionError")
        assert job.due_at is not None
        pauses.append(job.due_at - before)
        await due_now()
    assert timedelta(seconds=1) <= pauses[0] < timedelta(seconds=2) <= pauses[1]
    await process.runner.drain()
    job = await process.job()
    assert (job.state, job.due_at) == ("failed", None)


async def test_what_would_fail_again_is_not_repeated() -> None:
    async def run(_claim: Claim) -> Outcome:
        raise JobFailed("There is no such report.")

    process = Process(run)
    await process.enqueue()
    await process.runner.drain()
    job = await process.job()
    assert (job.state, job.attempts, job.error) == ("failed", 1, "There is no such report.")


async def test_an_attempt_continues_at_the_cursor_of_the_last_one() -> None:
    starts: list[Any] = []

    async def run(claim: Claim) -> Outcome:
        starts.append(claim.job.cursor)
        await claim.progress(1, 2, "pages", cursor={"page": 1})
        if len(starts) == 1:
            raise OSError
        return Later(utc_now(), {"page": 2}) if len(starts) == 2 else None

    process = Process(run)
    await process.enqueue()
    await process.runner.drain()
    await due_now()
    await process.runner.drain()
    assert starts == [None, {"page": 1}, {"page": 2}]
    assert (await process.job()).state == "done"


async def test_a_job_that_is_requested_while_it_runs_runs_again() -> None:
    process: Process

    async def run(claim: Claim) -> Outcome:
        requests.append(claim.job.enqueued)
        if len(requests) < 3:
            await process.store.signal(new)
        return Done(is_forgotten=True) if len(requests) != 2 else Later(utc_now() + NEVER)

    requests: list[int] = []
    new = NewJob(kind="report", key="report:acme")
    process = Process(run)
    await process.store.signal(new)
    await process.runner.drain()
    assert requests == [1, 2, 3]
    assert await Job.count() == 0


async def test_a_job_whose_process_died_each_time_has_failed() -> None:
    async def run(_claim: Claim) -> Outcome:
        raise AssertionError

    process, dying = Process(run, max_attempts=2), JobStore(DEAD)
    await process.enqueue()
    for _ in range(2):
        (found,) = await dying.abandoned(["report"])
        assert await dying.claim(found) is not None
    await process.store.release_abandoned(["report"])
    await process.runner.drain()
    job = await process.job()
    assert (job.state, job.error) == ("failed", "The process ended during each of 2 attempts.")


async def test_the_job_of_a_dead_process_is_taken_over_at_once() -> None:
    async def run(_claim: Claim) -> Outcome:
        return Done("taken over")

    process, dead = Process(run), JobStore(DEAD)
    await process.enqueue()
    (found,) = await dead.due(["report"], 1)
    await dead.claim(found)
    await process.runner.drain()
    assert (await process.job()).state == "running"
    running = asyncio.create_task(process.runner.run())

    async def is_done() -> bool:
        return (await process.job()).state == "done"

    await until(is_done)
    await process.runner.stop()
    await running


async def test_the_job_of_another_machine_is_taken_over_once_its_lease_has_run_out() -> None:
    async def run(_claim: Claim) -> Outcome:
        return Done("taken over")

    process, other = Process(run), JobStore(ELSEWHERE)
    await process.enqueue()
    (found,) = await other.due(["report"], 1)
    await other.claim(found)
    await process.store.release_abandoned(["report"])
    await process.runner.drain()
    assert (await process.job()).state == "running"
    await Job.update({Job.leased_until: utc_now()}, force=True)
    await process.runner.drain()
    assert (await process.job()).result == "taken over"


async def test_a_process_that_only_slept_stops_when_its_job_was_taken_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(claims_module, "HEARTBEAT", timedelta(milliseconds=5))
    sleeping = Halting()
    sleeper, other = Process(sleeping, owner=ELSEWHERE), JobStore()
    await sleeper.enqueue()
    draining = asyncio.create_task(sleeper.runner.drain())
    await sleeping.begun.wait()

    async def is_taken_over() -> bool:
        return await other.claim(await sleeper.job()) is not None  # its owner renews the lease meanwhile

    await until(is_taken_over)
    await draining
    assert sleeping.was_cancelled
    assert (await sleeper.job()).state == "running"
    assert caplog.messages == ["Another process has taken over the job report"]


async def test_of_many_runners_one_executes_a_job() -> None:
    executed: list[UUID] = []

    async def run(claim: Claim) -> Outcome:
        executed.append(claim.job.id)
        return None

    processes = [Process(run, owner=replace(Owner.current(), pid=pid)) for pid in range(100001, 100006)]
    ids = [await processes[0].enqueue() for _ in range(10)]
    await asyncio.gather(*(process.runner.drain() for process in processes))
    assert sorted(executed) == sorted(ids)


async def test_no_more_jobs_run_at_once_than_the_size_and_one_place_is_kept_for_short_ones() -> None:
    long, short = Halting(), Halting()
    store = JobStore()
    kinds = [JobKind(name="long", run=long, is_long=True), JobKind(name="short", run=short)]
    runner = JobRunner(store, kinds, size=2, poll=NEVER)
    for kind in ("long", "long", "short", "short"):
        await store.enqueue(NewJob(kind=kind))

    async def running() -> list[str]:
        rows = await Job.select(Job.kind).where(Job.state == "running").order_by(Job.kind)
        return [row["kind"] for row in rows]

    assert [await runner.take() for _ in range(3)] == [1, 1, 0]
    assert await running() == ["long", "short"]
    short.go.set()
    long.go.set()
    await runner.drain()
    assert await Job.count().where(Job.state == "done") == 4


async def test_a_waiting_job_is_cancelled_at_once() -> None:
    async def run(_claim: Claim) -> Outcome:
        raise AssertionError

    process = Process(run)
    job = await process.service.cancel(await process.enqueue(key="once"))
    await process.runner.drain()
    assert (job.state, job.due_at) == ("cancelled", None)
    assert await process.enqueue(key="once") != job.id


async def test_a_running_job_is_cancelled_by_its_next_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims_module, "HEARTBEAT", timedelta(milliseconds=5))
    halting = Halting()
    process = Process(halting)
    id_ = await process.enqueue()
    draining = asyncio.create_task(process.runner.drain())
    await halting.begun.wait()
    assert (await process.service.cancel(id_)).state == "running"
    await draining
    assert halting.was_cancelled
    assert (await process.job()).state == "cancelled"


async def test_a_job_that_reports_its_progress_ends_with_its_unit_of_work_when_the_process_stops() -> None:
    halting = Halting()
    process = Process(halting)
    await process.enqueue()
    running = asyncio.create_task(process.runner.run())
    await halting.begun.wait()
    stopping = asyncio.create_task(process.runner.stop(patience=60))
    await asyncio.sleep(0)
    halting.go.set()
    await stopping
    await running
    job = await process.job()
    assert (job.state, job.cursor, job.done) == ("waiting", 1, 1)
    assert job.leased_until < utc_now()
    assert not halting.was_cancelled


async def test_a_job_that_does_not_end_in_time_is_given_back() -> None:
    halting = Halting()
    process = Process(halting)
    await process.enqueue()
    running = asyncio.create_task(process.runner.run())
    await halting.begun.wait()
    await process.runner.stop(patience=0.01)
    await running
    job = await process.job()
    assert halting.was_cancelled
    assert (job.state, job.attempts) == ("waiting", 0)
    assert job.due_at is not None
    assert job.leased_until < utc_now() >= job.due_at


async def test_a_runner_without_places_takes_nothing() -> None:
    async def run(_claim: Claim) -> Outcome:
        raise AssertionError

    process = Process(run, size=0)
    await process.enqueue()
    await process.runner.run()
    assert (await process.job()).state == "waiting"


async def test_a_look_of_an_idle_process_is_one_statement(central: SQLiteEngine) -> None:
    async def run(_claim: Claim) -> Outcome:
        return None

    process, statements = Process(run), []
    central.on_statement = statements.append
    assert await process.runner.take() == 0
    assert len(statements) == 1
    await process.enqueue()
    statements.clear()
    await process.runner.drain()
    central.on_statement = None
    assert len(statements) == 4, "look, claim, end, look"
