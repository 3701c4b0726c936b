"""Plans changes on MySQL and MariaDB by executing them on an empty copy of the table.

The plan is therefore correct for the server's version, and for statements that depend on earlier ones.
"""

from collections.abc import Sequence

from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.identifiers import quote
from piccolo_engines.mysql.sessions.session import Session
from tenant_schema.objects.changes.decide.dialect import PROBE, PlannedStatement
from tenant_schema.objects.changes.decide.operations import (
    AddReference,
    AddSearch,
    CreateTable,
    DropReference,
    DropSearch,
    DropTable,
    FillKeys,
    FillSearch,
    Operation,
)
from tenant_schema.objects.changes.mysql.algorithms import Algorithms, Way, checked_as_needed
from tenant_schema.objects.changes.mysql.search import filling_statement
from tenant_schema.objects.changes.mysql.sort_keys import filling_keys
from tenant_schema.objects.changes.mysql.statements import reference_name, statements

__all__ = ["planned"]


async def planned(operations: Sequence[Operation], session: Session) -> list[PlannedStatement]:
    """See :class:`tenant_schema.objects.changes.decide.dialect.Dialect`."""
    plan: list[PlannedStatement] = []
    for table in dict.fromkeys(one.table for one in operations):
        plan += await _planned(table, [one for one in operations if one.table == table], session)
    return plan


async def _planned(table: str, operations: Sequence[Operation], session: Session) -> list[PlannedStatement]:
    if isinstance(operations[0], CreateTable):
        return [one for operation in operations for one in _of_whole(operation, 0, session)]
    rows = await _count(table)
    if isinstance(operations[-1], DropTable):
        return [one for operation in operations for one in _of_whole(operation, rows, session)]
    probe = f"{PROBE}{new_id().hex[-12:]}"
    await DB.run_ddl(f"CREATE TABLE {quote(probe)} LIKE {quote(table)}")
    try:
        return [planned for one in operations for planned in await _of_one(one, table, probe, rows, session)]
    finally:
        await DB.run_ddl(f"DROP TABLE IF EXISTS {quote(probe)}")


def _of_whole(operation: Operation, rows: int, session: Session) -> list[PlannedStatement]:
    """The plan of an operation that creates or drops a table."""
    touched = rows if isinstance(operation, DropTable | DropSearch) else 0
    return [PlannedStatement(one, "METADATA", touched) for one in statements(operation, session.collation)]


async def _of_one(
    operation: Operation, table: str, probe: str, rows: int, session: Session
) -> list[PlannedStatement]:
    if isinstance(operation, AddSearch | DropSearch):
        return _of_whole(operation, rows, session)
    sent = statements(operation, session.collation)
    plan = [await _tried(operation, one, table, probe, rows, session) for one in sent]
    if isinstance(operation, FillKeys):
        plan.append(PlannedStatement(filling_keys(operation), "ROWS", rows))
    if isinstance(operation, FillSearch):
        plan.append(PlannedStatement(filling_statement(table, operation.columns), "ROWS", rows))
    return plan


async def _tried(
    operation: Operation, statement: str, table: str, probe: str, rows: int, session: Session
) -> PlannedStatement:
    """Execute one statement on the copy. References to other tables are not copied with a table."""
    if isinstance(operation, DropReference):
        missing = AddReference(table, operation.column, unchecked=True)
        await _send(missing, statements(missing, session.collation)[0], table, probe, session)
    suffix, way = await _send(operation, statement, table, probe, session)
    return PlannedStatement(statement + suffix, way.name, rows if way.touches_rows else 0)


async def _send(
    operation: Operation, statement: str, table: str, probe: str, session: Session
) -> tuple[str, Way]:
    """Execute the statement on the copy instead of the table. Returns the clauses and the algorithm."""
    tried = statement.replace(f"ALTER TABLE {quote(table)}", f"ALTER TABLE {quote(probe)}", 1)
    if isinstance(operation, AddReference | DropReference):
        tried = tried.replace(reference_name(table, operation.column.name), f"{probe}_fkey", 1)
    async with checked_as_needed(operation):
        sent, way = await Algorithms.of(session.server).run(tried)
    return sent.removeprefix(tried), way


async def _count(table: str) -> int:
    rows = await DB.run_querystring(QueryString(f"SELECT COUNT(*) AS found FROM {quote(table)}"))  # noqa: S608 - quoted
    return int(rows[0]["found"])
