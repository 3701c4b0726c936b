"""Writing: an INSERT, or a change of the version of a record that was locked and read before, in one
transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tenant_schema.records.errors import RecordNotFound, VersionMismatch
from tenant_schema.records.rendering import Row
from tenant_schema.records.statements import destroy, insert, locked, update
from tenant_schema.records.target import Target

__all__ = ["destroy_record", "insert_record", "lock_record", "write_changes"]


async def insert_record(target: Target, values: Row) -> None:
    """A new row with a value for every column: one statement."""
    statement = target.plan(lambda: insert(target.model), "insert")
    await target.run(statement, [values[name] for name in target.model.columns])


async def lock_record(
    target: Target, record_id: UUID, if_match: int | None, *, with_trash: bool = False
) -> Row:
    """The record as it is, every column in stored form, kept from changing until the transaction ends.

    Raises :class:`RecordNotFound`, and :class:`VersionMismatch` when it is not at the version asked for.
    """
    values: list[object] = []
    where = target.record(record_id, values, with_trash=with_trash)
    statement = target.plan(lambda: locked(target.model, where, target.engine.engine_type), "lock", where)
    rows = await target.run(statement, values)
    if not rows:
        raise RecordNotFound(target.model.name, record_id)
    if if_match not in {None, rows[0]["version"]}:
        raise VersionMismatch(if_match, target.answer(rows[0]))
    return rows[0]


async def write_changes(target: Target, current: Row, changes: Mapping[str, Any], now: datetime) -> Row:
    """Change a locked record, at the version it was read at, to its next version; the record as it is
    then.
    """
    stamps = {"version": current["version"] + 1, "updated_at": now, "updated_by": target.access.user_id}
    written = dict(sorted(changes.items())) | stamps
    statement = target.plan(lambda: update(target.model, tuple(written)), "update", tuple(written))
    await target.run(statement, [*written.values(), current["id"], current["version"]])
    return current | written


async def destroy_record(target: Target, record_id: UUID) -> None:
    """Delete the row of a locked record."""
    await target.run(target.plan(lambda: destroy(target.model), "destroy"), [record_id])
