"""How Piccolo finds the SQL of a query, and how a query is run."""

from collections.abc import Awaitable, Sequence
from typing import Any

from piccolo.query.base import DDL, Query
from piccolo.query.methods.insert import Insert
from piccolo.querystring import QueryString

from piccolo_engines.mysql.dialect.patching import Patch, serves_mysql
from piccolo_engines.mysql.templates import compiled

__all__ = ["PATCHES"]


def _querystrings(original: property) -> property:
    assert original.fget is not None
    standard = original.fget

    def querystrings(self: Query[Any, Any]) -> Sequence[QueryString]:
        if not serves_mysql(self.table) or self._frozen_querystrings is not None:
            return standard(self)  # type: ignore[no-any-return]  # the original's annotation, lost by fget
        built: Sequence[QueryString] = self.mysql_querystrings  # type: ignore[attr-defined]  # added below
        for querystring in built:
            if querystring.table is None:
                querystring.table = self.table  # identifies the result's columns
        return built

    return property(querystrings, doc=original.__doc__)


def _ddl(original: property) -> property:
    assert original.fget is not None
    standard = original.fget
    return property(
        lambda self: self.mysql_ddl if self.engine_type == "mysql" else standard(self), doc=original.__doc__
    )


def _freeze(original: Any) -> Any:
    def freeze(self: QueryString, engine_type: str = "postgres") -> None:
        if engine_type == "mysql":
            self._frozen_compiled_strings = compiled(self)
        else:
            original(self, engine_type)

    return freeze


async def _run_on_mysql(self: Query[Any, Any], node: str | None = None, in_pool: bool = True) -> Any:
    self._validate()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
    engine: Any = self.table._meta.db
    target = engine if node is None else engine.extra_nodes[node]
    querystrings = self.querystrings
    if type(self) is Insert and len(querystrings) == 1:  # which has nothing else to process
        rows = await target.run_querystring(querystrings[0], in_pool=in_pool)
        self._raw_response_callback(rows)
        return rows
    if len(querystrings) == 1:
        return await self._process_results(await target.run_querystring(querystrings[0], in_pool=in_pool))
    return [
        await self._process_results(await target.run_querystring(querystring, in_pool=in_pool))
        for querystring in querystrings
    ]


def _run(original: Any) -> Any:
    def run(self: Query[Any, Any], node: str | None = None, in_pool: bool = True) -> Awaitable[Any]:
        chosen: Any = _run_on_mysql if serves_mysql(self.table) else original
        awaitable: Awaitable[Any] = chosen(self, node=node, in_pool=in_pool)
        return awaitable

    return run


PATCHES = (
    Patch(Query, "querystrings", _querystrings, "raises for an engine it does not know"),
    Patch(
        Query,
        "mysql_querystrings",
        lambda _: property(lambda self: self.default_querystrings),
        "where a kind of query has its SQL for MySQL",
        adds=True,
    ),
    Patch(Query, "_run", _run, "asks replicas only of PostgresEngine"),
    Patch(DDL, "ddl", _ddl, "raises for an engine it does not know"),
    Patch(
        DDL,
        "mysql_ddl",
        lambda _: property(lambda self: self.default_ddl),
        "where a kind of DDL has its SQL for MySQL",
        adds=True,
    ),
    Patch(QueryString, "freeze", _freeze, "raises for an engine it does not know"),
)
