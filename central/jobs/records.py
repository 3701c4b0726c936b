"""JobRecord: a job as it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from central.jobs.tables import JobState

__all__ = ["LONGEST_PAUSE", "JobRecord", "pause_after"]

LONGEST_PAUSE: Final = timedelta(hours=1)
_FIRST_PAUSE: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job. :class:`central.jobs.tables.Job` describes the columns.

    :ivar attempts: how often it was begun, counting the current attempt.
    :ivar arguments: JSON-like, as ``cursor`` and ``result``.
    """

    id: UUID
    kind: str
    tenant_id: UUID | None
    tenant_slug: str
    state: JobState
    due_at: datetime | None
    claim: UUID
    owner: str
    leased_until: datetime
    attempts: int
    enqueued: int
    enqueued_at: datetime
    arguments: Mapping[str, Any]
    cursor: Any
    done: int
    total: int | None
    unit: str
    result: Any
    error: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "JobRecord":
        """Return the record of a row with all columns."""
        values = {name: row[name] for name in _PLAIN}
        documents = {name: _decoded(row[name]) for name in _JSON}
        return cls(state=JobState(row["state"]), **values, **documents)

    def __str__(self) -> str:
        return f"{self.kind} of {self.tenant_slug}" if self.tenant_slug else self.kind


_JSON: Final = ("arguments", "cursor", "result")
_PLAIN: Final = tuple(name for name in JobRecord.__slots__ if name not in (*_JSON, "state"))


def pause_after(attempts: int, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """Return how long to wait after this many failed attempts: 1, 2, 4, 8 seconds, and so on.

    >>> pause_after(1), pause_after(4), pause_after(1000)
    (datetime.timedelta(seconds=1), datetime.timedelta(seconds=8), datetime.timedelta(seconds=3600))
    """
    doublings = min(max(attempts - 1, 0), 30)
    return min(_FIRST_PAUSE * (1 << doublings), longest)


def _decoded(document: Any) -> Any:
    """Return the value of a JSON column. SQLite has converted a number already."""
    return msgspec.json.decode(document) if isinstance(document, str | bytes) else document
