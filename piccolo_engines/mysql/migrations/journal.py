"""The journal of a running migration, with which it can continue after a crash.

In MySQL every DDL statement commits, so a migration that dies in the middle leaves its first steps behind.
The journal records each statement before it is sent, with a fingerprint of its table, and afterwards that it
is done. DDL is atomic: if a statement was started and not recorded as done, the fingerprint shows whether it
was executed. If a statement depends on the state of the database, the journal also records its text, because
the state may differ at the next attempt.

The rows are deleted when Piccolo records the migration as run, in the same transaction.
"""

import contextlib
import hashlib
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from piccolo_engines.errors import LockTimeout, StatementError
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.literals import literal, quote_name
from piccolo_engines.mysql.migrations.recording import send_ddl
from piccolo_engines.mysql.sessions.session import Session, Watch
from piccolo_engines.mysql.statements import PlannedDDL
from piccolo_engines.mysql.table_name import TableName

__all__ = ["JOURNAL", "Journal", "forget"]

JOURNAL = "piccolo_migration_journal"

_CREATE = f"""CREATE TABLE IF NOT EXISTS {quote_name(JOURNAL)} (
    "app_name" VARCHAR(200) NOT NULL, "migration" VARCHAR(200) NOT NULL, "direction" VARCHAR(9) NOT NULL,
    "step" VARCHAR(80) NOT NULL, "done" BOOLEAN NOT NULL, "record" LONGTEXT NOT NULL,
    PRIMARY KEY ("app_name", "migration", "direction", "step")) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"""

_FINISHED = "finished"
_NAME = r'(?:"([^"]+)"\.)?"?([^"\s(]+)"?'
_TABLE = re.compile(
    rf"(?:CREATE TABLE(?: IF NOT EXISTS)?|ALTER TABLE|DROP TABLE(?: IF EXISTS)?|RENAME TABLE) {_NAME}"
    rf"|(?:CREATE|DROP)(?: UNIQUE)? INDEX .*? ON {_NAME}",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"x?'(?:[^'\\]|\\.|'')*'")  # defaults may differ between attempts


_KEY = ("app_name", "migration", "direction", "step")
_PATIENCE = 3600  # seconds: the longest time of a statement on a big table


@dataclass(slots=True)
class _Entry:
    done: bool
    record: str
    is_new: bool = False


@contextlib.asynccontextmanager
async def _alone(session: Session) -> AsyncIterator[None]:
    """Hold the lock of this database's migrations, at the latest until the connection ends.

    :raises LockTimeout: when another connection held it all the time.
    """
    name = f"CONCAT('{JOURNAL}.', LEFT(SHA2(DATABASE(), 256), 32))"
    ((got,),) = (await session.send(f"SELECT GET_LOCK({name}, {_PATIENCE})")).rows
    if got != 1:
        raise LockTimeout
    try:
        yield
    finally:
        if session.usable:
            await session.send(f"SELECT RELEASE_LOCK({name})")


def _table_of(statement: str) -> TableName | None:
    """Return the table that a statement changes."""
    found = _TABLE.match(statement)
    if found is None:
        return None
    schema, name = found.group(1) or found.group(3), found.group(2) or found.group(4)
    return TableName(name, schema)


async def _fingerprint(session: Session, table: TableName | None) -> str:
    if table is None:
        return ""
    definition = await Catalog(session).definition(table)
    return "absent" if definition is None else hashlib.sha256(definition.encode()).hexdigest()


class Journal:
    """The progress of one migration in one direction.

    :param engine: a MySQL engine, or one that forwards to one.
    """

    def __init__(self, engine: Engine[Any], app_name: str, migration: str, direction: str) -> None:
        self._engine = engine
        self._key = (app_name, migration, direction)
        self._entries: dict[str, _Entry] = {}
        self._met: Counter[str] = Counter()
        self._touched: set[TableName] = set()

    async def open(self) -> bool:
        """Read the journal. Returns whether the migration still has to be run or finished.

        If an earlier attempt finished without being recorded as run, and the tables are unchanged since,
        nothing is left to do. If they have changed, the migration was undone by other means, and starts
        again.
        """
        await self._engine.run_ddl(_CREATE)
        opposite = "backwards" if self._key[2] == "forwards" else "forwards"
        await self._run('DELETE FROM {} WHERE "app_name" = {} AND "migration" = {} AND "direction" = {}',
                        *self._key[:2], opposite)  # fmt: skip
        rows = await self._run(
            'SELECT "step", "done", "record" FROM {} '
            'WHERE "app_name" = {} AND "migration" = {} AND "direction" = {}',
            *self._key,
        )
        self._entries = {row["step"]: _Entry(bool(row["done"]), row["record"]) for row in rows}
        finished = self._entries.get(_FINISHED)
        if finished is None:
            return True
        if await self._is_as_left(json.loads(finished.record)):
            return False
        await self._run(
            'DELETE FROM {} WHERE "app_name" = {} AND "migration" = {} AND "direction" = {}', *self._key
        )
        self._entries = {}
        return True

    async def _run(self, sql: str, *args: object) -> list[dict[str, Any]]:
        template = sql.replace("{}", quote_name(JOURNAL), 1)
        rows: list[dict[str, Any]] = await self._engine.run_querystring(QueryString(template, *args))
        return rows

    async def _is_as_left(self, tables: list[tuple[str | None, str, str | None]]) -> bool:
        for schema, name, shown in tables:
            if await self._definition(TableName(name, schema)) != shown:
                return False
        return True

    async def _definition(self, table: TableName) -> str | None:
        rows = await self._engine.run_querystring(
            QueryString(
                "SELECT 1 AS found FROM information_schema.tables "
                "WHERE table_schema = COALESCE({}, DATABASE()) AND table_name = {}",
                table.schema,
                table.name,
            )
        )
        if not rows:
            return None
        (row,) = await self._engine.run_querystring(QueryString("SHOW CREATE TABLE " + table.sql))
        return re.sub(r" AUTO_INCREMENT=\d+", "", row["Create Table"])

    async def finish(self) -> None:
        """Record the end of the migration, and the definitions of its tables."""
        tables = [
            (table.schema, table.name, await self._definition(table))
            for table in sorted(self._touched, key=str)
        ]
        await self._run("REPLACE INTO {} VALUES ({}, {}, {}, {}, {}, {})", *self._key, _FINISHED, True,
                        json.dumps(tables))  # fmt: skip

    def is_done(self, step: str) -> bool:
        entry = self._entries.get(step)
        return entry is not None and entry.done

    async def mark_done(self, step: str) -> None:
        """Record a step as done, in the open transaction."""
        await self._run("REPLACE INTO {} VALUES ({}, {}, {}, {}, {}, {})", *self._key, step, True, "")

    async def record(self, session: Session, ddl: str, watch: Watch) -> None:
        """Run DDL of the migration, or the rest of it."""
        shape = hashlib.sha256(_LITERAL.sub("?", ddl).encode()).hexdigest()[:40]
        self._met[shape] += 1
        unit = f"{shape}.{self._met[shape]}"
        if not isinstance(ddl, PlannedDDL):
            await self._once(session, unit, ddl, watch)
            return
        for place, step in enumerate(ddl.steps):
            planned = self._entries.get(f"{unit}.{place}")
            if planned is None:
                statements = list(await step(Catalog(session)))
                await self._write(session, f"{unit}.{place}", done=False, record=json.dumps(statements))
            else:
                statements = json.loads(planned.record)
            for number, statement in enumerate(statements):
                await self._once(session, f"{unit}.{place}.{number}", statement, watch)

    async def _once(self, session: Session, step: str, statement: str, watch: Watch) -> None:
        """Run a statement unless it was run or is being run.

        The server continues a statement whose client has died. So the connection that runs one holds a lock;
        the next attempt waits for it and reads the journal again.
        """
        table = _table_of(statement)
        if table is not None:
            self._touched.add(table)
        if self.is_done(step):
            return
        async with _alone(session):
            entry = self._entries[step] = await self._read(session, step)
            if entry.done:
                return
            before = await _fingerprint(session, table)
            if entry.is_new or not before or entry.record == before:
                await self._write(session, step, done=False, record=before)
                await send_ddl(session, statement, watch)
            await self._write(session, step, done=True, record=before)

    async def _read(self, session: Session, step: str) -> _Entry:
        values = " AND ".join(
            f"{quote_name(name)} = {literal(value, session.server)}"
            for name, value in zip(_KEY, (*self._key, step), strict=True)
        )
        sql = f'SELECT "done", "record" FROM {quote_name(JOURNAL)} WHERE {values} FOR UPDATE'  # noqa: S608 - names are quoted, values are bound
        rows = (await session.send(sql)).rows
        return _Entry(bool(rows[0][0]), rows[0][1]) if rows else _Entry(done=False, record="", is_new=True)

    async def _write(self, session: Session, step: str, *, done: bool, record: str) -> None:
        values = ", ".join(literal(value, session.server) for value in (*self._key, step, done, record))
        await session.send(f"REPLACE INTO {quote_name(JOURNAL)} VALUES ({values})")  # noqa: S608 - names are quoted, values are bound
        self._entries[step] = _Entry(done, record)


async def forget(session: Session, migrations: list[tuple[str, str]]) -> None:
    """Delete the journal of migrations that are recorded as run, in the transaction that records them."""
    pairs = ", ".join(
        f"({literal(app, session.server)}, {literal(name, session.server)})" for app, name in migrations
    )
    try:
        await session.send(f'DELETE FROM {quote_name(JOURNAL)} WHERE ("app_name", "migration") IN ({pairs})')  # noqa: S608 - names are quoted, values are bound
    except StatementError:
        return  # the journal was never created
