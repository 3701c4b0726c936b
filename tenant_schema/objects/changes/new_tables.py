"""Completes the tables of a new tenant's standard objects, which migrations have just created: adds the
columns of sort keys and the search indexes, which follow from the definitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from piccolo_conf import DB
from piccolo_engines.lru import Lru
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.definitions import Definitions, object_draft
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.diff import difference
from tenant_schema.objects.changes.decide.operations import Operation
from tenant_schema.objects.changes.missing_sort_keys import with_sort_keys
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.objects.tables import FieldDefinition

__all__ = ["NewTables"]

_KINDS_OF_DATABASES = 4


@dataclass(frozen=True, slots=True)
class _Plan:
    """The operations, and the fields that get sort keys, as pairs of object and field."""

    operations: Sequence[Operation]
    keyed: frozenset[tuple[str, str]]


class NewTables:
    """Keeps what is missing for each kind of database, since new tenants have the same definitions."""

    def __init__(self) -> None:
        self._plans: Lru[tuple[str, object, str], _Plan] = Lru(_KINDS_OF_DATABASES)

    async def complete(self) -> None:
        """Create what the tables of a tenant lack that nobody has used yet. 4 statements and the tables'.

        The result is that of :func:`~tenant_schema.objects.changes.missing_indexes.ensure_searches` and
        :func:`~tenant_schema.objects.changes.missing_sort_keys.ensure_sort_keys`. Here nothing is inspected,
        locked or journaled: the tables are as the definitions say, have no records, and a run that is
        interrupted is undone by dropping the database.
        """
        async with DB.transaction():
            dialect = dialect_of_bound()
            definitions = Definitions(await load_rows(), await dialect.row_limits())
            plan = self._plan(definitions, dialect)
            await dialect.apply_to_new(plan.operations)
            keyed = [
                one.id
                for row, fields in definitions.rows
                for one in fields
                if (row.name, one.name) in plan.keyed
            ]
            if keyed:
                these = FieldDefinition.id.is_in(keyed)
                await FieldDefinition.update({FieldDefinition.sort_key: True}).where(these)

    def _plan(self, definitions: Definitions, dialect: Dialect) -> _Plan:
        tables = [(row.table_name, [one.column_name for one in fields]) for row, fields in definitions.rows]
        drafts = [object_draft(row, fields) for row, fields in definitions.rows]
        key = (DB.engine_type, definitions.limits, repr((tables, drafts)))
        plan = self._plans.get(key)
        if plan is None:
            plan = _plan_of(definitions, dialect)
            self._plans.put(key, plan)
        return plan


def _plan_of(before: Definitions, dialect: Dialect) -> _Plan:
    after, keyed = before, set[tuple[str, str]]()
    for row, fields in before.rows:
        changed = with_sort_keys(row, fields, before.limits)
        keyed |= {(row.name, one.name) for one, old in zip(changed, fields, strict=True) if one != old}
        after = after.with_object(row, changed)
    operations: list[Operation] = []
    for name in before.names:
        old = msgspec.structs.replace(before.shape(name), search=())
        steps = difference(old, after.shape(name), dialect)
        operations += [*steps.before, *steps.after]
    return _Plan(operations, frozenset(keyed))
