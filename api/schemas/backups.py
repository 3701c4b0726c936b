"""Backups: responses and request bodies for operators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from central.backups.plans import Plan
from central.backups.records import BackupRecord

__all__ = ["BackupJob", "BackupList", "BackupPlanChanges", "BackupPlanResponse", "BackupResponse"]

_Id = Annotated[UUID, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Time = Annotated[datetime, Meta(description="UTC.", examples=["2026-02-28T12:30:00.250000Z"])]
_Schedule = Annotated[
    str,
    Meta(
        description="Minute, hour, day of the month, month, day of the week, as in cron, in UTC.",
        max_length=100,
        examples=["30 2 * * *"],
    ),
]
_Keep = Annotated[
    str,
    Meta(
        description="How many are kept: the latest ones, and the latest of so many days, weeks and months.",
        max_length=100,
        examples=["last=3,daily=7,weekly=4,monthly=6"],
    ),
]


class BackupResponse(Output):
    """A backup: an archive of the tenant in the store."""

    id: _Id
    taken_at: Annotated[datetime, Meta(description="The moment whose contents it has.")]
    confirmed_at: Annotated[
        datetime, Meta(description="The latest time at which the tenant was found to have these contents.")
    ]
    proven_at: (
        Annotated[
            datetime,
            Meta(
                description="When it was restored beside the tenant, with the same digest; null if not yet."
            ),
        ]
        | None
    )
    digest: Annotated[
        str,
        Meta(
            description="SHA-256 of the contents: the same for the same contents on any database.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ]
    bytes: Annotated[int, Meta(description="The size of the archive.", ge=0, examples=[1_482_113])]
    rows: Annotated[int, Meta(ge=0, examples=[20_310])]
    reason: Annotated[str, Meta(description="Why it was taken.", examples=["schedule", "request"])]
    failure: Annotated[str, Meta(description="Why it could not be proved.")] | UnsetType = UNSET

    @classmethod
    def of(cls, backup: BackupRecord, *, is_proven: bool) -> "BackupResponse":
        """The response for a backup.

        :param is_proven: whether its proof was signed by this installation.
        """
        return cls(
            id=backup.id,
            taken_at=backup.taken_at,
            confirmed_at=backup.confirmed_at,
            proven_at=backup.proven_at if is_proven else None,
            digest=backup.digest,
            bytes=backup.bytes,
            rows=backup.rows,
            reason=backup.reason,
            failure=UNSET if backup.failure is None else backup.failure,
        )


class BackupPlanResponse(Output):
    """When a tenant is backed up, and which backups are kept."""

    schedule: _Schedule
    keep: _Keep
    own_schedule: Annotated[bool, Meta(description="Whether the schedule is the tenant's own.")]
    own_keep: Annotated[bool, Meta(description="Whether what is kept is the tenant's own.")]
    next_due_at: _Time | None

    @classmethod
    def of(cls, plan: Plan) -> "BackupPlanResponse":
        """The response for a plan."""
        return cls(
            plan.schedule.text,
            str(plan.keep),
            plan.own_schedule is not None,
            plan.own_keep is not None,
            plan.next_due_at,
        )


class BackupList(Output):
    """The stored backups of a tenant, the newest first."""

    data: list[BackupResponse]
    plan: BackupPlanResponse


class BackupPlanChanges(Input):
    """Null for that of the installation."""

    schedule: _Schedule | UnsetType | None = UNSET
    keep: _Keep | UnsetType | None = UNSET


class BackupJob(Output):
    """The job that does what was asked for. `GET /setup/jobs/{jobId}` has its progress."""

    job: _Id
