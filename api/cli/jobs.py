"""``freehold jobs``: lists, retries and cancels the jobs of the installation."""

from uuid import UUID

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, WithRegistry, load_settings, run, run_central, tenant_called
from api.operations.job_acts import JobActs
from api.schemas.jobs import JobDetail, JobResponse
from central.jobs.records import JobRecord
from central.jobs.service import JobFilter, JobService
from central.jobs.store import JobStore
from central.jobs.tables import JobState

__all__ = ["jobs"]

_COLUMNS = ("id", "kind", "tenant", "state", "progress", "attempts", "due", "error")
_PAGE = 200


@click.group()
def jobs() -> None:
    """Work that outlives a request, such as mails and repairs."""


@jobs.command("list")
@click.option("--state", type=click.Choice([one.value for one in JobState]), help="Only jobs in this state.")
@click.option("--kind", help="Only jobs of this kind.")
@click.option("--tenant", metavar="SLUG", shell_complete=tenant_slugs, help="Only jobs of this tenant.")
@click.option(
    "--limit", type=click.IntRange(1, _PAGE), default=50, show_default=True, help="The maximum number."
)
@with_output
def _list_jobs(state: str | None, kind: str | None, tenant: str | None, limit: int, out: Output) -> None:
    """List jobs, newest first."""

    async def found(platform: WithRegistry) -> list[JobRecord]:
        tenant_id = None if tenant is None else (await tenant_called(platform, tenant)).ref.id
        wanted = JobFilter(None if state is None else JobState(state), kind, tenant_id)
        return list((await _service().page(limit, wanted=wanted)).items)

    shown = [JobResponse.of(one) for one in run_central(load_settings(), found)]
    out.many(shown, "Jobs", [_row(one) for one in shown], _COLUMNS)


@jobs.command("show")
@click.argument("job", type=click.UUID)
@with_output
def _show_job(job: UUID, out: Output) -> None:
    """Show the job with the id JOB, and its steps."""

    async def found(_platform: object) -> JobDetail:
        service = _service()
        return JobDetail.with_steps(await service.get(job), await service.steps(job))

    detail = run_central(load_settings(), found)
    out.one(detail, lambda: _print(detail))


@jobs.command("retry")
@click.argument("job", type=click.UUID)
@with_output
def _retry_job(job: UUID, out: Output) -> None:
    """Try the job with the id JOB again at once, in a process that executes jobs."""
    retried = run_central(load_settings(), lambda _platform: JobActs(_service(), ACTOR).retry(job))
    out.one(JobResponse.of(retried), lambda: say(f"The job {job} is due."))


@jobs.command("cancel")
@click.argument("job", type=click.UUID)
@with_output
def _cancel_job(job: UUID, out: Output) -> None:
    """Cancel the job with the id JOB. A running one stops within seconds."""
    cancelled = run(load_settings(), lambda platform: JobActs(platform.job_service, ACTOR).cancel(job))
    words = "stops within seconds" if cancelled.state is JobState.RUNNING else "is cancelled"
    out.one(JobResponse.of(cancelled), lambda: say(f"The job {job} {words}."))


def _service() -> JobService:
    """Return the service for what does not depend on the kinds of jobs."""
    return JobService(JobStore(), {})


def _row(job: JobResponse) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "tenant": job.slug,
        "state": job.state,
        "progress": _progress(job),
        "attempts": job.attempts,
        "due": job.due_at and f"{job.due_at:%Y-%m-%d %H:%M:%S}",
        "error": job.error or "",
    }


def _progress(job: JobResponse) -> str:
    one = job.progress
    total = "" if one.of is None else f" of {one.of}"
    return f"{one.done}{total} {one.unit}" if one.unit else ""


def _print(job: JobDetail) -> None:
    say(f"{job.kind}{' of ' + job.slug if job.slug else ''}, {job.state}")
    say(f"  id        {job.id}")
    if progress := _progress(job):
        say(f"  progress  {progress}")
    say(f"  attempts  {job.attempts}")
    if job.due_at is not None:
        say(f"  due       {job.due_at:%Y-%m-%d %H:%M:%S} UTC")
    say(f"  created   {job.created_at:%Y-%m-%d %H:%M:%S} UTC")
    if job.error:
        say(f"  error     {job.error}")
    for step in job.steps:
        reason = f": {step.error}" if step.error else ""
        say(f"  step      {step.name}, {step.state}{reason}")
