"""Imports in the background: responses."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.operations.imports import ImportJob
from api.schemas.common import Output
from api.schemas.jobs import JobProgress
from api.schemas.record_imports import ImportResponse

__all__ = [
    "IMPORT_JOB",
    "IMPORT_JOBS",
    "ImportErrorResponse",
    "ImportJobList",
    "ImportJobResponse",
    "ImportProblem",
]


class ImportProblem(Output):
    """A problem that is not about a line, such as an unknown column."""

    field: str
    code: str
    message: str


class ImportErrorResponse(Output):
    """Why an import failed."""

    code: str
    message: str
    errors: list[ImportProblem]


class ImportJobResponse(Output):
    """An import that runs in the background."""

    id: Annotated[UUID, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
    object: Annotated[str, Meta(description="The object's name when the import was begun.")]
    file_name: str
    state: Annotated[
        Literal["waiting", "running", "done", "failed", "cancelled"],
        Meta(description="`waiting` ones have not begun, or wait for their next attempt."),
    ]
    progress: JobProgress
    report: Annotated[
        ImportResponse,
        Meta(
            description=(
                "What became of the lines so far. With `all_or_nothing` it is empty until the end; of one "
                "that failed, it has the lines that were refused."
            )
        ),
    ]
    created_at: datetime
    finished_at: datetime | None
    error: ImportErrorResponse | UnsetType = UNSET

    @classmethod
    def of(cls, job: ImportJob) -> "ImportJobResponse":
        """The response for an import."""
        record = job.record
        return cls(
            id=record.id,
            object=record.object_name,
            file_name=record.file_name,
            state=job.state,
            progress=JobProgress(done=job.done, of=record.size, unit="bytes"),
            report=ImportResponse.of(record.report),
            created_at=record.created_at,
            finished_at=record.finished_at,
            error=_error(job),
        )


class ImportJobList(Output):
    """Imports, the newest first."""

    data: list[ImportJobResponse]

    @classmethod
    def of(cls, jobs: list[ImportJob]) -> "ImportJobList":
        """The response for imports."""
        return cls([ImportJobResponse.of(job) for job in jobs])


def _error(job: ImportJob) -> ImportErrorResponse | UnsetType:
    fault = job.record.error
    if fault is not None:
        problems = msgspec.convert(fault.errors, list[ImportProblem])
        return ImportErrorResponse(code=fault.code, message=fault.message, errors=problems)
    if job.state == "failed":
        message = "The import could not be completed. Lines that were imported are in the report."
        return ImportErrorResponse(code="internal-error", message=message, errors=[])
    return UNSET


IMPORT_JOB: Final = {
    "id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11",
    "object": "accounts",
    "fileName": "accounts.csv",
    "state": "running",
    "progress": {"done": 1_048_576, "of": 9_437_184, "unit": "bytes"},
    "report": {"created": 11_500, "updated": 0, "failed": 0, "errors": [], "errorsLeftOut": 0},
    "createdAt": "2026-02-28T12:30:00.250000Z",
    "finishedAt": None,
}
IMPORT_JOBS: Final = {"data": [IMPORT_JOB]}
