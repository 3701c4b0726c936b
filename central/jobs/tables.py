"""The tables of jobs and their steps, in the central database."""

from enum import StrEnum

from piccolo.columns import (
    JSON,
    UUID,
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from central.database import CENTRAL
from piccolo_engines.columns import Timestamps, new_id

__all__ = ["TABLES", "Job", "JobState", "JobStep", "StepState"]


class JobState(StrEnum):
    """The state of a job. ``waiting`` ones have not begun, or wait for their next attempt.

    ``running`` ones whose lease has expired are taken over. ``cancelled`` ones were cancelled, or undone.
    """

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """The state of a step: ``started`` and ``undoing`` are intents, the others results."""

    STARTED = "started"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class Job(Timestamps, Table, db=CENTRAL, help_text="Work that outlives a request."):
    """A job, see :mod:`central.jobs`. It outlives its tenant, so ``tenant_id`` is no foreign key.

    ``unique_key`` is unique among the jobs that are not done or cancelled. ``due_at`` is the earliest time of
    the next attempt, or of the current one; null if there is none to come. A running job belongs to the
    process ``owner`` until ``leased_until``; ``claim`` changes with everyone who begins or ends an attempt.
    ``enqueued`` counts the requests for this job, ``enqueued_at`` is the time of the latest. ``cursor`` is
    where the next attempt continues; ``done``, ``total`` and ``unit`` are its progress.
    """

    id = UUID(primary_key=True, default=new_id)
    kind = Varchar(length=40, null=False)
    tenant_id = UUID(default=None, null=True, index=True)
    tenant_slug = Varchar(length=63, null=False)
    unique_key = Varchar(length=120, unique=True, null=True, default=None)
    state = Varchar(length=20, choices=JobState, default=JobState.WAITING, index=True)
    due_at = Timestamptz(null=True, default=None, index=True)
    claim = UUID(default=new_id, null=False)
    owner = Varchar(length=255, null=False)
    leased_until = Timestamptz(null=False)
    attempts = Integer(default=0, null=False)
    enqueued = Integer(default=1, null=False)
    enqueued_at = Timestamptz(null=False)
    arguments = JSON(default="{}", null=False)
    cursor = JSON(null=True, default=None)
    done = BigInt(default=0, null=False)
    total = BigInt(null=True, default=None)
    unit = Varchar(length=20, null=False)
    is_cancel_requested = Boolean(default=False, null=False)
    result = JSON(null=True, default=None)
    error = Text(null=True, default=None)


class JobStep(Timestamps, Table, db=CENTRAL, help_text="One step of a job."):
    """A step in the journal: written as intent before the step, and as result after it."""

    id = UUID(primary_key=True, default=new_id)
    job = ForeignKey(Job, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer(null=False)
    name = Varchar(length=100, null=False)
    state = Varchar(length=20, choices=StepState, default=StepState.STARTED)
    started_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)
    error = Text(null=True, default=None)


TABLES: tuple[type[Table], ...] = (Job, JobStep)
