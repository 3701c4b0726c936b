"""Support access as its service takes and returns it. Nothing here reads a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID

from tenant_schema.problems import InvalidInput, Problem

__all__ = [
    "ASKED_FOR",
    "DEFAULT_MINUTES",
    "MOST_MINUTES",
    "REASON_LENGTHS",
    "ActiveSupport",
    "SupportOperator",
    "SupportRecord",
    "SupportState",
    "checked_request",
    "support_record",
]

SupportState = Literal["asked", "granted", "refused", "ended"]

ASKED_FOR: Final = timedelta(hours=24)
"""How long a request waits for a decision."""
DEFAULT_MINUTES: Final = 30
MOST_MINUTES: Final = 120
REASON_LENGTHS: Final = (3, 500)


@dataclass(frozen=True, slots=True)
class SupportOperator:
    """An operator, as the tenant knows one."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class SupportRecord:
    """A request for support access, and what became of it.

    A granted one is ``ended`` from ``expires_at`` on, one without a decision after :data:`ASKED_FOR`.
    ``decided_by`` is the user who decided; None if the tenant always allows support access.
    """

    id: UUID
    operator: SupportOperator
    reason: str
    minutes: int
    state: SupportState
    asked_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActiveSupport:
    """An operator who may be in the tenant now."""

    grant: UUID
    operator_name: str
    expires_at: datetime


def support_record(row: Mapping[str, Any], now: datetime) -> SupportRecord:
    """Return the record of a row, with the state that it has at this time."""
    state, ended_at = row["state"], row["ended_at"]
    last = {"asked": row["created_at"] + ASKED_FOR, "granted": row["expires_at"]}.get(state)
    if last is not None and last <= now:
        state, ended_at = "ended", last
    return SupportRecord(
        row["id"],
        SupportOperator(row["operator_id"], row["operator_name"]),
        row["reason"],
        row["minutes"],
        cast("SupportState", state),
        row["created_at"],
        row["decided_by"],
        row["decided_at"],
        row["expires_at"],
        ended_at,
    )


def checked_request(reason: str, minutes: int) -> str:
    """Return the reason without white space around it. Raises :class:`InvalidInput`."""
    reason, (least, most) = reason.strip(), REASON_LENGTHS
    problems = []
    if not least <= len(reason) <= most:
        problems.append(Problem("reason", "invalid-reason", f"A reason has {least} to {most} characters."))
    if not 1 <= minutes <= MOST_MINUTES:
        problems.append(Problem("minutes", "out-of-range", f"From 1 to {MOST_MINUTES} minutes."))
    if problems:
        raise InvalidInput(problems)
    return reason
