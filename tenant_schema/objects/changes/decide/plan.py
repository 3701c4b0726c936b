"""The plan of a change, for a dry run: its statements, and what it affects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tenant_schema.objects.changes.decide.decisions import Decision
from tenant_schema.objects.changes.decide.dialect import Dialect, PlannedStatement
from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.dependents import Dependents, NameChanges
from tenant_schema.objects.model.model import FieldModel

__all__ = ["Plan", "plan_of"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements in order. ``affects`` has what refers to a changed or dropped name, by kind."""

    statements: Sequence[PlannedStatement]
    affects: Mapping[str, Sequence[Any]]


async def plan_of(
    decision: Decision, intent: Intent, dialect: Dialect, dependents: Sequence[Dependents]
) -> Plan:
    """Return the plan of a change; the database and the dependents are queried."""
    statements = await dialect.plan([*intent.before, *intent.after])
    affects: dict[str, Sequence[Any]] = {"lookups": _lookups(decision)}
    names = intent.names or _redefined(decision)
    for one in dependents:
        affects[one.kind] = await one.affected(names) if names else []
    return Plan(statements, affects)


def _redefined(decision: Decision) -> NameChanges:
    """The name of a field that gets another type or target: filters on it may become invalid."""
    names = NameChanges(object=decision.object)
    if decision.changed is None or decision.after_name is None:
        return names
    name, _ = decision.changed
    old = decision.before.model(decision.object).fields[name]
    new = decision.after.model(decision.after_name).fields[name]
    if old.type is new.type and _heeded(old) == _heeded(new):
        return names
    return replace(names, fields_renamed={name: name})


def _heeded(field: FieldModel) -> dict[str, object]:
    return {name: value for name, value in field.settings.items() if name != "onDelete"}


def _lookups(decision: Decision) -> list[dict[str, str]]:
    """The fields that refer to an object that is renamed or dropped."""
    names = decision.names
    if not names.object_dropped and names.object_renamed_to is None:
        return []
    return [{"object": one, "field": its} for one, its in decision.before.lookups(names.object)]
