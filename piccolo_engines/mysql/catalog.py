"""Catalog: reads tables, columns, indexes and constraints from information_schema."""

import re
from dataclasses import dataclass
from typing import Any

from piccolo_engines.mysql.literals import literal, quote_name
from piccolo_engines.mysql.server import Server
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.mysql.table_name import TableName

__all__ = ["Catalog", "ColumnInfo", "ConstraintInfo", "ForeignKeyInfo"]


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column with all attributes, in the syntax of a statement that restates it.

    :ivar type: with length and sign, ``varchar(50)``.
    :ivar default: SQL of the default; ``None`` for none.
    """

    name: str
    type: str
    data_type: str
    characters: int | None
    collation: str | None
    nullable: bool
    default: str | None
    auto_increment: bool
    on_update: str | None
    generated: str | None
    comment: str
    check: str | None
    invisible: bool


@dataclass(frozen=True, slots=True)
class ForeignKeyInfo:
    """A foreign key constraint, with all that is needed to create it again."""

    name: str
    table: TableName
    columns: tuple[str, ...]
    target: TableName
    target_columns: tuple[str, ...]
    on_delete: str
    on_update: str


@dataclass(frozen=True, slots=True)
class ConstraintInfo:
    """A constraint.

    :ivar kind: ``PRIMARY KEY``, ``UNIQUE``, ``FOREIGN KEY`` or ``CHECK``.
    """

    name: str
    kind: str


_ON_UPDATE = re.compile(r"on update (current_timestamp(?:\(\d*\))?)", re.IGNORECASE)
_NAMED = re.compile("`([^`]+)`")
_NOW = re.compile(r"current_timestamp(\(\d*\))?$", re.IGNORECASE)


class Catalog:
    """Queries about the database that a session is connected to. Each method runs one statement."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def server(self) -> Server:
        return self._session.server

    @property
    def collation(self) -> str:
        return self._session.collation

    async def _ask(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        bound = sql.format(*(literal(arg, self.server) for arg in args))
        return list((await self._session.send(bound)).rows)

    async def database(self) -> str:
        """Return the session's database."""
        ((name,),) = await self._ask("SELECT DATABASE()")
        return str(name)

    async def has_rows(self, table: TableName) -> bool:
        return bool(await self._ask(f"SELECT 1 FROM {table.sql} LIMIT 1"))  # noqa: S608 - the name is quoted

    async def has_nulls(self, table: TableName, column: str) -> bool:
        """Whether a column is null in any row."""
        sql = f"SELECT 1 FROM {table.sql} WHERE {quote_name(column)} IS NULL LIMIT 1"  # noqa: S608 - names are quoted
        return bool(await self._ask(sql))

    async def tables(self, schema: str) -> list[str]:
        """Return the tables of a database."""
        rows = await self._ask(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = {}", schema
        )
        return [name for (name,) in rows]

    async def has_more_than_tables(self, schema: str) -> bool:
        """Whether a database has views, triggers, routines or events."""
        rows = await self._ask(
            "SELECT 1 FROM information_schema.views WHERE table_schema = {0} "
            "UNION SELECT 1 FROM information_schema.triggers WHERE trigger_schema = {0} "
            "UNION SELECT 1 FROM information_schema.routines WHERE routine_schema = {0} "
            "UNION SELECT 1 FROM information_schema.events WHERE event_schema = {0}",
            schema,
        )
        return bool(rows)

    async def table_exists(self, table: TableName) -> bool:
        rows = await self._ask(
            "SELECT 1 FROM information_schema.tables "
            "WHERE table_schema = COALESCE({}, DATABASE()) AND table_name = {}",
            table.schema,
            table.name,
        )
        return bool(rows)

    async def definition(self, table: TableName) -> str | None:
        """Return ``SHOW CREATE TABLE``; ``None`` if there is no such table.

        The auto-increment counter, which changes with every row, is removed.
        """
        if not await self.table_exists(table):
            return None
        ((_, definition),) = await self._ask(
            "SHOW CREATE TABLE " + table.sql.replace("{", "{{").replace("}", "}}")
        )
        return re.sub(r" AUTO_INCREMENT=\d+", "", str(definition))

    async def columns(self, table: TableName) -> dict[str, ColumnInfo]:
        """Return the table's columns by name, in order."""
        rows = await self._ask(
            "SELECT column_name, column_type, data_type, character_maximum_length, collation_name, "
            "is_nullable, column_default, extra, generation_expression, column_comment "
            "FROM information_schema.columns "
            "WHERE table_schema = COALESCE({}, DATABASE()) AND table_name = {} ORDER BY ordinal_position",
            table.schema,
            table.name,
        )
        checks = await self._column_checks(table) if self.server.mariadb else {}
        return {row[0]: self._column(row, checks.get(row[0])) for row in rows}

    async def _column_checks(self, table: TableName) -> dict[str, str]:
        """Return MariaDB's checks that are part of a column, such as the one that makes a text JSON."""
        rows = await self._ask(
            "SELECT constraint_name, check_clause FROM information_schema.check_constraints "
            "WHERE constraint_schema = COALESCE({}, DATABASE()) AND table_name = {} AND level = 'Column'",
            table.schema,
            table.name,
        )
        return {name: str(clause).replace("`", '"') for name, clause in rows}

    def _column(self, row: tuple[Any, ...], check: str | None) -> ColumnInfo:
        name, type_, data_type, characters, collation, nullable, default, extra, generated, comment = row
        on_update = _ON_UPDATE.search(extra)
        return ColumnInfo(
            name=name,
            type=type_,
            data_type=data_type.lower(),
            characters=characters,
            collation=collation,
            nullable=nullable == "YES",
            default=self._default(default, extra),
            auto_increment="auto_increment" in extra.lower(),
            on_update=on_update.group(1) if on_update else None,
            generated=_generated(generated if self.server.mariadb else _unescaped(generated), extra),
            comment=comment,
            check=check,
            invisible="INVISIBLE" in extra,
        )

    def _default(self, default: str | None, extra: str) -> str | None:
        """Return the default as SQL.

        MariaDB reports SQL; MySQL reports a bare value, or an expression marked as such.
        """
        if default is None or (self.server.mariadb and default == "NULL"):
            return None
        if self.server.mariadb or _NOW.match(default):
            return default
        if "DEFAULT_GENERATED" in extra:
            return f"({_unescaped(default)})"
        if default.startswith("0x"):
            return default
        return literal(default, self.server)

    async def foreign_keys(self, table: TableName, *, of_others: bool = False) -> list[ForeignKeyInfo]:
        """Return the table's foreign keys, or (``of_others``) those of other tables that refer to it."""
        side = (
            "k.referenced_table_schema = {schema} AND k.referenced_table_name = {{}}"
            if of_others
            else "k.table_schema = {schema} AND k.table_name = {{}} "
            # for both tables: MariaDB would otherwise open every table of the server for the second
            "AND r.constraint_schema = {schema} AND r.table_name = {{}}"
        )
        rows = await self._ask(
            "SELECT k.constraint_name, k.table_schema, k.table_name, k.column_name, "
            "k.referenced_table_schema, k.referenced_table_name, k.referenced_column_name, "
            "r.delete_rule, r.update_rule, DATABASE() "
            "FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r "
            "ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name "
            "AND r.table_name = k.table_name WHERE "
            + side.format(schema="COALESCE({}, DATABASE())")
            + " ORDER BY k.table_name, k.constraint_name, k.ordinal_position",
            *(table.schema, table.name) * (1 if of_others else 2),
        )
        found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for row in rows:
            found.setdefault((row[1] + "." + row[2], row[0]), []).append(row)
        return [_foreign_key(parts) for parts in found.values()]

    async def constraints(self, table: TableName) -> dict[str, ConstraintInfo]:
        """Return the table's constraints by name."""
        rows = await self._ask(
            "SELECT constraint_name, constraint_type FROM information_schema.table_constraints "
            "WHERE table_schema = COALESCE({}, DATABASE()) AND table_name = {}",
            table.schema,
            table.name,
        )
        return {name: ConstraintInfo(name, kind) for name, kind in rows}

    async def checks(self, table: TableName) -> dict[str, str]:
        """Return the clauses of the table's check constraints by name."""
        where = " AND c.table_name = t.table_name" if self.server.mariadb else ""
        level = " AND c.level = 'Table'" if self.server.mariadb else ""
        rows = await self._ask(
            "SELECT c.constraint_name, c.check_clause FROM information_schema.check_constraints c "  # noqa: S608 - names are quoted, values are bound
            "JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema "
            f"AND t.constraint_name = c.constraint_name{where} "
            "WHERE t.table_schema = COALESCE({}, DATABASE()) AND t.table_name = {} "
            f"AND t.constraint_type = 'CHECK'{level}",
            table.schema,
            table.name,
        )
        unescaped = str if self.server.mariadb else _unescaped
        return {name: unescaped(clause).replace("`", '"') for name, clause in rows}

    async def indexes(self, table: TableName) -> dict[str, tuple[bool, tuple[str, ...]]]:
        """Return the table's indexes by name: whether unique, and the columns.

        Columns in expressions are included.
        """
        expression = "NULL" if self.server.mariadb else "expression"
        rows = await self._ask(
            f"SELECT index_name, non_unique, column_name, {expression} FROM information_schema.statistics "  # noqa: S608 - values are bound
            "WHERE table_schema = COALESCE({}, DATABASE()) AND table_name = {} "
            "ORDER BY index_name, seq_in_index",
            table.schema,
            table.name,
        )
        found: dict[str, tuple[bool, tuple[str, ...]]] = {}
        for name, non_unique, column, expression in rows:
            _, columns = found.get(name, (False, ()))
            named = _NAMED.findall(expression) if column is None and expression else (column,)
            found[name] = (not int(non_unique), (*columns, *named))
        return found

    async def tables_with_index(self, index: str) -> dict[str, tuple[str, ...]]:
        """Return the tables of the current database that have an index with this name, with its columns."""
        rows = await self._ask(
            "SELECT table_name, column_name FROM information_schema.statistics "
            "WHERE table_schema = DATABASE() AND index_name = {} ORDER BY table_name, seq_in_index",
            index,
        )
        found: dict[str, tuple[str, ...]] = {}
        for table, column in rows:
            found[table] = (*found.get(table, ()), column)
        return found


def _unescaped(expression: str | None) -> str:
    """Return an expression as it was written. MySQL reports it escaped as in quotes."""
    return re.sub(r"\\(.)", r"\1", expression or "", flags=re.DOTALL)


def _generated(expression: str | None, extra: str) -> str | None:
    if not expression:
        return None
    kind = "STORED" if "STORED" in extra.upper() or "PERSISTENT" in extra.upper() else "VIRTUAL"
    clause = expression.replace("`", '"')
    return f"GENERATED ALWAYS AS ({clause}) {kind}"


def _foreign_key(parts: list[tuple[Any, ...]]) -> ForeignKeyInfo:
    name, schema, table, _, target_schema, target, _, on_delete, on_update, current = parts[0]
    return ForeignKeyInfo(
        name=name,
        table=TableName(table, None if schema == current else schema),
        columns=tuple(part[3] for part in parts),
        target=TableName(target, None if target_schema == current else target_schema),
        target_columns=tuple(part[6] for part in parts),
        on_delete=on_delete,
        on_update=on_update,
    )
