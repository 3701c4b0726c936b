"""Finds the columns of a duplicate: the server reports an index, callers need its columns."""

from asyncmy.errors import Error as DriverError
from piccolo.table import Table

from piccolo_engines.errors import DatabaseError, UniqueViolation
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.errors import duplicate_key
from piccolo_engines.mysql.sessions.session import Session

__all__ = ["DuplicateKeys"]


_Key = tuple[str, tuple[str, ...]]


class DuplicateKeys:
    """Completes unique violations, and caches the columns of their indexes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, str], _Key] = {}

    async def explain(
        self, session: Session, table: type[Table] | None, violation: UniqueViolation
    ) -> UniqueViolation:
        """Return the violation with its table and columns, if they can be found."""
        cause = violation.__cause__
        found = duplicate_key(cause) if isinstance(cause, DriverError) else None
        if found is None or violation.table is not None:
            return violation
        named, index = found
        name = named or (table._meta.tablename if table is not None else None)
        known = self._known.get((name, index))
        if known is None and session.usable:
            known = await self._look_up(session, name, index)
        return UniqueViolation(*known) if known is not None else violation

    async def _look_up(self, session: Session, name: str | None, index: str) -> _Key | None:
        try:
            tables = await Catalog(session).tables_with_index(index)
        except DatabaseError:
            return None
        if name not in tables and len(tables) == 1:  # MariaDB does not report the table
            (name,) = tables
        if name is None or name not in tables:
            return None
        self._known[name, index] = key = (name, tables[name])
        return key
