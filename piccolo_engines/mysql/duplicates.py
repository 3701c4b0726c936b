"""Which columns a duplicate was found in: the server names an index, callers want its columns."""

from asyncmy.errors import Error as DriverError
from piccolo.table import Table

from piccolo_engines.errors import DatabaseError, UniqueViolation
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.errors import duplicate_key
from piccolo_engines.mysql.session import Session

__all__ = ["DuplicateKeys"]


class DuplicateKeys:
    """Explains unique violations, and remembers the columns of the indexes that they were about."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, str], tuple[str, ...]] = {}

    async def explain(
        self, session: Session, table: type[Table] | None, violation: UniqueViolation
    ) -> UniqueViolation:
        """The violation with its table and columns, as far as they can be found out."""
        cause = violation.__cause__
        found = duplicate_key(cause) if isinstance(cause, DriverError) else None
        if found is None or violation.table is not None:
            return violation
        named, index = found
        name = named or (table._meta.tablename if table is not None else None)
        if name is None:
            return violation
        columns = await self._columns_of(session, name, index)
        return UniqueViolation(name, columns)

    async def _columns_of(self, session: Session, table: str, index: str) -> tuple[str, ...]:
        known = self._columns.get((table, index))
        if known is None:
            if not session.usable:
                return ()
            try:
                known = await Catalog(session).index_columns(table, index)
            except DatabaseError:
                return ()
            if known:
                self._columns[table, index] = known
        return known
