"""Statements that are more than one piece of text: selects that know their columns, and work in several
steps.
"""

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
from piccolo_engines.statements import SelectSQL, Together

__all__ = [
    "Bilingual",
    "DDLStep",
    "FlatSelect",
    "PlannedDDL",
    "Steps",
    "Told",
    "Work",
    "put_together",
    "run_together",
    "statement_group",
]


class _Forms(QueryString):
    __slots__ = ("mysql_form",)
    mysql_form: QueryString


class Bilingual(QueryString):
    """SQL for PostgreSQL, which is also what people are shown, and what is sent to MySQL instead.

    Both are inside, because Piccolo takes a QueryString apart into template and arguments in a where clause.
    """

    __slots__ = ()

    def __init__(self, standard: QueryString, mysql: QueryString) -> None:
        forms = _Forms(standard.template, *standard.args)
        forms.mysql_form = mysql
        super().__init__("{}", forms, alias=standard._alias)


def put_together(
    querystring: QueryString,
    query_type: str,
    template: str,
    args: list[Any],
    table: type[Table],
    compiled: str | None,
) -> None:
    """Make it what Piccolo's constructor would, without going through the arguments.

    :param compiled: the template as it is sent, where all arguments are values.
    """
    querystring.template, querystring.args, querystring.columns = template, args, ()
    querystring.query_type, querystring.table, querystring._alias = query_type, table, None
    querystring._frozen_compiled_strings = None if compiled is None else (compiled, args)


class FlatSelect(SelectSQL):
    """A select without other QueryStrings inside.

    :ivar repeats: that a session may prepare it. The engine asks any QueryString that has the attribute.
    """

    __slots__ = ()
    repeats = True

    def __init__(self, template: str, args: list[Any], table: type[Table], hints: Hints) -> None:
        put_together(self, "generic", template, args, table, compiled_flat(template))
        self.hints = hints


class Told(QueryString):
    """A statement without a result set, whose outcome tells what is to be returned."""

    __slots__ = ()

    @abstractmethod
    def rows_told(self, result: Any) -> list[dict[str, Any]]:
        """The rows to return, from the driver's result."""


class Work:
    """What a statement in several steps may do with the session it runs on."""

    __slots__ = ("session", "watch")

    def __init__(self, session: Session, watch: Watch) -> None:
        self.session = session
        self.watch = watch

    def text(self, template: str, args: Sequence[object]) -> str:
        """A statement with its values in it, as it is sent; ``watch`` is told of it."""
        if self.watch is not None:
            self.watch(template % tuple("%s" for _ in args))
        return template % literals(args, self.session.server)

    def execute(self, querystring: QueryString) -> Awaitable[Any]:
        """Send one statement; return the driver's result."""
        template, args = compiled(querystring)
        return self.session.run(template, args, self.watch)

    async def fetch(self, querystring: QueryString, table: type[Table] | None = None) -> list[dict[str, Any]]:
        """Send one statement; return its rows, with the values that the table's columns promise."""
        result = await self.execute(querystring)
        if not result.fields:
            return []
        return to_rows(result.rows, result.fields, None, table)


class Steps(QueryString):
    """A statement that MySQL needs several statements for. Its text is for people to read."""

    __slots__ = ()

    @abstractmethod
    async def run(self, work: Work) -> list[dict[str, Any]]:
        """Carry it out: all of it, or, when it raises, nothing."""


@contextlib.asynccontextmanager
async def statement_group(session: Session) -> AsyncIterator[None]:
    """Make several statements one: in a transaction of their own, or behind a savepoint when one is open."""
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


async def run_together(together: Together, work: Work) -> None:
    """Send the statements in one trip to the server, their own transaction (or, inside of one, their
    savepoint) included. The server stops at the first statement that fails.
    """
    texts = [work.text(*compiled(one)) for one in together.statements]
    session = work.session
    if sum(map(len, texts)) > _TOGETHER:
        async with statement_group(session):
            for text in texts:
                await session.send(text)
        return
    begin, end, undo = _bounds(session)
    try:
        await session.send("; ".join([begin, *texts, end]))
    except DatabaseError:
        with contextlib.suppress(DatabaseError):  # a deadlock took the transaction and its savepoints
            if session.usable:
                await session.send(undo)
        raise


_TOGETHER = 4 * 1024 * 1024
"""Characters that are sent at once: servers take no statement of any length."""


def _bounds(session: Session) -> tuple[str, str, str]:
    """What begins, ends and undoes a group of statements."""
    if session.in_transaction:
        name = "SAVEPOINT statement_group"
        return name, f"RELEASE {name}", f"ROLLBACK TO {name}"
    return "START TRANSACTION", "COMMIT", "ROLLBACK"


DDLStep = Callable[[Catalog], Awaitable[Sequence[str]]]
"""Looks at the database and says which statements are to be run."""


class PlannedDDL(str):
    """DDL that depends on what the database looks like: the text is for people, the steps are carried out.

    Each step is planned after the one before it was carried out.

    :ivar makes: the table that comes into being, if any.
    """

    __slots__ = ("makes", "steps")
    makes: TableName | None
    steps: tuple[DDLStep, ...]

    def __new__(cls, text: str, *steps: DDLStep, makes: TableName | None = None) -> "PlannedDDL":
        planned = super().__new__(cls, text)
        planned.steps = steps
        planned.makes = makes
        return planned
