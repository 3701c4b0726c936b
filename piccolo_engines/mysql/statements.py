"""Statements with more than text and values: selects that know their columns, and work in several steps."""

import contextlib
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.errors import DatabaseError, Deadlock
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.literals import literals
from piccolo_engines.mysql.results.rows import to_rows
from piccolo_engines.mysql.results.values import Hints
from piccolo_engines.mysql.sessions.session import Session, Watch
from piccolo_engines.mysql.table_name import TableName
from piccolo_engines.mysql.templates import compiled, compiled_flat
from piccolo_engines.statements import SelectGroup, SelectSQL, StatementGroup

__all__ = [
    "Bilingual",
    "BuiltRows",
    "DDLStep",
    "FlatSelect",
    "PlannedDDL",
    "Steps",
    "Work",
    "fetch_each",
    "run_group",
    "send_together",
    "set_parts",
    "statement_group",
]


class _Forms(QueryString):
    __slots__ = ("mysql_form",)
    mysql_form: QueryString


class Bilingual(QueryString):
    """SQL for PostgreSQL, which is also printed, and the SQL for MySQL.

    It contains both, because Piccolo takes a QueryString in a where clause apart into template and arguments.
    """

    __slots__ = ()

    def __init__(self, standard: QueryString, mysql: QueryString) -> None:
        forms = _Forms(standard.template, *standard.args)
        forms.mysql_form = mysql
        super().__init__("{}", forms, alias=standard._alias)


def set_parts(
    querystring: QueryString,
    query_type: str,
    template: str,
    args: list[Any],
    table: type[Table],
    compiled: str | None,
) -> None:
    """Set the attributes that Piccolo's constructor would set, without processing the arguments.

    :param compiled: the compiled template, if all arguments are values.
    """
    querystring.template, querystring.args, querystring.columns = template, args, ()
    querystring.query_type, querystring.table, querystring._alias = query_type, table, None
    querystring._frozen_compiled_strings = None if compiled is None else (compiled, args)


class FlatSelect(SelectSQL):
    """A select without nested QueryStrings.

    :ivar repeats: whether a session may prepare it. The engine reads this attribute of any QueryString.
    """

    __slots__ = ()
    repeats = True

    def __init__(self, template: str, args: list[Any], table: type[Table], hints: Hints) -> None:
        set_parts(self, "generic", template, args, table, compiled_flat(template))
        self.hints = hints


class BuiltRows(QueryString):
    """A statement without a result set, whose rows are built from the driver's result."""

    __slots__ = ()

    @abstractmethod
    def build_rows(self, result: Any) -> list[dict[str, Any]]:
        """Return the rows, given the driver's result."""


class Work:
    """The session of a statement in several steps, and the methods that the steps may use."""

    __slots__ = ("session", "watch")

    def __init__(self, session: Session, watch: Watch) -> None:
        self.session = session
        self.watch = watch

    def text(self, template: str, args: Sequence[object]) -> str:
        """Return a statement with its values, as it is sent. Reports it to ``watch``."""
        if self.watch is not None:
            self.watch(template % tuple("%s" for _ in args))
        return template % literals(args, self.session.server)

    def execute(self, querystring: QueryString) -> Awaitable[Any]:
        """Send one statement and return the driver's result."""
        template, args = compiled(querystring)
        return self.session.run(template, args, self.watch)

    async def fetch(self, querystring: QueryString, table: type[Table] | None = None) -> list[dict[str, Any]]:
        """Send one statement and return its rows, with values of the table's column types."""
        result = await self.execute(querystring)
        if not result.fields:
            return []
        return to_rows(result.rows, result.fields, None, table)


class Steps(QueryString):
    """A statement that needs several statements in MySQL. Its text is only for reading."""

    __slots__ = ()

    @abstractmethod
    async def run(self, work: Work) -> list[dict[str, Any]]:
        """Execute it completely, or raise without any effect."""


@contextlib.asynccontextmanager
async def statement_group(session: Session) -> AsyncIterator[None]:
    """Make several statements atomic: in their own transaction, or in a savepoint of an open one."""
    begin, end, undo = _bounds(session)
    await session.send(begin)
    try:
        yield
    except Deadlock:
        raise  # the whole transaction is rolled back, and its savepoints are gone
    except BaseException:
        if session.usable and session.in_transaction:
            await session.send(undo)
        raise
    await session.send(end)


async def fetch_each(group: SelectGroup, work: Work) -> list[list[dict[str, Any]]]:
    """Send the statements together and return the rows of each."""
    others: list[Any] = []
    sql = "; ".join([work.text(*compiled(one)) for one in group.selects])
    results = [await work.session.send(sql, others=others), *others]
    return [
        to_rows(result.rows, result.fields, getattr(one, "hints", None), one.table)
        for one, result in zip(group.selects, results, strict=True)
    ]


async def run_group(group: StatementGroup, work: Work, *, ends_transaction: bool = False) -> None:
    """Send the statements in one round trip, with their own transaction or savepoint.

    The server stops at the first statement that fails. MariaDB gets a compound statement, which has one
    response (https://mariadb.com/docs/server/reference/sql-statements/programmatic-compound-statements/).

    :param ends_transaction: commit the open transaction with them; if they fail, the caller rolls it back.
    """
    texts = [work.text(*compiled(one)) for one in group.statements]
    session = work.session
    if sum(map(len, texts)) > _MOST_CHARACTERS:
        async with statement_group(session):
            for text in texts:
                await session.send(text)
        return
    begin, end, undo = (None, "COMMIT", None) if ends_transaction else _bounds(session)
    together = "; ".join([*filter(None, [begin]), *texts, end])
    if session.server.mariadb:
        together = f"BEGIN NOT ATOMIC {together}; END"
    try:
        await session.send(together, end)
    except DatabaseError:
        session.expect_transaction()
        with contextlib.suppress(DatabaseError):  # a deadlock took the transaction and its savepoints
            if undo is not None and session.usable:
                await session.send(undo)
        raise


async def send_together(texts: Sequence[str], session: Session) -> Any:
    """Send statements of which the last one writes in one round trip, and return the result of the first.

    They run in the open transaction, or in one of their own.
    """
    if session.in_transaction:
        return await session.send("; ".join(texts), texts[-1])
    session.defer("START TRANSACTION")
    try:
        return await session.send("; ".join([*texts, "COMMIT"]), "COMMIT")
    except DatabaseError:
        session.withdraw()
        session.expect_transaction()
        with contextlib.suppress(DatabaseError):
            if session.usable:
                await session.send("ROLLBACK")
        raise


_MOST_CHARACTERS = 4 * 1024 * 1024
"""The maximum length of statements that are sent together: servers limit the length of a packet."""


def _bounds(session: Session) -> tuple[str, str, str]:
    """Return the statements that begin, end and undo a group of statements."""
    if session.in_transaction:
        name = "SAVEPOINT statement_group"
        return name, f"RELEASE {name}", f"ROLLBACK TO {name}"
    return "START TRANSACTION", "COMMIT", "ROLLBACK"


DDLStep = Callable[[Catalog], Awaitable[Sequence[str]]]
"""Reads the database and returns the statements to run."""


class PlannedDDL(str):
    """DDL that depends on the state of the database: the text is only for reading, the steps are executed.

    Each step is planned after the one before it was executed.

    :ivar creates: the table that is created, if any.
    """

    __slots__ = ("creates", "steps")
    creates: TableName | None
    steps: tuple[DDLStep, ...]

    def __new__(cls, text: str, *steps: DDLStep, creates: TableName | None = None) -> "PlannedDDL":
        planned = super().__new__(cls, text)
        planned.steps = steps
        planned.creates = creates
        return planned
