"""How Piccolo finds the SQL of a query, and how its QueryStrings become text."""

import functools
import re
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from string import Formatter
from types import NoneType
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


@functools.lru_cache(maxsize=4096)
def _parse(template: str) -> tuple[tuple[str, bool], ...]:
    """The pieces of a template, each with whether a value follows it; ``%`` doubled.

    PostgreSQL's casts of values (``{}::INTEGER``) are left out: values are written as what they are.
    """
    pieces = []
    follows = False
    for text, field, _, _ in Formatter().parse(template):
        piece = _CAST.sub("", text) if follows else text
        follows = field is not None
        pieces.append((piece.replace("%", "%%"), follows))
    return tuple(pieces)


_CAST = re.compile(r"^::[A-Za-z]+(?:\[\])?")


_VALUES = frozenset((str, int, float, bool, bytes, NoneType, uuid.UUID, Decimal, datetime, date))


def _flatten(querystring: QueryString, text: list[str], args: list[Any]) -> None:
    querystring = getattr(querystring, "mysql_form", None) or querystring
    values = iter(querystring.args)
    for piece, follows in _parse(querystring.template):
        text.append(piece)
        if not follows:
            continue
        value = next(values)
        if type(value) not in _VALUES and isinstance(value, QueryString):
            _flatten(value, text, args)
        else:
            text.append("%s")
            args.append(value)


def _compile(original: Any) -> Any:
    def compile_string(self: QueryString, engine_type: str = "postgres") -> tuple[str, list[Any]]:
        """Compile into a template and its arguments; for MySQL with ``%s``, and other ``%`` doubled."""
        if engine_type != "mysql" or self._frozen_compiled_strings is not None:
            compiled: tuple[str, list[Any]] = original(self, engine_type)
            return compiled
        text: list[str] = []
        args: list[Any] = []
        _flatten(self, text, args)
        return "".join(text), args

    return compile_string


def _run_on_node(original: Any) -> Any:
    async def _run(self: Query[Any, Any], node: str | None = None, in_pool: bool = True) -> Any:
        engine = self.table._meta.db
        if node is None or engine is None or engine.engine_type != "mysql":
            return await original(self, node=node, in_pool=in_pool)
        self._validate()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
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
