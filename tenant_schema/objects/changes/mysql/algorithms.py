"""Which way a server can take for a statement: asked by demanding each way, the gentlest first.

A server refuses a way that it cannot take before it does anything, so that asking is the doing. See
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
    """One way: the clauses that demand it, and whether it reads or writes every row."""

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
    """The ways that the server knows, the gentlest first. In all of them readers go on."""

    ways: tuple[Way, ...]

    @classmethod
    def of(cls, server: Server) -> "Algorithms":
        """Those of this kind of server."""
        gentle = (_NOCOPY,) if server.mariadb else ()
        return cls((_INSTANT, *gentle, _INPLACE, _SHARED, _COPY))

    async def run(self, statement: str) -> tuple[str, Way]:
        """Send the statement in the gentlest way that the server accepts; say what was sent and how."""
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
    """Spare the server the look at every row that a new foreign key would cost.

    Only a session that does not check may make one online.
    """
    if not (isinstance(operation, AddReference) and operation.unchecked):
        yield
        return
    await DB.run_ddl("SET SESSION foreign_key_checks = 0")
    try:
        yield
    finally:
        await DB.run_ddl("SET SESSION foreign_key_checks = 1")
