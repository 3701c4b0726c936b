"""Whether one record exists for a caller, and whether a row rule lets it pass."""

from uuid import UUID

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import IN_USE, And, Condition, Filter
from tenant_schema.records.sql.compiler import with_slots
from tenant_schema.records.sql.statements import Source, reading

__all__ = ["exists", "passes_rule"]


async def exists(target: Target, record_id: UUID, *, with_trash: bool = False) -> bool:
    """Return whether the caller may read the record."""
    if not target.access.allows(target.model.name, "read"):
        return False
    values: list[object] = []
    where = target.record(record_id, values, with_trash=with_trash)
    plan = target.plan(
        lambda: reading(Source(target.model, where), ("id",), None, target.dialect),
        *("is there", where),
    )
    return bool(await target.run(plan.statement, values))


async def passes_rule(target: Target, record_id: UUID, rule: Filter) -> bool:
    """Return whether there is such a record, not in the trash, and a rule of the object lets it pass."""
    values: list[object] = []
    wanted = And((Condition("id", "eq", record_id), IN_USE, target.rule(rule)))
    where = with_slots(wanted, target.access.user_id, values)
    plan = target.plan(
        lambda: reading(Source(target.model, where), ("id",), None, target.dialect),
        *("lets pass", where),
    )
    return bool(await target.run(plan.statement, values))
