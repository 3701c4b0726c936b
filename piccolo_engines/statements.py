"""Statements that carry more than SQL and values, for code that does not know its engine.

An engine that does not use the additional data runs them as plain ``QueryString`` objects.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from piccolo.querystring import QueryString
from piccolo.table import Table

__all__ = [
    "Bound",
    "BuildRows",
    "DriverRows",
    "EngineSQL",
    "Projection",
    "SelectGroup",
    "SelectSQL",
    "Slot",
    "StatementGroup",
]

BuildRows = Callable[[Sequence[tuple[Any, ...]]], list[dict[str, Any]]]
"""Converts the rows of a driver to the rows to return."""


class DriverRows(NamedTuple):
    """The result of a statement with ``is_raw``: as the driver returns it, neither named nor converted.

    :ivar rows: a tuple of values for each row.
    :ivar fields: the driver's description of the columns, with which an engine's converters are found; None
        where there are none.
    :ivar is_prepared: whether later results of the statement may have the very same description, as those do
        that arrive in one piece.
    """

    rows: Sequence[tuple[Any, ...]]
    fields: Sequence[Any] | None
    is_prepared: bool


class Slot(str):
    """A placeholder for the value at a position, counted from 0; a text, which Piccolo binds unchanged."""

    __slots__ = ()

    @classmethod
    def at(cls, position: int) -> "Slot":
        """The slot of the value at ``position``."""
        return cls(position)


class Bound(QueryString):
    """A compiled statement with its values, for ``run_querystring``.

    :ivar hints: the columns behind the results of a SELECT, where the engine uses them.
    :ivar repeats: whether the engine may prepare it on the server.
    :ivar is_raw: whether the result is wanted as :class:`DriverRows`.
    """

    __slots__ = ("hints", "is_raw")
    repeats = True

    def __init__(
        self,
        sql: str,
        values: list[Any],
        query_type: str,
        hints: Sequence[Any] | None,
        *,
        table: type[Table] | None = None,
        is_raw: bool = False,
    ) -> None:  # Piccolo's constructor would parse the template
        self.hints = hints
        self.is_raw = is_raw
        self.template = sql
        self.args = values
        self.columns = ()
        self.query_type = query_type
        self.table = table
        self._alias = None
        self._frozen_compiled_strings = (sql, values)

    def __str__(self) -> str:
        """The SQL with its placeholders."""
        return self.template


class EngineSQL:
    """An argument of a ``QueryString`` that the engine renders as SQL when it sends the statement.

    Each engine has its own subclasses. It is not a value: a statement that is compiled once keeps it.
    """

    __slots__ = ()


class Projection(list[Any]):
    """The Piccolo columns of a select's results, and what an engine has learned about its rows.

    :ivar shapes: functions that build rows, by the server's description of the result; ``None`` for a
        description seen once.
    :ivar latest: the last fields and the function for their rows. The results of a prepared statement have
        the same fields each time.
    """

    __slots__ = ("latest", "shapes")

    def __init__(self, hints: Sequence[Any]) -> None:
        super().__init__(hints)
        self.latest: tuple[object, BuildRows] | None = None
        self.shapes: dict[tuple[bytes, ...], BuildRows | None] = {}


class SelectSQL(QueryString):
    """A select with the Piccolo column of each of its results, if there is one."""

    __slots__ = ("hints",)

    def __init__(self, template: str, *args: Any, table: type[Table], hints: Sequence[Any]) -> None:
        super().__init__(template, *args, table=table)
        self.hints = hints

    @classmethod
    def adopt(cls, standard: QueryString, table: type[Table], hints: Sequence[Any]) -> "SelectSQL":
        """Return the same select with hints, without processing its arguments again."""
        select = cls.__new__(cls)
        select.template, select.args, select.columns = standard.template, standard.args, standard.columns
        select.query_type, select._alias = standard.query_type, standard._alias
        select._frozen_compiled_strings = None
        select.table, select.hints = table, Projection(hints)
        return select


class StatementGroup(QueryString):
    """Statements that are executed together or not at all, sent at once. They return no rows.

    They run in their own transaction, or in a savepoint of an open one.

    :param is_last: nothing follows in the block of the transaction. The transaction is committed with the
        statements, unless an outer block goes on. If they fail, it can only be rolled back.
    """

    __slots__ = ("is_last", "statements")

    def __init__(
        self, *statements: QueryString, table: type[Table] | None = None, is_last: bool = False
    ) -> None:
        self.statements, self.is_last = statements, is_last  # Piccolo's constructor would parse their text
        self.template, self.args, self.columns = "", (), ()
        self.query_type, self.table, self._alias = "generic", table, None
        self._frozen_compiled_strings = None

    def __str__(self) -> str:
        """The statements, separated by semicolons."""
        return "; ".join(map(str, self.statements))


class SelectGroup(QueryString):
    """SELECT statements that are sent together, in one round trip.

    ``run_querystring`` returns a list with the rows of each, with values as for single statements. They are
    single statements to the database too: each may see what was committed since the one before it.
    """

    __slots__ = ("selects",)

    def __init__(self, *selects: QueryString) -> None:
        self.selects = selects  # Piccolo's constructor would parse their text
        self.template, self.args, self.columns = "", (), ()
        self.query_type, self.table, self._alias = "generic", None, None
        self._frozen_compiled_strings = None

    def __str__(self) -> str:
        """The statements, separated by semicolons."""
        return "; ".join(map(str, self.selects))
