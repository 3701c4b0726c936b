"""JobKind: what jobs of one kind do, and how an attempt may end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from central.jobs.claims import Claim
from central.jobs.records import LONGEST_PAUSE

__all__ = ["Done", "JobKind", "Later", "Outcome"]


@dataclass(frozen=True, slots=True)
class Done:
    """The job is done.

    :ivar result: JSON-like, shown to operators.
    :ivar is_forgotten: whether the job's row is deleted, as there is nothing to tell.
    """

    result: Any = None
    is_forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """The job continues at ``until``, or earlier if it is requested again before.

    :ivar until: None to wait until it is requested again.
    :ivar cursor: replaces the job's cursor, unless it is None.
    :ivar note: why it waits; recorded as its error.
    """

    until: datetime | None
    cursor: Any = None
    note: str | None = None


Outcome = Done | Later | None
"""What the function of a kind returns; None for ``Done()``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of job.

    :ivar name: ``<subject>.<verb>``, at most 40 characters.
    :ivar run: executes one attempt. Called with ``CENTRAL`` bound, and with no tenant bound. Raises
        :class:`~central.jobs.errors.JobFailed` if repeating cannot help. After any other exception the job is
        repeated after a pause. When the job is cancelled or lost, the function is cancelled.
    :ivar max_attempts: of so many attempts without progress the last one fails the job; None for no limit.
    :ivar longest_pause: the pauses between attempts grow up to this.
    :ivar is_cancellable: whether operators may cancel it: running ones, too.
    :ivar is_long: whether it may take longer than a minute. One job of a process at a time is not long, so
        that short jobs do not wait for long ones.
    """

    name: str
    run: Callable[[Claim], Awaitable[Outcome]] = field(repr=False)
    max_attempts: int | None = 10
    longest_pause: timedelta = LONGEST_PAUSE
    is_cancellable: bool = True
    is_long: bool = False
