"""The store of jobs: enqueueing once or with a key."""

import pytest

from central.database import CENTRAL
from central.jobs.store import JobStore, NewJob
from central.jobs.tables import Job, JobState
from piccolo_engines.columns import new_id

pytestmark = pytest.mark.usefixtures("central")


async def test_a_job_is_due_from_its_insertion_on() -> None:
    woken: list[bool] = []
    tenant_id = new_id()
    store = JobStore()
    store.wake = lambda: woken.append(True)
    id_ = await store.enqueue(
        NewJob(kind="report", tenant_id=tenant_id, tenant_slug="acme", arguments={"year": 2026})
    )
    row = await Job.select().where(Job.id == id_).output(load_json=True).first()
    assert row is not None
    assert (row["kind"], row["tenant_id"], row["tenant_slug"]) == ("report", tenant_id, "acme")
    assert (row["state"], row["arguments"], row["attempts"]) == (JobState.WAITING, {"year": 2026}, 0)
    assert row["due_at"] == row["enqueued_at"]
    assert woken == [True]


async def test_a_job_of_a_transaction_wakes_nobody_and_is_rolled_back_with_it() -> None:
    woken: list[bool] = []

    store = JobStore()
    store.wake = lambda: woken.append(True)

    async def fail_after_enqueueing() -> None:
        async with CENTRAL.transaction():
            await store.enqueue(NewJob(kind="report"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_enqueueing()
    assert await Job.count() == 0
    assert woken == []


async def test_of_several_jobs_with_a_key_there_is_one() -> None:
    store = JobStore()
    first = await store.enqueue(NewJob(kind="report", key="report:acme", arguments={"year": 2025}))
    again = await store.enqueue(NewJob(kind="report", key="report:acme", arguments={"year": 2026}))
    other = await store.enqueue(NewJob(kind="report", key="report:globex"))
    assert first == again != other
    rows = await Job.select(Job.arguments, Job.enqueued).order_by(Job.id).output(load_json=True)
    assert [(row["arguments"], row["enqueued"]) for row in rows] == [({"year": 2025}, 1), ({}, 1)]


async def test_a_signal_inserts_the_job_or_counts() -> None:
    store = JobStore()
    for _ in range(3):
        await store.signal(NewJob(kind="outbox", key="outbox:acme"))
    (row,) = await Job.select()
    assert row["enqueued"] == 3
    assert row["due_at"] >= row["enqueued_at"] > row["created_at"]
