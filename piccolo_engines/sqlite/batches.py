"""SQLiteBatch: reads a large result in batches."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from piccolo.engine.base import BaseBatch
from piccolo.query.base import Query

from piccolo_engines.errors import TransactionEnded
from piccolo_engines.sqlite.lanes import Lease
from piccolo_engines.sqlite.statements import Row, fetch_many

__all__ = ["SQLiteBatch"]


class SQLiteBatch(BaseBatch):
    """The result of a query in batches. No more than one batch is in memory.

    ::

        async with await Band.select().batch(batch_size=100) as batch:
            async for bands in batch:
                ...

    Outside of a transaction it reads on a connection of its own and sees the database as of the start of the
    block. Inside one it reads on the transaction's connection and sees the transaction's changes.
    """

    def __init__(
        self,
        lease: Lease,
        query: Query[Any, Any],
        batch_size: int,
        *,
        owns_lease: bool,
        announce: Callable[[str], object],
    ) -> None:
        self._lease = lease
        self._announce = announce
        self._query = query
        self._batch_size = batch_size
        self._owns_lease = owns_lease
        self._cursor: sqlite3.Cursor | None = None

    async def __aenter__(self) -> Self:
        sql, args = self._query.querystrings[0].compile_string(engine_type="sqlite")
        self._announce(sql)
        try:
            self._cursor = await self._lease.run(lambda connection: connection.execute(sql, args))
        except BaseException:
            self._release()
            raise
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        cursor, self._cursor = self._cursor, None
        if cursor is not None and not self._owns_lease:
            with suppress(TransactionEnded):  # which closed the cursor too
                await self._lease.run(lambda _: cursor.close(), interruptible=False)
        self._release()
        return False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        rows = await self.next()
        if not rows:
            raise StopAsyncIteration
        return rows

    async def next(self) -> Any:
        """Return the next batch of rows; empty after the last."""
        cursor = self._cursor
        if cursor is None:
            raise ValueError("The batch is read inside `async with`.")
        rows: list[Row] = await self._lease.run(lambda _: fetch_many(cursor, self._batch_size))
        return await self._query._process_results(rows)

    def _release(self) -> None:
        if self._owns_lease:
            self._lease.release()
