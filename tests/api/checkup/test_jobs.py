"""The check of jobs: whether some process executes those that are due."""

from datetime import timedelta

from api.checkup.jobs import check_jobs
from central.database import CENTRAL
from central.jobs.store import NewJob
from central.jobs.tables import Job
from piccolo_engines.columns import utc_now
from tests.api.conftest import ON_SQLITE, World

pytestmark = ON_SQLITE


async def test_a_job_that_no_process_begins_is_reported(world: World) -> None:
    platform = world.platform
    with CENTRAL.bind(platform.central_engine):
        await platform.jobs.enqueue(NewJob(kind="outbox", key="outbox:late"))
        (fine,) = await check_jobs(platform)
        await Job.update({Job.due_at: utc_now() - timedelta(minutes=10)}, force=True)
        (late,) = await check_jobs(platform)
    assert fine.level == "ok"
    assert (late.level, late.about) == ("warning", "jobs")
    assert "due for 10 minutes" in late.message
    assert "freehold worker" in late.remedy
