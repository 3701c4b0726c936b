"""Statements that carry more than SQL and values, for code that does not know which engine runs them.

An engine that has no use for what they carry runs them as the ``QueryString`` that they are.
"""

from collections.abc import Callable, Sequence
from typing import Any

from piccolo.querystring import QueryString
from piccolo.table import Table

__all__ = ["BuildRows", "EngineSQL", "Projection", "SelectSQL", "Together"]

BuildRows = Callable[[Sequence[tuple[Any, ...]]], list[dict[str, Any]]]
"""Turns the rows of a driver into those to return."""


class EngineSQL:
    """SQL among the arguments of a ``QueryString``, which the engine writes out as it sends the statement.

    Each engine has subclasses of its own. It is no value: a statement that is compiled once keeps it.
    """

    __slots__ = ()


class Projection(list[Any]):
    """The Piccolo columns behind the results of a select, and what an engine has learned about its rows.

    :ivar shapes: by what the server says about the result; ``None`` for what was met once.
    :ivar latest: the fields that came last, and what to do with their rows. The results of a prepared
        statement have the same fields each time.
    """

    __slots__ = ("latest", "shapes")

    def __init__(self, hints: Sequence[Any]) -> None:
        super().__init__(hints)
        self.latest: tuple[object, BuildRows] | None = None
        self.shapes: dict[tuple[bytes, ...], BuildRows | None] = {}


class SelectSQL(QueryString):
    """A select with the column behind each of its results, where there is one."""

    __slots__ = ("hints",)

    def __init__(self, template: str, *args: Any, table: type[Table], hints: Sequence[Any]) -> None:
        super().__init__(template, *args, table=table)
        self.hints = hints

    @classmethod
    def adopt(cls, standard: QueryString, table: type[Table], hints: Sequence[Any]) -> "SelectSQL":
        """The same select with its hints, without going through its arguments again."""
        select = cls.__new__(cls)
        select.template, select.args, select.columns = standard.template, standard.args, standard.columns
        select.query_type, select._alias = standard.query_type, standard._alias
        select._frozen_compiled_strings = None
        select.table, select.hints = table, Projection(hints)
        return select


class Together(QueryString):
    """Statements of which all are run or none, sent at once. They return no rows.

    ``MySQLEngine`` runs it, in a transaction of its own, or in a savepoint of the one that is open.
    ``SQLiteEngine`` does not: there a transaction costs no round trips.
    """

    __slots__ = ("statements",)

    def __init__(self, *statements: QueryString, table: type[Table] | None = None) -> None:
        super().__init__("; ".join(map(str, statements)), table=table)
        self.statements = statements
