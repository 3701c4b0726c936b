"""RoutedEngine: a Piccolo engine without a database, which forwards everything to the engine bound to it."""

from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

from piccolo.engine.base import BaseAtomic, BaseBatch, Engine
from piccolo.query.base import Query
from piccolo.querystring import QueryString

from piccolo_engines.bindings import Binding
from piccolo_engines.errors import EngineNotBound

__all__ = ["RoutedEngine"]


class RoutedEngine(Engine[Any]):
    """A slot for an engine.

    Tables with it as their ``db`` send their queries to the currently bound engine.

    ::

        DB = RoutedEngine("tenant")

        class Band(Table, db=DB): ...

        with DB.bind(SQLiteEngine("acme.sqlite")):
            await Band.select()          # goes to acme.sqlite
        await Band.select()              # raises EngineNotBound

    The binding is a :class:`~contextvars.ContextVar` of the slot: it applies to the task that made it and to
    tasks started inside (``gather``, background tasks). A binding made in a child task does not affect its
    parent. Without a binding, any attribute of the database (including ``engine_type``) raises
    :class:`~piccolo_engines.errors.EngineNotBound`: there is no default.

    Piccolo's ``run_sync``, called while an event loop is running, works in another thread, where nothing is
    bound.

    The constructor does no I/O. Create slots once, at module level, like context variables.

    :param name: the slot's name in errors.
    :param advice: a sentence appended to the error, for callers that cannot bind an engine themselves.
    """

    __slots__ = ("_advice", "_binding", "name")

    def __init__(self, name: str, advice: str = "") -> None:
        # Piccolo's own constructor is not called: it would connect, to ask for the version.
        self.name = name
        self._advice = advice
        self._binding: ContextVar[Engine[Any] | None] = ContextVar(f"engine bound to {name}", default=None)

    def __repr__(self) -> str:
        return f"RoutedEngine({self.name!r})"

    def bind(self, engine: Engine[Any]) -> AbstractContextManager[None]:
        """Forward queries to ``engine`` inside the block, and restore the earlier binding afterwards.

        Blocks nest, and the innermost applies. The engine is neither opened nor closed.
        """
        return Binding(self._binding, engine)

    @property
    def bound(self) -> Engine[Any]:
        """The engine that is bound in the current context.

        :raises EngineNotBound: if there is none.
        """
        engine = self._binding.get()
        if engine is None:
            raise EngineNotBound(self.name, self._advice)
        return engine

    @property
    def is_bound(self) -> bool:
        """Whether an engine is bound in the current context."""
        return self._binding.get() is not None

    def __getattr__(self, name: str) -> Any:
        """Return an attribute that only some engines have (``path``, ``close``) from the bound one."""
        if name.startswith("__"):  # protocols such as copying apply to the slot itself
            raise AttributeError(name)
        return getattr(self.bound, name)

    @property
    def engine_type(self) -> str:  # type: ignore[override]  # Piccolo: a slot, here: the bound engine's
        """The bound engine's dialect."""
        engine = self._binding.get()  # as `bound`, in one call less: every part of a query asks for this
        if engine is None:
            raise EngineNotBound(self.name, self._advice)
        return engine.engine_type

    @property
    def min_version_number(self) -> float:  # type: ignore[override]  # read-only here
        """The oldest version that the bound engine supports."""
        return self.bound.min_version_number

    @property
    def query_id(self) -> int:  # type: ignore[override]  # read-only here
        """The number of the bound engine's last query."""
        return self.bound.query_id

    @property
    def current_transaction(self) -> ContextVar[Any]:  # type: ignore[override]  # read-only here
        """The bound engine's context variable: transactions of two engines never mix."""
        return self.bound.current_transaction

    @property
    def log_queries(self) -> bool:
        """Whether the bound engine prints its queries."""
        return self.bound.log_queries

    @log_queries.setter
    def log_queries(self, value: bool) -> None:
        self.bound.log_queries = value

    @property
    def log_responses(self) -> bool:
        """Whether the bound engine prints results."""
        return self.bound.log_responses

    @log_responses.setter
    def log_responses(self, value: bool) -> None:
        self.bound.log_responses = value

    async def get_version(self) -> float:
        """The version of the bound engine's database."""
        return await self.bound.get_version()

    def get_version_sync(self) -> float:
        """The version of the bound engine's database."""
        return self.bound.get_version_sync()

    async def prep_database(self) -> None:
        """Prepare the bound engine's database."""
        await self.bound.prep_database()  # type: ignore[no-untyped-call]  # untyped in Piccolo

    async def check_version(self) -> None:
        """Make the bound engine warn about an old version."""
        await self.bound.check_version()  # type: ignore[no-untyped-call]  # untyped in Piccolo

    async def start_connection_pool(self, *args: Any, **kwargs: Any) -> None:
        """Open the bound engine's connections."""
        await self.bound.start_connection_pool(*args, **kwargs)  # type: ignore[no-untyped-call]  # untyped in Piccolo

    async def close_connection_pool(self) -> None:
        """Close the bound engine's connections."""
        await self.bound.close_connection_pool()  # type: ignore[no-untyped-call]  # untyped in Piccolo

    async def batch(
        self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None
    ) -> BaseBatch:
        """Read a result in batches from the bound engine."""
        return await self.bound.batch(query, batch_size=batch_size, node=node)

    def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Coroutine[Any, Any, Any]:
        """Run one query on the bound engine."""
        return self.bound.run_querystring(querystring, in_pool=in_pool)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:
        """Run one DDL statement on the bound engine."""
        return await self.bound.run_ddl(ddl, in_pool=in_pool)

    async def run_script(self, statements: Sequence[str]) -> None:
        """Run DDL statements on the bound engine, in as few round trips as possible."""
        await self.bound.run_script(statements)  # type: ignore[attr-defined]  # of this package's engines

    def transform_response_to_dicts(self, results: Any) -> list[dict[str, Any]]:
        """Return the rows as the bound engine's dictionaries."""
        return self.bound.transform_response_to_dicts(results)

    def transaction(self, *args: Any, **kwargs: Any) -> Any:
        """Return a transaction of the bound engine, with its arguments."""
        return self.bound.transaction(*args, **kwargs)

    def transaction_exists(self) -> bool:
        """Whether a transaction of the bound engine is open in this task."""
        return self.bound.transaction_exists()

    def atomic(self, *args: Any, **kwargs: Any) -> BaseAtomic:
        """Return an object that collects queries for one transaction of the bound engine."""
        return self.bound.atomic(*args, **kwargs)

    def get_query_id(self) -> int:
        """Return the next number for a query of the bound engine."""
        return self.bound.get_query_id()
