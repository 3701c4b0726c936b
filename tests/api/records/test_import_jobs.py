"""Imports in the background: who sees them, what they leave, and what becomes of interrupted ones."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.runner import JobRunner
from central.jobs.tables import Job
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import StorageFailed
from tenant_schema.records.csv import import_csv
from tenant_schema.records.tables import RecordImport, RecordImportPart
from tests.api.conftest import ON_SQLITE, World
from tests.api.records.test_imports import form
from tests.api.records.test_records import ACCOUNTS, WRITERS
from tests.api.scenarios import CALLERS, assert_problem, caller

IMPORTS, JOBS = f"{ACCOUNTS}/imports", "/api/v1/jobs"
GOOD_LINES = f"{IMPORTS}?mode=good_lines"


async def run_all(world: World) -> None:
    """Deliver outboxes and execute the jobs, as a worker does."""
    with CENTRAL.bind(world.platform.central_engine):
        for _ in range(3):
            await Job.update({Job.due_at: utc_now()}).where(Job.due_at.is_not_null())
            await JobRunner(world.platform.jobs, world.platform.job_runner.kinds.values(), size=1).drain()


async def begun(client: httpx.AsyncClient, text: str, path: str = GOOD_LINES) -> str:
    response = await client.post(path, files=form(text))
    assert response.status_code == 202, response.text
    return str(response.json()["id"])


def lines(number: int, first: int = 0) -> str:
    return "name,industry\n" + "".join(f"Company {one},technology\n" for one in range(first, first + number))


async def names(client: httpx.AsyncClient) -> list[str]:
    response = await client.get(f"{ACCOUNTS}?limit=200&fields=name&sort=name")
    return [one["name"] for one in response.json()["data"]]


@pytest.mark.parametrize("who", CALLERS)
async def test_who_may_import_in_the_background(world: World, who: str) -> None:
    client = await caller(world, who, "acme.localhost")
    response = await client.post(GOOD_LINES, files=form())
    expected = {200: 202}.get(WRITERS.get(who, 401), WRITERS.get(who, 401))
    assert response.status_code == expected, response.text


async def test_lines_are_imported_and_the_others_can_be_fetched(world: World) -> None:
    client = await world.user()
    text = "name,industry\nGlobex,technology\n=Initech,nonsense\nUmbrella,technology\n"
    id_ = await begun(client, text)
    job = (await client.get(f"{JOBS}/{id_}")).json()
    assert (job["state"], job["object"], job["fileName"]) == ("waiting", "accounts", "accounts.csv")
    assert job["progress"] == {"done": 0, "of": len(text), "unit": "bytes"}
    await run_all(world)
    job = (await client.get(f"{JOBS}/{id_}")).json()
    assert (job["state"], job["report"]["created"], job["report"]["failed"]) == ("done", 2, 1)
    assert job["report"]["errors"][0]["line"] == 3
    assert job["finishedAt"] is not None
    failed = await client.get(f"{JOBS}/{id_}/failed.csv")
    head, line, rest = failed.text.removeprefix("\ufeff").split("\r\n")
    assert (head, line[:19], rest) == ("name,industry,errors", "'=Initech,nonsense,", "")
    assert await names(client) == ["Globex", "Umbrella"]
    (listed,) = (await client.get(JOBS)).json()["data"]
    assert listed == job


async def test_all_or_nothing(world: World) -> None:
    client = await world.user()
    bad = await begun(client, lines(3) + "Initech,nonsense\n", IMPORTS)
    good = await begun(client, lines(3), IMPORTS)
    await run_all(world)
    job = (await client.get(f"{JOBS}/{bad}")).json()
    assert (job["state"], job["error"]["code"], job["error"]["errors"]) == ("failed", "bulk-refused", [])
    assert [one["line"] for one in job["report"]["errors"]] == [5]
    assert "Initech" in (await client.get(f"{JOBS}/{bad}/failed.csv")).text
    assert (await client.get(f"{JOBS}/{good}")).json()["report"]["created"] == 3
    assert len(await names(client)) == 3


@ON_SQLITE
async def test_what_the_head_shows_is_refused_at_once(world: World) -> None:
    client = await world.user()
    for path, text, status in (
        (IMPORTS, "nmae\nx\n", 422),
        (IMPORTS, "", 422),
        (f"{IMPORTS}?dryRun=true", "name\nx\n", 400),
        (f"{IMPORTS}?mode=some", "name\nx\n", 400),
        ("/api/v1/data/nothing/imports", "name\nx\n", 404),
    ):
        response = await client.post(path, files=form(text))
        assert response.status_code == status, response.text
        assert_problem(response)
    assert (await client.get(JOBS)).json()["data"] == []


@ON_SQLITE
async def test_only_who_began_an_import_sees_it(world: World) -> None:
    id_ = await begun(await world.user(), lines(1))
    manager = await caller(world, "manager", "acme.localhost")
    other = await caller(world, "neighbour", "demo.localhost")
    for client in (manager, other):
        assert (await client.get(JOBS)).json()["data"] == []
        for method, path in (("GET", ""), ("POST", "/cancel"), ("GET", "/failed.csv")):
            response = await client.request(method, f"{JOBS}/{id_}{path}")
            assert response.status_code == 404
            assert_problem(response, "job-not-found")


@pytest.mark.parametrize("path", [GOOD_LINES, IMPORTS])
async def test_an_interrupted_import_continues_and_imports_no_line_twice(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_csv, "_PORTION", 10)
    monkeypatch.setattr("tenant_schema.records.imports.journal._PAUSE", 0)
    client = await world.user()
    id_ = await begun(client, lines(35), path)
    attempts = list[int]()
    record = Claim.progress

    async def dies(claim: Claim, done: int, *rest: Any, **more: Any) -> None:
        await record(claim, done, *rest, **more)
        attempts.append(done)
        if claim.job.kind == "records.import" and len(attempts) in (2, 4):
            raise RuntimeError("The process ends here.")

    monkeypatch.setattr(Claim, "progress", dies)
    for _ in range(4):
        await run_all(world)
    job = (await client.get(f"{JOBS}/{id_}")).json()
    assert (job["state"], job["report"]["created"]) == ("done", 35)
    assert len(await names(client)) == 35
    assert len(attempts) > 4


@pytest.mark.parametrize(("path", "left"), [(GOOD_LINES, 10), (IMPORTS, 0)])
async def test_an_import_that_is_cancelled_while_it_runs(
    world: World, path: str, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_csv, "_PORTION", 10)
    monkeypatch.setattr("tenant_schema.records.imports.journal._PAUSE", 0)
    client = await world.user()
    id_ = await begun(client, lines(35), path)
    await interrupt(monkeypatch, lambda: client.post(f"{JOBS}/{id_}/cancel"))
    await run_all(world)
    assert (await client.get(f"{JOBS}/{id_}")).json()["state"] == "cancelled"
    assert len(await names(client)) == left
    again = await client.post(f"{JOBS}/{id_}/cancel")
    assert again.status_code == 409
    assert_problem(again, "job-not-cancellable")


async def interrupt(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[httpx.Response]]) -> None:
    """Cancel after the first portion, and wait until the heartbeat of the job notices it."""
    record = Claim.progress

    async def progress(claim: Claim, *arguments: Any, **more: Any) -> None:
        await record(claim, *arguments, **more)
        if claim.job.kind != "records.import":
            return
        assert (await act()).json()["state"] == "running"
        await asyncio.sleep(60)

    monkeypatch.setattr("central.jobs.claims.HEARTBEAT", timedelta(milliseconds=10))
    monkeypatch.setattr(Claim, "progress", progress)


@ON_SQLITE
async def test_an_import_that_is_cancelled_before_it_begins(world: World) -> None:
    client = await world.user()
    id_ = await begun(client, lines(3))
    cancelled = await client.post(f"{JOBS}/{id_}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    await run_all(world)
    assert await names(client) == []


@ON_SQLITE
async def test_the_rights_at_the_time_of_the_import_count(world: World) -> None:
    administrator, manager = await world.user(), await caller(world, "manager", "acme.localhost")
    id_ = await begun(manager, lines(3))
    me = (await manager.get("/api/v1/auth/me")).json()["user"]["id"]
    roles = (await administrator.get("/api/v1/roles")).json()["data"]
    viewer = next(one["id"] for one in roles if one["name"] == "viewer")
    assert (await administrator.put(f"/api/v1/users/{me}/roles", json={"roles": [viewer]})).is_success
    await run_all(world)
    job = (await manager.get(f"{JOBS}/{id_}")).json()
    assert (job["state"], job["error"]["code"]) == ("failed", "permission-denied")
    assert await names(administrator) == []


@ON_SQLITE
async def test_a_tenant_has_a_bound_on_unfinished_imports(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenant_schema.records.imports.service.MOST_UNFINISHED", 2)
    client = await world.user()
    for _ in range(2):
        await begun(client, lines(1))
    refused = await client.post(GOOD_LINES, files=form(lines(1)))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert_problem(refused, "too-many-at-once")
    await run_all(world)
    await begun(client, lines(1))


@ON_SQLITE
async def test_imports_whose_jobs_were_cancelled_or_have_failed_do_not_count_as_unfinished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenant_schema.records.imports.service.MOST_UNFINISHED", 3)
    client = await world.user()
    ids = [await begun(client, lines(2)) for _ in range(3)]

    def dies(_import_id: UUID) -> None:
        raise RuntimeError("The process ends here.")

    monkeypatch.setattr("tenant_schema.records.imports.service.received", dies)
    await run_all(world)
    with CENTRAL.bind(world.platform.central_engine):
        jobs = await Job.select(Job.id).where(Job.kind == "records.import").order_by(Job.id)
        for job, state in zip(jobs, ("cancelled", "failed"), strict=False):
            await Job.update({Job.state: state, Job.due_at: None}).where(Job.id == job["id"])
        await Job.delete().where(Job.id == jobs[2]["id"])
    await begun(client, lines(1))
    found = [(await client.get(f"{JOBS}/{id_}")).json() for id_ in ids]
    assert sorted(one["state"] for one in found) == ["cancelled", "failed", "failed"]
    assert all(one["finishedAt"] for one in found)


@ON_SQLITE
async def test_a_file_that_is_not_received_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, put = await world.user(), world.platform.outbox.put

    async def fails(*_: Any) -> None:
        raise StorageFailed

    monkeypatch.setattr(world.platform.outbox, "put", fails)
    assert (await client.post(GOOD_LINES, files=form(lines(1)))).status_code == 503
    monkeypatch.setattr(world.platform.outbox, "put", put)
    async with world.platform.tenancy.use(await world.tenant("acme")):
        assert await RecordImport.count() == 0
        assert await RecordImportPart.count() == 0


@ON_SQLITE
async def test_a_large_file_comes_back_in_the_order_of_its_parts(world: World) -> None:
    client = await world.user()
    text = "name,description\n" + "".join(f"C{one:05},{'x' * 100}\n" for one in range(6_000))
    id_ = await begun(client, text)
    await run_all(world)
    assert (await client.get(f"{JOBS}/{id_}")).json()["report"]["created"] == 6_000
