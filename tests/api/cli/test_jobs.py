"""``freehold jobs`` and ``freehold worker``."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.composition import compose
from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.errors import JobFailed
from central.jobs.kinds import JobKind, Outcome
from central.jobs.runner import JobRunner
from central.jobs.store import JobStore, NewJob
from piccolo_conf import DB
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope
from tests.api.cli.conftest import Run, Told
from tests.api.conftest import CHEAP, settings_in
from tests.support.processes import COMMAND, environment

NO_JOB = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


async def _fail(_claim: Claim) -> Outcome:
    raise JobFailed("There is no paper.")


@pytest.fixture
def failed(folder: Path) -> str:
    """The id of a job that failed."""

    async def make() -> str:
        platform = compose(settings_in(folder), hashing=CHEAP)
        with CENTRAL.bind(platform.central_engine):
            store = JobStore()
            id_ = await store.enqueue(NewJob(kind="report", tenant_slug="acme"))
            await JobRunner(store, [JobKind(name="report", run=_fail)], size=1).drain()
        await platform.close()
        return str(id_)

    return asyncio.run(make())


def test_jobs_are_listed_shown_retried_and_cancelled(told: Told, call: Run, failed: str) -> None:
    (job,) = told("jobs", "list", "--state", "failed")
    assert (job["id"], job["slug"], job["error"]) == (failed, "acme", "There is no paper.")
    assert told("jobs", "show", failed)["attempts"] == 1
    shown = call("jobs", "list", "--text").stdout
    assert "There is no paper." in shown
    assert "8 of 8 steps" in shown
    assert "There is no paper." in call("jobs", "show", failed, "--text").stdout
    assert told("jobs", "retry", failed)["state"] == "waiting"
    assert told("jobs", "cancel", failed)["state"] == "cancelled"
    assert "this one is cancelled" in call("jobs", "retry", failed, status=1).stderr
    assert "it is cancelled" in call("jobs", "cancel", failed, status=1).stderr


def test_jobs_of_one_tenant(told: Told, call: Run) -> None:
    (job,) = told("jobs", "list", "--tenant", "acme", "--kind", "tenant.create")
    detail = told("jobs", "show", job["id"])
    assert detail["steps"][0]["name"] == "reserve"
    assert "step      reserve, done" in call("jobs", "show", job["id"], "--text").stdout
    call("jobs", "list", "--tenant", "nobody", status=1)


def test_a_job_that_does_not_exist(call: Run) -> None:
    assert "no job" in call("jobs", "show", NO_JOB, status=1).stderr
    call("jobs", "show", "acme", status=2)


def test_a_worker_executes_what_is_due_and_ends(told: Told, call: Run, folder: Path) -> None:
    """A message of a kind that nothing sends stays, and the doctor reports it."""

    async def put() -> None:
        platform = compose(settings_in(folder), hashing=CHEAP)
        with CENTRAL.bind(platform.central_engine):
            tenant = await platform.registry.by_slug("acme")
            async with platform.tenancy.use(tenant):
                await platform.outbox.put(TenantScope(tenant.id, "acme", "Acme"), "fax", {})
        await platform.close()

    async def messages() -> list[dict[str, Any]]:
        platform = compose(settings_in(folder), hashing=CHEAP)
        with CENTRAL.bind(platform.central_engine):
            tenant = await platform.registry.by_slug("acme")
            async with platform.tenancy.use(tenant):
                found: list[dict[str, Any]] = await OutboxMessage.select()
        await platform.close()
        assert not DB.is_bound
        return found

    asyncio.run(put())
    (job,) = told("jobs", "list", "--kind", "outbox")
    told("jobs", "retry", job["id"])
    call("worker", "--once")
    assert [one["error"] for one in asyncio.run(messages())] == ["Nothing sends this kind."]
    warnings = [one["message"] for one in told("doctor") if one["level"] == "warning"]
    assert "Its outbox waits: Nothing sends messages of the kind fax." in warnings


def test_a_worker_takes_up_jobs_until_it_is_stopped(environ: dict[str, str], tmp_path: Path) -> None:
    command = [*COMMAND, "worker", "--jobs", "1"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(environ), stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert json.loads(worker.stdout.readline()) == {"event": "started", "jobs": 1}
        worker.terminate()
        assert worker.wait(60) == 0
