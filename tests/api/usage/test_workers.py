"""Limits in processes that serve no requests: ``freehold worker``, and jobs that take long."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from central.database import CENTRAL
from central.plans.errors import LimitReached
from central.plans.tables import ProcessUse
from central.usage.metering import Measured, write_measured
from tests.api.conftest import KEY, ON_SQLITE, World
from tests.api.records.test_import_jobs import IMPORTS, JOBS, begun, lines
from tests.api.usage.test_count_limits import limited, transaction
from tests.support.processes import COMMAND, environment


async def imported(client: httpx.AsyncClient) -> Any:
    """Import three records in the background. Returns the job after its end."""
    path = f"{JOBS}/{await begun(client, lines(3), IMPORTS)}"
    while (job := (await client.get(path)).json())["state"] in {"waiting", "running"}:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return job


@ON_SQLITE
async def test_a_worker_knows_the_storage_and_exchanges_what_it_has_written(
    world: World, tmp_path: Path
) -> None:
    await limited(world, rows=1_000, storageBytes=1_000)
    settings = world.platform.settings
    environ = {
        "DATA_DIR": str(settings.data_dir),
        "CENTRAL_DATABASE_URL": settings.central_database_url,
        "ENCRYPTION_KEY": KEY.secret.hex(),
    }
    tenant = await world.tenant("acme")
    with CENTRAL.bind(world.platform.central_engine):
        await write_measured(tenant.id, "acme", Measured(0, 2_000, 1, 1))
    worker = await asyncio.create_subprocess_exec(
        *COMMAND, "worker", cwd=tmp_path, env=environment(environ), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert worker.stdout is not None
        assert json.loads(await worker.stdout.readline())["event"] == "started"
        async with await world.user() as client, asyncio.timeout(60):
            job = await imported(client)
            assert (job["state"], job["error"]["code"]) == ("failed", "limit-reached")
            await limited(world, rows=1_000)
            while job["state"] == "failed":  # until the worker has noted that
                job = await imported(client)
            with CENTRAL.bind(world.platform.central_engine):
                while 3 not in [one["rows_added"] for one in await ProcessUse.select()]:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
    finally:
        worker.terminate()
        assert await worker.wait() == 0


async def test_a_changed_plan_holds_for_what_has_begun(world: World) -> None:
    await limited(world, rows=100, storageBytes=10**12)
    usage = world.platform.usage
    tenant = await world.tenant("acme")
    async with transaction(world) as create:
        await create("One")
        await limited(world, rows=1)
        with CENTRAL.bind(world.platform.central_engine):
            await usage.exchange()
        with pytest.raises(LimitReached) as refused:
            await create("Two")
        assert (refused.value.limit, refused.value.most) == ("rows", 1)
        await limited(world, storageBytes=1_000)
        with CENTRAL.bind(world.platform.central_engine):
            await write_measured(tenant.id, "acme", Measured(1, 2_000, 4, 3))
            await usage.exchange()
        with pytest.raises(LimitReached) as refused:
            await create("Two")
        assert (refused.value.limit, refused.value.used) == ("storageBytes", 2_000)
