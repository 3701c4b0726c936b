"""/setup/jobs: operators see jobs, retry and cancel them; the rest of the world does not."""

from typing import Any

import httpx
import pytest

from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.errors import JobFailed
from central.jobs.kinds import JobKind, Outcome
from central.jobs.store import NewJob
from central.tables import AuditEvent
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem

pytestmark = ON_SQLITE
NO_JOB = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


async def enqueue(world: World, **values: Any) -> str:
    with CENTRAL.bind(world.platform.central_engine):
        return str(await world.platform.jobs.enqueue(NewJob(kind="report", **values)))


def refused(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert_problem(response, code)


async def fail(_claim: Claim) -> Outcome:
    raise JobFailed("There is no paper.")


async def test_the_creation_of_a_tenant_is_a_job_with_steps(world: World) -> None:
    tenant_id = await world.tenant_id("acme")
    found = (await world.operator().get("/setup/jobs", params={"tenant": tenant_id})).json()
    (job,) = found["data"]
    assert found["page"] == {"next": None}
    assert (job["kind"], job["tenant"], job["slug"], job["state"]) == (
        *("tenant.create", tenant_id, "acme", "done"),
    )
    assert job["progress"] == {"done": 8, "of": 8, "unit": "steps"}
    assert "error" not in job
    detail = (await world.operator().get(f"/setup/jobs/{job['id']}")).json()
    assert [(one["name"], one["state"]) for one in detail["steps"]][::8] == [("reserve", "done")]
    assert {name: detail[name] for name in job} == job


async def test_jobs_are_paged_and_filtered(world: World) -> None:
    ids = [await enqueue(world) for _ in range(3)]
    operator = world.operator()

    async def listed(**params: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await operator.get("/setup/jobs", params=params)).json()
        return found

    first = await listed(kind="report", limit=2)
    assert [one["id"] for one in first["data"]] == [ids[2], ids[1]]
    second = await listed(kind="report", limit=2, cursor=first["page"]["next"])
    assert ([one["id"] for one in second["data"]], second["page"]["next"]) == ([ids[0]], None)
    assert len((await listed(state="waiting", kind="report"))["data"]) == 3
    assert (await listed(state="failed"))["data"] == []
    for wrong in ({"state": "broken"}, {"limit": 0}, {"cursor": "x"}, {"tenant": "acme"}, {"kindd": "x"}):
        code = "invalid-cursor" if "cursor" in wrong else "invalid-query"
        refused(await operator.get("/setup/jobs", params=wrong), 400, code)


async def test_a_failed_job_is_retried_and_that_is_recorded(world: World) -> None:
    id_ = await enqueue(world, tenant_slug="acme")
    await world.run_jobs(JobKind(name="report", run=fail))
    operator = world.operator()
    job = (await operator.get(f"/setup/jobs/{id_}")).json()
    assert (job["state"], job["error"], job["dueAt"]) == ("failed", "There is no paper.", None)
    retried = await operator.post(f"/setup/jobs/{id_}/retry")
    assert (retried.status_code, retried.json()["state"]) == (200, "waiting")
    cancelled = await operator.post(f"/setup/jobs/{id_}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    for act, code in (("retry", "job-not-retryable"), ("cancel", "job-not-cancellable")):
        refused(await operator.post(f"/setup/jobs/{id_}/{act}"), 409, code)
    with CENTRAL.bind(world.platform.central_engine):
        events = await AuditEvent.select().order_by(AuditEvent.id).output(load_json=True)
    assert [(one["action"], one["tenant_slug"], one["detail"]) for one in events[-2:]] == [
        (f"job.{act}", "acme", {"job": id_, "kind": "report"}) for act in ("retry", "cancel")
    ]


async def test_the_deletion_of_a_tenant_cannot_be_cancelled(world: World) -> None:
    operator, tenant_id = world.operator(), await world.tenant_id("acme")
    await operator.delete(f"/setup/tenants/{tenant_id}")
    (job, *_) = (await operator.get("/setup/jobs", params={"kind": "tenant.delete"})).json()["data"]
    refused(await operator.post(f"/setup/jobs/{job['id']}/cancel"), 409, "job-not-cancellable")


async def test_a_job_that_does_not_exist(world: World) -> None:
    operator = world.operator()
    for method, path in (("GET", ""), ("POST", "/retry"), ("POST", "/cancel")):
        for id_ in (NO_JOB, "acme"):
            response = await operator.request(method, f"/setup/jobs/{id_}{path}")
            refused(response, 404, "job-not-found")


@pytest.mark.parametrize("path", ["", f"/{NO_JOB}", f"/{NO_JOB}/retry", f"/{NO_JOB}/cancel"])
async def test_only_operators_see_jobs(world: World, path: str) -> None:
    method = "POST" if path.endswith(("retry", "cancel")) else "GET"
    guest = await world.client("localhost").request(method, f"/setup/jobs{path}")
    refused(guest, 401, "not-authenticated")
    administrator = await (await world.user()).request(method, f"/setup/jobs{path}")
    refused(administrator, 404, "not-found")


async def test_jobs_are_in_the_metrics(world: World) -> None:
    await enqueue(world)
    lines = (await world.client("localhost").get("/metrics")).text.splitlines()
    assert {'freehold_jobs{state="waiting"} 2', 'freehold_jobs{state="failed"} 0'} <= set(lines)
    (oldest,) = [line for line in lines if line.startswith("freehold_jobs_oldest_due_seconds ")]
    assert float(oldest.split()[1]) > 0
