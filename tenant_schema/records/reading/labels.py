"""What records are called: the values of the object's name field."""

from collections.abc import Collection, Mapping
from uuid import UUID

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import Condition
from tenant_schema.records.sql.statements import Reading, Source, reading

__all__ = ["labels_of"]


async def labels_of(target: Target, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of those of the records that the caller may read and that are not in the trash; empty
    where the name has no value, or is hidden. 1 statement, none without ids.
    """
    if not ids:
        return {}
    name = target.model.name_field
    fields = ("id", name) if name in target.rights.readable else ("id",)
    values: list[object] = []
    where = target.records(Condition("id", "in", tuple(sorted(ids))), values)
    plan: Reading = target.plan(
        lambda: reading(Source(target.model, where), fields, None, target.dialect),
        *("labels", where, fields),
    )
    rows = (await target.read(plan, values)).shown()
    return {UUID(row["id"]): _text(row.get(name)) for row in rows}


def _text(value: object) -> str:
    return "" if value is None else str(value)
