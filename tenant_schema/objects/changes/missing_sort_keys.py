"""Columns of sort keys for the texts with an index that have none: those of standard objects, whose tables
come from migrations, and of objects that were made before there were any.
"""

from collections.abc import Sequence

import msgspec

from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.decisions import Decision
from tenant_schema.objects.changes.decide.definitions import Definitions, field_draft
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.changes.decide.intents import intent_of
from tenant_schema.objects.changes.decide.operations import FillKeys
from tenant_schema.objects.changes.runner import Runner
from tenant_schema.objects.changes.writing import write_definitions
from tenant_schema.objects.definitions.limits import count_problems, row_problems, sort_keys_wanted
from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.objects.model.rows import FieldRow
from tenant_schema.objects.tables import FieldDefinition

__all__ = ["ensure_sort_keys"]

_WAIT = 30.0


async def ensure_sort_keys(*, served: bool = True) -> None:
    """Give every text with an index of the bound tenant its column of sort keys, with the keys of the
    records that are there. The tenant may be served meanwhile; ``served`` is false for one that is not yet.
    One statement when there is nothing to do.

    Each object is a change of its own, journaled as those that people make. Where a table has no room for
    more columns or indexes it stays as it is: such texts are sorted without an index.
    """
    lacking = FieldDefinition.sort_key.eq(False) & (
        FieldDefinition.indexed.eq(True) | FieldDefinition.unique.eq(True)
    )
    if not await FieldDefinition.exists().where(lacking):
        return
    dialect = dialect_of_bound()
    async with dialect.exclusive(_WAIT):
        runner = Runner(dialect, _write)
        for row, _ in await load_rows():
            intent = await _intent(row.name, dialect)
            if intent is not None:
                await runner.run(intent if served else _at_once(intent), None)


def _at_once(intent: Intent) -> Intent:
    """The change of a table that nobody writes to: nothing can have been written without the keys."""
    after = [one for one in intent.after if not isinstance(one, FillKeys)]
    return msgspec.structs.replace(intent, after=after)


async def _write(intent: Intent) -> None:
    await write_definitions(intent, ())


async def _intent(name: str, dialect: Dialect) -> Intent | None:
    """The change of one object; None when there is nothing to do, or no room for it."""
    now = Definitions(await load_rows(), await dialect.row_limits())
    row, fields = now.object(name)
    changed = _with_keys(fields)
    drafts = [field_draft(one) for one in changed]
    if changed == fields or count_problems(drafts) or row_problems(drafts, now.limits):
        return None
    after = now.with_object(row, changed)
    names = NameChanges(object=name)
    return await intent_of(
        Decision(kind="sort object", object=name, after_name=name, before=now, after=after, names=names),
        dialect,
    )


def _with_keys(fields: Sequence[FieldRow]) -> list[FieldRow]:
    wanted = sort_keys_wanted([field_draft(one) for one in fields])
    return [msgspec.structs.replace(one, sort_key=key) for one, key in zip(fields, wanted, strict=True)]
