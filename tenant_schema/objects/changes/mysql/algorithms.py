"""The algorithms of InnoDB's online DDL: each is requested in turn, the least disturbing first.

A server refuses an algorithm that it cannot use before it does anything, so that a request is also the
execution. See
https://mariadb.com/kb/en/innodb-online-ddl-overview/ and
https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from piccolo_conf import DB
from piccolo_engines.errors import DatabaseError
from piccolo_engines.mysql.server import Server
from tenant_schema.objects.changes.decide.operations import AddReference, Operation

__all__ = ["Algorithms", "Way", "checked_as_needed"]

_REFUSED = frozenset({1221, 1845, 1846, 4092, 4093, 4157})
"""The server's numbers for a way that it does not know or cannot take. Those beyond 4000 are MySQL's, for a
table that was changed instantly too often, or of which a row might become too large that way.
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One algorithm: the clauses that request it, and whether it reads or writes every row."""

    name: str
    clauses: str
    touches_rows: bool


_INSTANT = Way("INSTANT", ", ALGORITHM=INSTANT", touches_rows=False)
_NOCOPY = Way("NOCOPY", ", ALGORITHM=NOCOPY, LOCK=NONE", touches_rows=True)
_INPLACE = Way("INPLACE", ", ALGORITHM=INPLACE, LOCK=NONE", touches_rows=True)
_SHARED = Way("INPLACE", ", ALGORITHM=INPLACE, LOCK=SHARED", touches_rows=True)
_COPY = Way("COPY", ", ALGORITHM=COPY, LOCK=SHARED", touches_rows=True)
_METADATA = Way("METADATA", "", touches_rows=False)


@dataclass(frozen=True, slots=True)
class Algorithms:
    """The algorithms of a server, the least disturbing first. None of them blocks readers."""

    ways: tuple[Way, ...]

    @classmethod
    def of(cls, server: Server) -> "Algorithms":
        """Return those of this kind of server."""
        gentle = (_NOCOPY,) if server.mariadb else ()
        return cls((_INSTANT, *gentle, _INPLACE, _SHARED, _COPY))

    async def run(self, statement: str) -> tuple[str, Way]:
        """Execute the statement with the first algorithm that the server accepts. Returns what was sent, and
        the algorithm.
        """
        if not statement.startswith("ALTER TABLE"):
            await DB.run_ddl(statement)
            return statement, _METADATA
        for way in self.ways[:-1]:
            try:
                await DB.run_ddl(statement + way.clauses)
            except DatabaseError as error:
                if not _is_refusal(error):
                    raise
            else:
                return statement + way.clauses, way
        last = self.ways[-1]
        await DB.run_ddl(statement + last.clauses)
        return statement + last.clauses, last


def _is_refusal(error: DatabaseError) -> bool:
    cause = error.__cause__
    return bool(cause is not None and cause.args and cause.args[0] in _REFUSED)


@asynccontextmanager
async def checked_as_needed(operation: Operation) -> AsyncIterator[None]:
    """Disable the check of foreign keys for a key whose values are known to be valid.

    A key can only be added online in a session that does not check.
    """
    if not (isinstance(operation, AddReference) and operation.unchecked):
        yield
        return
    await DB.run_ddl("SET SESSION foreign_key_checks = 0")
    try:
        yield
    finally:
        await DB.run_ddl("SET SESSION foreign_key_checks = 1")
