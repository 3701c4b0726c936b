"""ObservedStatements: counts the statements of tenants, and logs slow ones without their values."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from time import perf_counter
from typing import Any, Final

import structlog
from piccolo.querystring import QueryString

from api.middleware.request_context import CURRENT
from central.settings.settings import Settings
from piccolo_engines.closable import ClosableEngine
from piccolo_engines.errors import DatabaseError
from piccolo_engines.histogram import Histogram
from piccolo_engines.statements import Bound, SelectGroup, StatementGroup

__all__ = ["ObservedStatements", "observed_statements", "text_of"]

_LONGEST: Final = 4_000
_EXPLAIN: Final = {"sqlite": "EXPLAIN QUERY PLAN ", "mysql": "EXPLAIN "}
"""Neither shows values: MySQL's other formats do."""
_PLAN_COLUMNS: Final = ("detail", "select_type", "table", "type", "possible_keys", "key", "rows", "Extra")


class ObservedStatements:
    """The observer of tenants' engines (:data:`~piccolo_engines.closable.StatementObserver`).

    :param slow: seconds from which a statement is logged; 0 for never.
    :param with_plans: whether the plan of a slow SELECT is logged with it. One at a time is asked for.
    :ivar seconds: how long statements took, with the waits for a connection.
    """

    def __init__(self, slow: float = 0.0, *, with_plans: bool = False) -> None:
        self.seconds = Histogram()
        self._slow = slow or float("inf")
        self._with_plans = with_plans
        self._explaining: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("freehold")

    async def __call__(
        self, running: Coroutine[Any, Any, Any], querystring: QueryString, engine: ClosableEngine[Any]
    ) -> Any:
        """Await the statement."""
        started = perf_counter()
        try:
            return await running
        finally:
            seconds = perf_counter() - started
            self.seconds.add(seconds)
            if (context := CURRENT.get()) is not None:
                context.statements += 1
                context.statement_seconds += seconds
            if seconds >= self._slow:
                self._report(querystring, engine, seconds)

    def _report(self, querystring: QueryString, engine: ClosableEngine[Any], seconds: float) -> None:
        text = text_of(querystring, engine)
        context = CURRENT.get()
        request = {} if context is None else {"request_id": context.id, "tenant": context.tenant}
        values = {"statement": text[:_LONGEST], "duration_ms": round(seconds * 1000, 2), **request}
        if not self._with_plans or not text.startswith("SELECT") or self._explaining is not None:
            self._log.warning("slow statement", **values)
            return
        work = self._log_with_plan(querystring, engine, values)
        # In a context of its own: outside of the request's transaction.
        self._explaining = asyncio.get_running_loop().create_task(work, context=Context())

    async def _log_with_plan(
        self, querystring: QueryString, engine: ClosableEngine[Any], values: dict[str, Any]
    ) -> None:
        try:
            plan = await _plan_of(querystring, engine)
        except DatabaseError as error:
            plan = [{"failed": type(error).__name__}]
        finally:
            self._explaining = None
        self._log.warning("slow statement", **values, plan=plan)


def observed_statements(settings: Settings) -> ObservedStatements:
    """Return the observer that the settings ask for."""
    return ObservedStatements(settings.slow_seconds, with_plans=settings.slow_plans)


def text_of(querystring: QueryString, engine: ClosableEngine[Any]) -> str:
    """Return the SQL with placeholders instead of values."""
    if isinstance(querystring, StatementGroup | SelectGroup):
        parts = querystring.statements if isinstance(querystring, StatementGroup) else querystring.selects
        return "; ".join(text_of(one, engine) for one in parts)
    return engine.compile_statement(querystring)[0]


async def _plan_of(querystring: QueryString, engine: ClosableEngine[Any]) -> list[dict[str, Any]]:
    """Return the steps of the plan, as the server describes them."""
    if isinstance(querystring, SelectGroup):
        return [row for one in querystring.selects for row in await _plan_of(one, engine)]
    sql, values = engine.compile_statement(querystring)
    statement = Bound(f"{_EXPLAIN[engine.engine_type]}{sql}", list(values), "select", None)
    rows = await engine.run_statement(statement)
    return [{name: row[name] for name in _PLAN_COLUMNS if row.get(name) is not None} for row in rows]
