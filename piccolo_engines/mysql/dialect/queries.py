"""How Piccolo finds the SQL of a query, and how its QueryStrings become text."""

from collections.abc import Sequence
from typing import Any

from piccolo.query.base import DDL, Query
from piccolo.query.methods.insert import Insert
from piccolo.querystring import QueryString

from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.templates import compiled

__all__ = ["PATCHES"]


def _querystrings(original: property) -> property:
    assert original.fget is not None
    standard = original.fget

    def querystrings(self: Query[Any, Any]) -> Sequence[QueryString]:
        if self._frozen_querystrings is not None:
            return self._frozen_querystrings
        if self.engine_type != "mysql":
            return standard(self)  # type: ignore[no-any-return]  # the original's annotation, lost by fget
        built: Sequence[QueryString] = self.mysql_querystrings  # type: ignore[attr-defined]  # added below
        for querystring in built:
            if querystring.table is None:
                querystring.table = self.table  # to find a result's columns by
        return built

    return property(querystrings, doc=original.__doc__)


def _ddl(original: property) -> property:
    assert original.fget is not None
    standard = original.fget
    return property(
        lambda self: self.mysql_ddl if self.engine_type == "mysql" else standard(self), doc=original.__doc__
    )


def _compile(original: Any) -> Any:
    def compile_string(self: QueryString, engine_type: str = "postgres") -> tuple[str, list[Any]]:
        """Compile into a template and its arguments; for MySQL with ``%s``, and other ``%`` doubled."""
        if engine_type != "mysql" or self._frozen_compiled_strings is not None:
            standard: tuple[str, list[Any]] = original(self, engine_type)
            return standard
        return compiled(self)

    return compile_string


def _run_on_node(original: Any) -> Any:
    async def _run(self: Query[Any, Any], node: str | None = None, in_pool: bool = True) -> Any:
        engine = self.table._meta.db
        if engine is None or engine.engine_type != "mysql":
            return await original(self, node=node, in_pool=in_pool)
        self._validate()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
        asked = engine if node is None else engine.extra_nodes[node]
        querystrings = self.querystrings
        if type(self) is Insert and len(querystrings) == 1:  # which has nothing else to process
            rows = await asked.run_querystring(querystrings[0], in_pool=in_pool)
            self._raw_response_callback(rows)
            return rows
        if len(querystrings) == 1:
            return await self._process_results(await asked.run_querystring(querystrings[0], in_pool=in_pool))
        return [
            await self._process_results(await asked.run_querystring(querystring, in_pool=in_pool))
            for querystring in querystrings
        ]

    return _run


PATCHES = (
    Patch(Query, "querystrings", _querystrings, "raises for an engine it does not know"),
    Patch(
        Query,
        "mysql_querystrings",
        lambda _: property(lambda self: self.default_querystrings),
        "where a kind of query has its SQL for MySQL",
        adds=True,
    ),
    Patch(Query, "_run", _run_on_node, "asks replicas only of PostgresEngine"),
    Patch(DDL, "ddl", _ddl, "raises for an engine it does not know"),
    Patch(
        DDL,
        "mysql_ddl",
        lambda _: property(lambda self: self.default_ddl),
        "where a kind of DDL has its SQL for MySQL",
        adds=True,
    ),
    Patch(QueryString, "compile_string", _compile, "raises for an engine it does not know"),
)
