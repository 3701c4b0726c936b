"""Errors of jobs.

::

    CentralError
    └── JobError
        ├── JobNotFound(job_id)
        ├── JobFailed(reason)
        ├── JobLost(job)
        ├── JobNotRetryable(state)
        └── JobNotCancellable(why)

``JobInterrupted`` is no error: it ends an attempt of a process that stops.
"""

from typing import ClassVar
from uuid import UUID

from central.errors import CentralError

__all__ = [
    "JobError",
    "JobFailed",
    "JobInterrupted",
    "JobLost",
    "JobNotCancellable",
    "JobNotFound",
    "JobNotRetryable",
]


class JobError(CentralError):
    """Something is wrong with a job."""

    code: ClassVar[str] = "job-error"


class JobNotFound(JobError):
    """There is no job with this id."""

    code = "job-not-found"

    def __init__(self, job_id: UUID | str) -> None:
        self.job_id = job_id
        super().__init__(f"There is no job {job_id}.")


class JobFailed(JobError):
    """Raised by a job that would fail again. It is not repeated."""

    code = "job-failed"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class JobLost(JobError):
    """Another process considered this one dead and has taken over its job."""

    code = "job-lost"

    def __init__(self, job: str) -> None:
        self.job = job
        super().__init__(f"Another process has taken over the job {job}.")


class JobNotRetryable(JobError):
    """The job is running or finished."""

    code = "job-not-retryable"

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"Only a job that failed or waits can be retried; this one is {state}.")


class JobNotCancellable(JobError):
    """The job is finished, or of a kind that must be completed."""

    code = "job-not-cancellable"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The job cannot be cancelled: {why}")


class JobInterrupted(Exception):
    """The process stops. The job is given back, and continues at its cursor in another process."""
