"""What operators see of jobs and do with them."""

from datetime import timedelta

import pytest

from central.jobs.claims import Claim
from central.jobs.errors import JobNotCancellable, JobNotFound, JobNotRetryable
from central.jobs.kinds import JobKind, Outcome
from central.jobs.records import JobRecord, pause_after
from central.jobs.service import JobFilter, JobService, job_counts
from central.jobs.store import JobStore, NewJob
from central.jobs.tables import Job, JobState
from piccolo_engines.columns import new_id, utc_now

pytestmark = pytest.mark.usefixtures("central")


async def nothing(_claim: Claim) -> Outcome:
    return None


KINDS = {
    "report": JobKind(name="report", run=nothing),
    "deletion": JobKind(name="deletion", run=nothing, is_cancellable=False),
}


@pytest.fixture
def store() -> JobStore:
    return JobStore()


@pytest.fixture
def service(store: JobStore) -> JobService:
    return JobService(store, KINDS)


async def claimed(store: JobStore, kind: str = "report") -> Claim:
    (job,) = await store.due([kind], 1)
    claim = await store.claim(job)
    assert claim is not None
    return claim


async def test_jobs_are_listed_by_pages_and_filters(store: JobStore, service: JobService) -> None:
    tenant = new_id()
    first = await store.enqueue(NewJob(kind="report", tenant_id=tenant))
    second = await store.enqueue(NewJob(kind="deletion", tenant_id=tenant))
    third = await store.enqueue(NewJob(kind="report"))
    await service.cancel(third)
    page = await service.page(2)
    assert [job.id for job in page.items] == [third, second]
    assert [job.id for job in (await service.page(2, page.next)).items] == [first]

    async def listed(wanted: JobFilter) -> list[object]:
        return [job.id for job in (await service.page(200, wanted=wanted)).items]

    assert await listed(JobFilter(state=JobState.CANCELLED)) == [third]
    assert await listed(JobFilter(kind="report")) == [third, first]
    assert await listed(JobFilter(kind="report", tenant_id=tenant)) == [first]
    with pytest.raises(ValueError, match="1 to 200"):
        await service.page(0)


async def test_a_job_that_does_not_exist(service: JobService) -> None:
    for act in (service.get, service.retry, service.cancel):
        with pytest.raises(JobNotFound):
            await act(new_id())
    assert await service.steps(new_id()) == []


async def test_a_failed_job_is_retried_and_keeps_its_key(store: JobStore, service: JobService) -> None:
    woken: list[bool] = []
    id_ = await store.enqueue(NewJob(kind="report", key="once"))
    await (await claimed(store)).fail("no paper")
    store.wake = lambda: woken.append(True)
    job = await service.retry(id_)
    assert (job.state, job.attempts, job.error) == (JobState.WAITING, 0, "no paper")
    assert [one.id for one in await store.due(["report"], 5)] == [id_]
    assert woken == [True]
    assert await store.enqueue(NewJob(kind="report", key="once")) == id_


async def test_enqueueing_with_the_key_of_a_failed_job_retries_it(store: JobStore) -> None:
    id_ = await store.enqueue(NewJob(kind="report", key="once"))
    await (await claimed(store)).fail("no paper")
    assert await store.due(["report"], 5) == []
    assert await store.enqueue(NewJob(kind="report", key="once")) == id_
    assert [one.id for one in await store.due(["report"], 5)] == [id_]


async def test_a_waiting_job_is_made_due(store: JobStore, service: JobService) -> None:
    id_ = await store.enqueue(NewJob(kind="report", due_at=utc_now() + timedelta(days=1)))
    assert await store.due(["report"], 5) == []
    await service.retry(id_)
    assert [one.id for one in await store.due(["report"], 5)] == [id_]


async def test_running_and_finished_jobs_are_not_retried(store: JobStore, service: JobService) -> None:
    id_ = await store.enqueue(NewJob(kind="report"))
    claim = await claimed(store)
    with pytest.raises(JobNotRetryable, match="running"):
        await service.retry(id_)
    await claim.complete()
    with pytest.raises(JobNotRetryable, match="done"):
        await service.retry(id_)


async def test_what_must_be_completed_and_what_is_finished_is_not_cancelled(
    store: JobStore, service: JobService
) -> None:
    with pytest.raises(JobNotCancellable, match="must be completed"):
        await service.cancel(await store.enqueue(NewJob(kind="deletion")))
    id_ = await store.enqueue(NewJob(kind="report"))
    await (await claimed(store)).complete()
    with pytest.raises(JobNotCancellable, match="done"):
        await service.cancel(id_)


async def test_a_failed_job_is_cancelled(store: JobStore, service: JobService) -> None:
    id_ = await store.enqueue(NewJob(kind="report"))
    await (await claimed(store)).fail("no paper")
    assert (await service.cancel(id_)).state == "cancelled"


async def test_a_job_that_changes_meanwhile_is_looked_at_again(
    store: JobStore, service: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await store.enqueue(NewJob(kind="report"))
    get, looks = service.get, 0

    async def get_and_be_overtaken(job_id: object) -> JobRecord:
        nonlocal looks
        looks += 1
        job = await get(id_)
        if looks == 1:
            await store.claim(job)
        return job

    monkeypatch.setattr(service, "get", get_and_be_overtaken)
    with pytest.raises(JobNotRetryable, match="running"):
        await service.retry(id_)


async def test_jobs_are_counted_by_state(store: JobStore, service: JobService) -> None:
    counts = await job_counts()
    assert (dict(counts.by_state), counts.oldest_due_seconds) == (
        {"waiting": 0, "running": 0, "failed": 0},
        0,
    )
    for _ in range(2):
        await store.enqueue(NewJob(kind="report", due_at=utc_now() - timedelta(minutes=1)))
    await (await claimed_first(store)).fail("no paper")
    await claimed_first(store)
    await store.enqueue(NewJob(kind="report", due_at=utc_now() - timedelta(minutes=5)))
    await store.enqueue(NewJob(kind="report"))
    counts = await job_counts()
    assert dict(counts.by_state) == {"waiting": 2, "running": 1, "failed": 1}
    assert 300 <= counts.oldest_due_seconds < 360


async def claimed_first(store: JobStore) -> Claim:
    job, *_ = await store.due(["report"], 1)
    claim = await store.claim(job)
    assert claim is not None
    return claim


async def test_old_finished_jobs_are_deleted_and_others_are_not(store: JobStore, service: JobService) -> None:
    waiting, failed, done, cancelled = [await store.enqueue(NewJob(kind="report")) for _ in range(4)]
    for job in await store.due(["report"], 4):
        claim = await store.claim(job)
        assert claim is not None
        if job.id == failed:
            await claim.fail("no paper")
        elif job.id == done:
            await claim.complete()
        else:
            await claim.postpone(utc_now())
    await service.cancel(cancelled)
    assert await service.prune() == 0
    assert await service.prune(timedelta(0)) == 2
    assert {row["id"] for row in await Job.select(Job.id)} == {waiting, failed}


def test_pauses_double_up_to_the_longest() -> None:
    assert [pause_after(n).total_seconds() for n in (0, 1, 2, 5, 12, 13, 10**9)] == [
        *(1, 1, 2, 16, 2048),
        *(3600, 3600),
    ]
    assert pause_after(10, timedelta(minutes=5)) == timedelta(minutes=5)
