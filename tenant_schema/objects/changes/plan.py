"""What a change would be and whom it would touch: the answer to a dry run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenant_schema.objects.changes.decisions import Decision
from tenant_schema.objects.changes.dialect import Dialect, PlannedStatement
from tenant_schema.objects.changes.intent import Intent
from tenant_schema.objects.dependents import Dependents

__all__ = ["Plan", "plan_of"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements in order; and ``affects``: who names what is renamed or dropped, by kind."""

    statements: Sequence[PlannedStatement]
    affects: Mapping[str, Sequence[Any]]


async def plan_of(
    decision: Decision, intent: Intent, dialect: Dialect, dependents: Sequence[Dependents]
) -> Plan:
    """Ask the database and the dependents."""
    statements = await dialect.plan([*intent.before, *intent.after])
    affects: dict[str, Sequence[Any]] = {"lookups": _lookups(decision)}
    for one in dependents:
        affects[one.kind] = await one.affected(intent.names) if intent.names else []
    return Plan(statements, affects)


def _lookups(decision: Decision) -> list[dict[str, str]]:
    """The fields that look into an object that is renamed or dropped."""
    names = decision.names
    if not names.object_dropped and names.object_renamed_to is None:
        return []
    return [{"object": one, "field": its} for one, its in decision.before.lookups(names.object)]
