"""Batch: a result that is streamed from the server in batches, and never held in memory as a whole."""

from types import TracebackType
from typing import Any

from piccolo.engine.base import BaseBatch
from piccolo.query.base import Query

from piccolo_engines.mysql.literals import literals
from piccolo_engines.mysql.results.rows import to_rows
from piccolo_engines.mysql.sessions.lending import SessionLender
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.mysql.templates import compiled

__all__ = ["Batch"]


class Batch(BaseBatch):
    """An asynchronous iterator over batches of rows; see :meth:`MySQLEngine.batch`.

    ::

        async with await Band.select().batch(batch_size=1000) as batch:
            async for rows in batch:
                ...

    It has its own connection until the end of the block, so it does not see changes of an open transaction. A
    block that ends early discards the remaining rows.
    """

    def __init__(self, engine: SessionLender, query: Query[Any, Any], batch_size: int) -> None:
        if batch_size < 1:
            raise ValueError("A batch has at least one row.")
        self.engine = engine
        self.query = query
        self.batch_size = batch_size
        self._session: Session | None = None
        self._result: Any = None

    async def __aenter__(self) -> "Batch":
        self.query._validate()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
        querystring = self.query.querystrings[0]
        template, args = compiled(querystring)
        self._hints = getattr(querystring, "hints", None)
        session = self._session = await self.engine.lease()
        try:
            if self.engine.on_statement is not None:
                self.engine.on_statement(template % tuple("%s" for _ in args))
            self._result = await session.stream(template % literals(args, session.server))
        except BaseException:
            self._leave()
            raise
        return self

    async def next(self) -> list[dict[str, Any]]:
        """Return the next rows; an empty list at the end."""
        assert self._session is not None, "a batch is read inside its `async with` block"
        if not self._session.in_flight:
            return []
        rows = await self._session.fetch_many(self._result, self.batch_size)
        named = to_rows(rows, self._result.fields, self._hints, self.query.table)
        processed: list[dict[str, Any]] = await self.query._process_results(named)
        return processed

    def __aiter__(self) -> "Batch":
        return self

    async def __anext__(self) -> list[dict[str, Any]]:
        rows = await self.next()
        if not rows:
            raise StopAsyncIteration
        return rows

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._leave()
        return False

    def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self.engine.give_back(session)
