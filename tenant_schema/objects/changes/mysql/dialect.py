"""Schema changes on MySQL and MariaDB, where every DDL statement commits.

All statements of a change run on one connection, which holds the lock of
:mod:`tenant_schema.objects.changes.mysql.change_lock`. After an interruption, inspection shows what was done.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

from piccolo.columns import Column

from piccolo_conf import DB
from piccolo_engines.errors import LockTimeout
from piccolo_engines.mysql.engine import MySQLEngine
from piccolo_engines.mysql.literals import literal
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.mysql.sessions.transaction import MySQLTransaction
from tenant_schema.objects.changes.decide.dialect import PlannedStatement
from tenant_schema.objects.changes.decide.operations import (
    FillKeys,
    FillSearch,
    Operation,
)
from tenant_schema.objects.changes.decide.shapes import TableShape
from tenant_schema.objects.changes.mysql.algorithms import Algorithms, checked_as_needed
from tenant_schema.objects.changes.mysql.change_lock import owned, require_ownership
from tenant_schema.objects.changes.mysql.dry_run import planned
from tenant_schema.objects.changes.mysql.inspection import read_table, table_names
from tenant_schema.objects.changes.mysql.search import fill_search, unsearched
from tenant_schema.objects.changes.mysql.sort_keys import fill_keys, unkeyed
from tenant_schema.objects.changes.mysql.state import is_done, plain_type
from tenant_schema.objects.changes.mysql.statements import script, statements
from tenant_schema.objects.definitions.row_budget import MARIADB, MYSQL, RowLimits

__all__ = ["MySQLDialect"]

_PATIENCE = 1
"""Seconds that a statement waits for transactions that use the table: those that come meanwhile wait too."""
_TRIES = 5


class MySQLDialect:
    """See :class:`tenant_schema.objects.changes.decide.dialect.Dialect`."""

    is_transactional = False
    keys_with_columns = False
    keys_generated = False
    search_apart = True

    def same_type(self, one: str, other: str) -> bool:
        """Types of different lengths are different."""
        return plain_type(one) == plain_type(other)

    def text_length(self, column: str) -> str:
        """See :class:`~tenant_schema.objects.changes.decide.data_checks.Functions`."""
        return f"CHAR_LENGTH({column})"

    def misfit_of_digits(self, column: str, kind: Column, precision: int, scale: int) -> str | None:  # noqa: ARG002 - the protocol's
        """Always None: decimals are numbers."""
        return None

    @asynccontextmanager
    async def exclusive(self, wait: float) -> AsyncIterator[None]:
        """See the protocol."""
        async with owned(cast("MySQLEngine", DB.bound), wait) as transaction:
            try:
                await transaction.send(f"SET SESSION lock_wait_timeout = {_PATIENCE}")
                await _session().limit_to(None)  # an index on many records takes as long as it takes
                yield
                await transaction.send("COMMIT")
            finally:
                session = transaction.session
                if session is not None and session.usable:
                    await session.send("ROLLBACK")
                    await session.send("SET SESSION lock_wait_timeout = DEFAULT")

    async def keep(self) -> None:
        """Commit, if the change is still owned, and begin another transaction.

        Raises ``TransactionEnded`` if another process has taken the change over.
        """
        await require_ownership()
        await _transaction().send("COMMIT")

    async def discard(self) -> None:
        """Roll back, and begin another transaction."""
        await _transaction().restart()

    async def apply(self, operation: Operation) -> None:
        """See the protocol."""
        if isinstance(operation, FillSearch | FillKeys) and operation.after is not None:
            await asyncio.sleep(operation.after)
        session = _session()
        for statement in statements(operation, session.collation):
            async with checked_as_needed(operation):
                await _patiently(partial(Algorithms.of(session.server).run, statement))
        if isinstance(operation, FillSearch):
            await fill_search(operation.table, operation.columns)
        if isinstance(operation, FillKeys):
            await fill_keys(operation)

    async def apply_to_new(self, operations: Sequence[Operation]) -> None:
        """See the protocol."""
        await DB.run_script(script(operations, _session().collation))

    async def is_done(self, operation: Operation) -> bool:
        """See the protocol."""
        return await is_done(operation)

    async def plan(self, operations: Sequence[Operation]) -> list[PlannedStatement]:
        """See the protocol."""
        return await planned(operations, _session())

    async def row_limits(self) -> RowLimits:
        """See the protocol."""
        return MARIADB if _session().server.mariadb else MYSQL

    async def read(self, table: str) -> TableShape | None:
        """See the protocol."""
        return await read_table(table)

    async def unsearched(self, table: str, columns: Sequence[str]) -> int:
        """See the protocol."""
        return await unsearched(table, columns)

    async def unkeyed(self, table: str, source: str, column: str) -> int:
        """See the protocol."""
        return await unkeyed(table, source, column)

    async def tables(self) -> list[str]:
        """See the protocol."""
        return await table_names()

    async def literal(self, value: object) -> str:
        """See the protocol."""
        return literal(value, _session().server)


def _transaction() -> MySQLTransaction:
    transaction = cast("MySQLEngine", DB.bound).active_transaction()
    assert transaction is not None, "a change runs in the block of exclusive()"
    return transaction


def _session() -> Session:
    """The connection, which has the version of its server and the collation of new tables."""
    session = _transaction().session
    assert session is not None
    return session


async def _patiently(send: Callable[[], Awaitable[object]]) -> None:
    """Retry a few times while transactions hold locks; those that are waiting run in between."""
    for attempt in range(1, _TRIES + 1):
        try:
            await send()
        except LockTimeout:
            if attempt == _TRIES:
                raise
            await asyncio.sleep(0.1 * attempt)
        else:
            return
