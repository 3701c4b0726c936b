"""Adds the columns of sort keys that indexed texts lack: those of standard objects, whose tables are created
by migrations, and of objects from before there were sort keys.
"""

from collections.abc import Sequence

import msgspec

from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.decisions import Decision
from tenant_schema.objects.changes.decide.definitions import Definitions, field_drafts
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.changes.decide.intents import intent_of
from tenant_schema.objects.changes.decide.operations import FillKeys
from tenant_schema.objects.changes.runner import Runner
from tenant_schema.objects.changes.writing import write_definitions
from tenant_schema.objects.definitions.limits import count_problems, row_problems, sort_keys_wanted
from tenant_schema.objects.definitions.row_budget import RowLimits
from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.objects.model.rows import FieldRow, ObjectRow

__all__ = ["ensure_sort_keys", "with_sort_keys"]

_WAIT = 30.0


async def ensure_sort_keys(*, served: bool = True) -> None:
    """Add a column of sort keys to every indexed text of the bound tenant that has none, and fill it.

    If there is nothing to do, the definitions are read once.

    Each object is a change of its own in the journal. A table without room for more columns or indexes is not
    changed: its texts are sorted without an index.

    :param served: whether the tenant may be served at the same time.
    """
    if not await _lacking():
        return
    dialect = dialect_of_bound()
    async with dialect.exclusive(_WAIT):
        runner = Runner(dialect, _write)
        for name in await _lacking():
            intent = await _intent(name, dialect)
            if intent is not None:
                await runner.run(intent if served else _at_once(intent), None)


async def _lacking() -> list[str]:
    """Return the names of the objects with texts that lack sort keys, whether or not there is room."""
    return [
        row.name
        for row, fields in await load_rows()
        if list(sort_keys_wanted(field_drafts(row, fields))) != [one.sort_key for one in fields]
    ]


def _at_once(intent: Intent) -> Intent:
    """The change of a table that nobody writes to: no record can have been written without the keys."""
    after = [one for one in intent.after if not isinstance(one, FillKeys)]
    return msgspec.structs.replace(intent, after=after)


async def _write(intent: Intent) -> None:
    await write_definitions(intent, ())


async def _intent(name: str, dialect: Dialect) -> Intent | None:
    """The change of one object; None if there is nothing to do, or no room for it."""
    now = Definitions(await load_rows(), await dialect.row_limits())
    row, fields = now.object(name)
    changed = with_sort_keys(row, fields, now.limits)
    if changed == list(fields):
        return None
    after = now.with_object(row, changed)
    names = NameChanges(object=name)
    return await intent_of(
        Decision(kind="sort object", object=name, after_name=name, before=now, after=after, names=names),
        dialect,
    )


def with_sort_keys(row: ObjectRow, fields: Sequence[FieldRow], limits: RowLimits) -> list[FieldRow]:
    """Return the fields of an object with sort keys for indexed texts, or unchanged if there is no room."""
    wanted = sort_keys_wanted(field_drafts(row, fields))
    changed = [msgspec.structs.replace(one, sort_key=key) for one, key in zip(fields, wanted, strict=True)]
    drafts = field_drafts(row, changed)
    too_many = count_problems(drafts, len(row.object_indexes))
    return list(fields) if too_many or row_problems(drafts, limits) else changed
