"""Snapshots and loads: transactions for whole tables on MySQL and MariaDB."""

from collections.abc import Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from piccolo_engines.bulk.tables import BulkTable, Page
from piccolo_engines.bulk.transactions import Encoded
from piccolo_engines.mysql.bulk.reading import page_of, selecting
from piccolo_engines.mysql.bulk.writing import inserts
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.mysql.sessions.transaction import IsolationLevel, MySQLTransaction, TransactionalEngine

__all__ = ["MySQLLoad", "MySQLSnapshot"]

_MOST_CHARACTERS: Final = 1024 * 1024
"""Of a statement: servers limit the length of a packet."""
_INDEXING: Final[Mapping[str, object]] = MappingProxyType({
    "innodb_ddl_buffer_size": 64 * 1024 * 1024,
    "innodb_ddl_threads": 1,
    "innodb_parallel_read_threads": 1,
})  # fmt: skip
"""Indexes of filled tables are sorted in memory. Several threads take more processor time for the same."""
_WITH_SETTINGS: Final = (8, 0, 27)
"""The first version of MySQL that has all of them."""
_REFERENCES: Final = (
    "SELECT table_name, column_name, referenced_table_name, referenced_column_name "
    "FROM information_schema.key_column_usage "
    "WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL"
)


class MySQLSnapshot(MySQLTransaction):
    """Everything that is read inside is as it was at the first statement.

    A table that was altered since raises :class:`~piccolo_engines.errors.SchemaMismatch` when it is read for
    the first time; one that has been read cannot be altered until the end of the block. It joins no other
    transaction.
    """

    __slots__ = ()

    def __init__(self, engine: TransactionalEngine) -> None:
        super().__init__(engine, isolation_level=IsolationLevel.repeatable_read, read_only=True)
        self._parent = None

    @property
    def database(self) -> str:
        """The kind of database: ``mariadb`` or ``mysql``."""
        assert self.session is not None, "inside of the block"
        return "mariadb" if self.session.server.mariadb else "mysql"

    async def read_page(self, table: BulkTable, after: object, limit: int) -> Page:
        """Return the next ``limit`` rows behind the key ``after``; the first ones if that is None."""
        template, values = selecting(table, after, limit)
        result = await self.use(_run, (template, values))
        return page_of(table, result.rows)

    async def count(self, table: BulkTable) -> int:
        """Return the number of rows of the table."""
        result = await self.use(Session.send, f"SELECT COUNT(*) FROM {quote_name(table.name)}")  # noqa: S608 - quoted
        return int(result.rows[0][0])


class MySQLLoad(MySQLTransaction):
    """Rows that are inserted inside may refer to rows that come later.

    References are not checked; :meth:`broken_reference` does so at the end.
    """

    __slots__ = ()

    async def __aenter__(self) -> "MySQLLoad":
        await super().__aenter__()
        try:
            await self.send("SET SESSION foreign_key_checks = 0")
            await self._set(_INDEXING)
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    def encode(self, table: BulkTable, rows: Sequence[Sequence[Any]]) -> Encoded:
        """See :class:`~piccolo_engines.bulk.transactions.Load`."""
        return list(inserts(table, rows, _MOST_CHARACTERS))

    async def write(self, *encoded: Encoded) -> None:
        """See :class:`~piccolo_engines.bulk.transactions.Load`. What is short is sent together."""
        waiting = list[str]()
        for text in chain.from_iterable(encoded):
            if waiting and sum(map(len, waiting)) + len(text) > _MOST_CHARACTERS:
                await self.use(Session.send, "; ".join(waiting))
                waiting.clear()
            waiting.append(text)
        if waiting:
            await self.use(Session.send, "; ".join(waiting))

    async def keep(self) -> None:
        """Commit what was inserted so far."""
        await self.send("COMMIT")

    async def broken_reference(self) -> str | None:
        """Return the name of a table with a row that refers to a missing one; None if there is none."""
        for names in (await self.use(Session.send, _REFERENCES)).rows:
            table, column, target, key = map(quote_name, names)
            sql = (
                f"SELECT 1 FROM {table} AS c LEFT JOIN {target} AS p ON p.{key} = c.{column} "  # noqa: S608 - quoted
                f"WHERE c.{column} IS NOT NULL AND p.{key} IS NULL LIMIT 1"
            )
            if (await self.use(Session.send, sql)).rows:
                return str(names[0])
        return None

    async def _set(self, settings: Mapping[str, object]) -> None:
        """Change settings of the session that MariaDB and earlier versions of MySQL do not have."""
        assert self.session is not None, "inside of the block"
        server = self.session.server
        if not server.mariadb and server.version >= _WITH_SETTINGS:
            await self.send("SET SESSION " + ", ".join([f"{name} = {one}" for name, one in settings.items()]))

    async def _end(self, session: Session, *, failed: bool) -> None:
        try:
            await super()._end(session, failed=failed)
        finally:
            if session.usable:
                await session.send("SET SESSION foreign_key_checks = 1")  # MySQL: DEFAULT leaves it at 0
                await self._set(dict.fromkeys(_INDEXING, "DEFAULT"))


async def _run(session: Session, statement: tuple[str, list[Any]]) -> Any:
    return await session.run(*statement)
