"""How Piccolo finds the SQL of a query, and how its QueryStrings become text."""

from collections.abc import Sequence
from typing import Any

from piccolo.query.base import DDL, Query
from piccolo.querystring import QueryString

from piccolo_engines.mysql.dialect.patching import Patch

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
            compiled: tuple[str, list[Any]] = original(self, engine_type)
            return compiled
        _, fragments, args = self.bundle(start_index=1, bundled=[], combined_args=[])
        template = "".join(
            fragment.prefix.replace("%", "%%") + ("" if fragment.no_arg else "%s") for fragment in fragments
        )
        return template, args

    return compile_string


def _run_on_node(original: Any) -> Any:
    async def _run(self: Query[Any, Any], node: str | None = None, in_pool: bool = True) -> Any:
        engine = self.table._meta.db
        if node is None or engine is None or engine.engine_type != "mysql":
            return await original(self, node=node, in_pool=in_pool)
        self._validate()
        replica = engine.extra_nodes[node]
        answers = [
            await self._process_results(await replica.run_querystring(querystring, in_pool=in_pool))
            for querystring in self.querystrings
        ]
        return answers[0] if len(answers) == 1 else answers

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
