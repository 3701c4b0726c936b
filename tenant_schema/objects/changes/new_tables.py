"""Completes the tables of a new tenant's standard objects, which migrations have just created: adds the
columns of sort keys and the search indexes, which follow from the definitions.
"""

from collections.abc import Sequence

import msgspec

from piccolo_conf import DB
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.definitions import Definitions
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.diff import difference
from tenant_schema.objects.changes.decide.operations import Operation
from tenant_schema.objects.changes.missing_sort_keys import with_sort_keys
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.objects.model.rows import FieldRow
from tenant_schema.objects.tables import FieldDefinition

__all__ = ["complete_new_tables"]


async def complete_new_tables() -> None:
    """Create what the tables of a tenant lack that nobody has used yet. 4 statements and those of the tables.

    The result is that of :func:`~tenant_schema.objects.changes.missing_indexes.ensure_searches` and
    :func:`~tenant_schema.objects.changes.missing_sort_keys.ensure_sort_keys`. Here nothing is inspected,
    locked or journaled: the tables are as the definitions say, have no records, and a run that is interrupted
    is undone by dropping the database.
    """
    async with DB.transaction():
        dialect = dialect_of_bound()
        before = Definitions(await load_rows(), await dialect.row_limits())
        after, keyed = _with_sort_keys(before)
        await dialect.apply_to_new(_missing(before, after, dialect))
        if keyed:
            of_these = FieldDefinition.id.is_in([one.id for one in keyed])
            await FieldDefinition.update({FieldDefinition.sort_key: True}).where(of_these)


def _with_sort_keys(definitions: Definitions) -> tuple[Definitions, list[FieldRow]]:
    """Return the definitions with sort keys for indexed texts, and the fields that have got them."""
    after, keyed = definitions, list[FieldRow]()
    for row, fields in definitions.rows:
        changed = with_sort_keys(row, fields, definitions.limits)
        keyed += [one for one, old in zip(changed, fields, strict=True) if one != old]
        after = after.with_object(row, changed)
    return after, keyed


def _missing(before: Definitions, after: Definitions, dialect: Dialect) -> Sequence[Operation]:
    operations: list[Operation] = []
    for name in before.names:
        old = msgspec.structs.replace(before.shape(name), search=())
        steps = difference(old, after.shape(name), dialect)
        operations += [*steps.before, *steps.after]
    return operations
