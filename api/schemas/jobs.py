"""Jobs: responses and parameters for operators."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, NextLink, Output
from central.jobs.records import JobRecord
from central.jobs.service import StepRecord
from piccolo_engines.paging import Page

__all__ = ["JobDetail", "JobPage", "JobProgress", "JobQuery", "JobResponse", "JobStepResponse"]

_State = Literal["waiting", "running", "done", "failed", "cancelled"]
_Id = Annotated[UUID, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Time = Annotated[datetime, Meta(description="UTC.", examples=["2026-02-28T12:30:00.250000Z"])]
_Kind = Annotated[str, Meta(description="What it does.", examples=["tenant.delete"], max_length=40)]


class JobProgress(Output):
    """How far a job has come."""

    done: Annotated[int, Meta(ge=0, examples=[3])]
    of: Annotated[int, Meta(description="The total, if it is known.", ge=0, examples=[7])] | None
    unit: Annotated[str, Meta(description="What is counted.", examples=["steps"])]


class JobResponse(Output):
    """A job. `waiting` ones have not begun, or wait for their next attempt."""

    id: _Id
    kind: _Kind
    tenant: Annotated[UUID, Meta(description="The tenant's id.")] | None
    slug: Annotated[str, Meta(description="The tenant's slug; empty without a tenant.", examples=["acme"])]
    state: _State
    progress: JobProgress
    attempts: Annotated[int, Meta(description="How often it was begun.", ge=0)]
    due_at: Annotated[datetime, Meta(description="When the next attempt begins.")] | None
    created_at: _Time
    updated_at: _Time
    error: Annotated[str, Meta(description="Why it failed or waits.")] | UnsetType = UNSET
    result: Any = UNSET

    @classmethod
    def of(cls, job: JobRecord) -> "JobResponse":
        """The response for a job."""
        return cls(**_values(job))


class JobStepResponse(Output):
    """A step of a job."""

    name: Annotated[str, Meta(examples=["drop database"])]
    state: Literal["started", "done", "undoing", "undone", "failed"]
    started_at: _Time
    finished_at: _Time | None
    error: str | None


class JobDetail(JobResponse):
    """A job with the steps that it has begun, if it consists of steps."""

    arguments: dict[str, Any] = msgspec.field(default_factory=dict)
    steps: list[JobStepResponse] = msgspec.field(default_factory=list)

    @classmethod
    def with_steps(cls, job: JobRecord, steps: list[StepRecord]) -> "JobDetail":
        """The response for a job and its steps."""
        shown = [
            JobStepResponse(
                name=step.name,
                state=step.state,  # type: ignore[arg-type] # of the database
                started_at=step.started_at,
                finished_at=step.finished_at,
                error=step.error,
            )
            for step in steps
        ]
        return cls(**_values(job), arguments=dict(job.arguments), steps=shown)


class JobPage(Output):
    """Jobs, the newest first."""

    data: list[JobResponse]
    page: NextLink

    @classmethod
    def of(cls, page: Page[JobRecord]) -> "JobPage":
        """The response for a page of jobs."""
        return cls([JobResponse.of(job) for job in page.items], NextLink(next=page.next))


class JobQuery(Input):
    """Parameters that select jobs."""

    limit: Annotated[int, Meta(description="The maximum number of jobs.", ge=1, le=200)] = 25
    cursor: (
        Annotated[str, Meta(description="`page.next` of the previous page.", max_length=200)] | UnsetType
    ) = UNSET
    state: Annotated[_State, Meta(description="Only jobs in this state.")] | UnsetType = UNSET
    kind: Annotated[str, Meta(description="Only jobs of this kind.", max_length=40)] | UnsetType = UNSET
    tenant: Annotated[UUID, Meta(description="Only jobs of the tenant with this id.")] | UnsetType = UNSET


def _values(job: JobRecord) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "tenant": job.tenant_id,
        "slug": job.tenant_slug,
        "state": job.state.value,
        "progress": JobProgress(done=job.done, of=job.total, unit=job.unit),
        "attempts": job.attempts,
        "due_at": job.due_at,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "error": UNSET if job.error is None else job.error,
        "result": UNSET if job.result is None else job.result,
    }
