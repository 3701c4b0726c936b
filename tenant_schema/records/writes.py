"""Writing: an INSERT, or a change of the version of a record that was locked and read before, in one
transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tenant_schema.records.errors import RecordNotFound, VersionMismatch
from tenant_schema.records.prepared import repeated
from tenant_schema.records.query import ALL
from tenant_schema.records.rendering import Row
from tenant_schema.records.statements import destroy, insert, locked, update
from tenant_schema.records.target import Target
from tenant_schema.users.errors import PermissionDenied

__all__ = ["destroy_record", "insert_records", "lock_record", "write_changes"]


async def insert_records(target: Target, records: Sequence[Mapping[str, Any]]) -> None:
    """New rows with a value for every column: one statement."""
    statement = target.plan(lambda: insert(target.model), "insert")
    columns = tuple(target.model.columns)
    values = [record[name] for record in records for name in columns]
    await target.run(repeated(statement, len(records)), values)


async def lock_record(
    target: Target, record_id: UUID, if_match: int | None, action: str, *, with_trash: bool = False
) -> Row:
    """The record as it is, every column in stored form, kept from changing until the transaction ends, for an
    ``action`` (update or delete) that the caller may do to it.

    Raises :class:`RecordNotFound`, :class:`PermissionDenied` for one that the caller sees and may not change,
    and :class:`VersionMismatch` when it is not at the version asked for.
    """
    rule = target.rights.update if action == "update" else target.rights.delete
    values: list[object] = []
    where = target.record(record_id, values, with_trash=with_trash, rule=rule)
    statement = target.plan(lambda: locked(target.model, where, target.engine.engine_type), "lock", where)
    rows = await target.run(statement, values)
    if not rows:
        if rule != ALL and await _is_visible(target, record_id, with_trash=with_trash):
            raise PermissionDenied(target.model.name, action)
        raise RecordNotFound(target.model.name, record_id)
    if if_match not in {None, rows[0]["version"]}:
        raise VersionMismatch(if_match, target.answer(rows[0]))
    return rows[0]


async def _is_visible(target: Target, record_id: UUID, *, with_trash: bool) -> bool:
    """Whether the caller may read the record."""
    values: list[object] = []
    where = target.record(record_id, values, with_trash=with_trash)
    statement = target.plan(lambda: locked(target.model, where, target.engine.engine_type), "lock", where)
    return bool(await target.run(statement, values))


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
