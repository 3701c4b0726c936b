"""/setup/jobs: operators see, retry and cancel jobs."""

from litestar import Controller, get, post
from msgspec import UNSET, UnsetType

from api.composition import Platform
from api.openapi.described import problems
from api.operations.job_acts import JobActs
from api.requests.sources import Injected, Query
from api.schemas.jobs import JobDetail, JobPage, JobQuery, JobResponse
from api.schemas.paths import JobId
from central.jobs.service import JobFilter
from central.jobs.tables import JobState
from central.operators.audit import Actor

__all__ = ["JobController"]


class JobController(Controller):
    """Work that outlives a request."""

    path = "/jobs"
    tags = ("Jobs",)

    @get(
        "/",
        operation_id="listJobs",
        summary="Jobs, the newest first",
        description="Finished ones are deleted after 90 days.",
        response_description="A page of jobs.",
        dependencies={"params": Query(JobQuery)},
    )
    async def list_jobs(self, platform: Injected[Platform], params: Injected[JobQuery]) -> JobPage:
        """A page of jobs."""
        cursor = None if params.cursor is UNSET else params.cursor
        wanted = JobFilter(
            state=None if isinstance(params.state, UnsetType) else JobState(params.state),
            kind=None if isinstance(params.kind, UnsetType) else params.kind,
            tenant_id=None if isinstance(params.tenant, UnsetType) else params.tenant,
        )
        return JobPage.of(await platform.job_service.page(params.limit, cursor, wanted))

    @get(
        "/{jobId:str}",
        operation_id="readJob",
        summary="One job, with its steps",
        response_description="The job.",
        responses=problems(404),
    )
    async def read_job(self, platform: Injected[Platform], job_id: JobId) -> JobDetail:
        """One job."""
        jobs = platform.job_service
        return JobDetail.with_steps(await jobs.get(job_id), await jobs.steps(job_id))

    @post(
        "/{jobId:str}/retry",
        status_code=200,
        operation_id="retryJob",
        summary="Try a job again at once",
        description="One that has failed, or that waits for its next attempt.",
        response_description="The job as it is now.",
        responses=problems(404, 409),
    )
    async def retry_job(
        self, platform: Injected[Platform], actor: Injected[Actor], job_id: JobId
    ) -> JobResponse:
        """Try a job again."""
        return JobResponse.of(await JobActs(platform.job_service, actor).retry(job_id))

    @post(
        "/{jobId:str}/cancel",
        status_code=200,
        operation_id="cancelJob",
        summary="Cancel a job",
        description=(
            "A running one stops within seconds; until then its state is `running`. Jobs that must be "
            "completed, such as the deletion of a tenant, cannot be cancelled."
        ),
        response_description="The job as it is now.",
        responses=problems(404, 409),
    )
    async def cancel_job(
        self, platform: Injected[Platform], actor: Injected[Actor], job_id: JobId
    ) -> JobResponse:
        """Cancel a job."""
        return JobResponse.of(await JobActs(platform.job_service, actor).cancel(job_id))
