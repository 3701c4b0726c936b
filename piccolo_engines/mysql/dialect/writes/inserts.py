"""Inserts: primary keys of the objects, and RETURNING for servers without it."""

import uuid
from collections.abc import Sequence
from typing import Any

from piccolo.apps.migrations.tables import Migration
from piccolo.columns import Column, Serial
from piccolo.query.methods.insert import Insert
from piccolo.query.mixins import OnConflictAction, OnConflictItem
from piccolo.querystring import QueryString
from piccolo.table import Table
from piccolo.utils.sql_values import convert_to_sql_value

from piccolo_engines.errors import StatementError, UniqueViolation, Unsupported
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.dialect.writes.conflicts import is_other_conflict, on_duplicate, target_columns
from piccolo_engines.mysql.dialect.writes.tuples import Rows, insert_rows
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.migrations.journal import forget
from piccolo_engines.mysql.statements import BuiltRows, Steps, Work, set_parts, statement_group

__all__ = ["PATCHES", "InsertOne", "InsertSteps", "select_by_keys", "wanted"]


def _insert_sql(
    table: type[Table], instances: Sequence[Table], conflict: OnConflictItem | None
) -> QueryString:
    rows = insert_rows(table, instances)
    if conflict is None:
        return QueryString(rows.template, *rows.args)
    return QueryString(rows.template + "{}", *rows.args, on_duplicate(table, conflict))


def wanted(columns: Sequence[Column]) -> str:
    """Return the columns to return, with their aliases."""
    return ", ".join(
        quote_name(column._meta.db_column_name)
        + (f" AS {quote_name(column._alias)}" if column._alias else "")
        for column in columns
    )


def select_by_keys(table: type[Table], columns: Sequence[Column], keys: Sequence[Any]) -> QueryString:
    """Return a select of the columns of some rows, with each row's key as ``returned_key``."""
    key = quote_name(table._meta.primary_key._meta.db_column_name)
    places = ", ".join("{}" for _ in keys)
    return QueryString(
        f'SELECT {wanted(columns)}, {key} AS "returned_key" FROM {table._meta.get_formatted_tablename()} '  # noqa: S608 - names are quoted, values are bound
        f"WHERE {key} IN ({places})",
        *keys,
    )


class InsertOne(BuiltRows):
    """Inserts one row whose key the object has or the server generates; returns nothing else.

    :ivar repeats: whether a session may prepare it.
    """

    __slots__ = ("_key", "_name")
    repeats = True

    def __init__(self, query: Insert[Any], rows: Rows, compiled: str, key: uuid.UUID | None) -> None:
        set_parts(self, "insert", rows.template, rows.args, query.table, compiled)
        self._key, self._name = key, query.table._meta.primary_key._meta.db_column_name

    def build_rows(self, result: Any) -> list[dict[str, Any]]:
        return [{self._name: int(result.insert_id) if self._key is None else self._key}]


class InsertSteps(Steps):
    """An insert with RETURNING and ON CONFLICT."""

    __slots__ = ("conflict", "instances", "returned", "rows_of")

    def __init__(self, query: Insert[Any], conflict: OnConflictItem | None, rows: Rows) -> None:
        set_parts(self, "insert", rows.template, rows.args, query.table, rows.compiled)
        self.rows_of: type[Table] = query.table
        self.instances: Sequence[Table] = query.add_delegate._add
        self.conflict = conflict
        returning = query.returning_delegate._returning
        self.returned = list(returning.columns) if returning is not None else []

    async def run(self, work: Work) -> list[dict[str, Any]]:
        try:
            return await self._run(work)
        except StatementError as error:
            if is_other_conflict(error):
                raise UniqueViolation(self.rows_of._meta.tablename) from error.__cause__
            raise

    async def _run(self, work: Work) -> list[dict[str, Any]]:
        if _records_migrations(self.rows_of):
            async with statement_group(work.session):
                rows = await self._insert(work)
                await forget(work.session, [(row.app_name, row.name) for row in self.instances])  # type: ignore[attr-defined]  # columns of Migration
                return rows
        return await self._insert(work)

    async def _insert(self, work: Work) -> list[dict[str, Any]]:
        if not self.returned:
            await work.execute(self._sql())
            return []
        if self.conflict is not None and not self._returned_natively(work):
            return await self._one_by_one(work)
        if work.session.server.mariadb and not self._brings_its_keys():
            return await work.fetch(
                QueryString(f"{{}} RETURNING {wanted(self.returned)}", self._sql()), self.rows_of
            )
        return await self._by_keys(work)

    def _sql(self) -> QueryString:
        if self.conflict is None:
            return self
        return _insert_sql(self.rows_of, self.instances, self.conflict)

    def _returned_natively(self, work: Work) -> bool:
        """Whether MariaDB returns the right rows.

        It also returns rows for which it did nothing, unlike PostgreSQL.
        """
        assert self.conflict is not None
        return (
            work.session.server.mariadb
            and self.conflict.action is OnConflictAction.do_update
            and self.conflict.where is None
        )

    def _brings_its_keys(self) -> bool:
        """Whether only keys are returned that the objects already have."""
        return (
            self.conflict is None
            and self._only_key()
            and all(type(self._known_key(instance)) is uuid.UUID for instance in self.instances)
        )

    @property
    def _key(self) -> Column:
        return self.rows_of._meta.primary_key

    def _known_key(self, instance: Table) -> Any:
        """Return the object's key; ``None`` if the server generates it."""
        value = getattr(instance, self._key._meta.name)
        if type(value) is QueryString:
            return None
        value = convert_to_sql_value(value=value, column=self._key)
        return None if isinstance(value, QueryString) else value

    async def _by_keys(self, work: Work) -> list[dict[str, Any]]:
        keys = [self._known_key(instance) for instance in self.instances]
        drawn = [key is None for key in keys]
        if any(drawn) and not all(drawn):
            return await self._one_by_one(work)
        if all(drawn) and not isinstance(self._key, Serial):
            raise Unsupported(
                "MySQL does not return a primary key generated by a default: set it in Piccolo."
            )
        if self._only_key():
            return self._keys_as_rows(await self._insert_all(work, keys))
        async with statement_group(work.session):
            return await self._read_back(work, await self._insert_all(work, keys))

    def _only_key(self) -> bool:
        return all(column._meta.primary_key for column in self.returned)

    def _keys_as_rows(self, keys: Sequence[Any]) -> list[dict[str, Any]]:
        names = [column._alias or column._meta.db_column_name for column in self.returned]
        return [dict.fromkeys(names, key) for key in keys]

    async def _insert_all(self, work: Work, keys: list[Any]) -> list[Any]:
        """Insert the rows and return their keys. The numbers generated by one statement are consecutive."""
        result = await work.execute(self._sql())
        if keys[0] is not None:
            return keys
        step = 1
        if len(keys) > 1:
            ((step,),) = (await work.session.send("SELECT @@auto_increment_increment")).rows
        return [int(result.insert_id) + place * int(step) for place in range(len(keys))]

    async def _read_back(self, work: Work, keys: list[Any]) -> list[dict[str, Any]]:
        if self._only_key():
            return self._keys_as_rows(keys)
        rows = await work.fetch(select_by_keys(self.rows_of, self.returned, keys), self.rows_of)
        by_key = {row.pop("returned_key"): row for row in rows}
        return [by_key[key] for key in keys if key in by_key]

    async def _one_by_one(self, work: Work) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        async with statement_group(work.session):
            for instance in self.instances:
                rows += await self._insert_one(work, instance)
        return rows

    async def _insert_one(self, work: Work, instance: Table) -> list[dict[str, Any]]:
        result = await work.execute(_insert_sql(self.rows_of, [instance], self.conflict))
        if result.affected_rows == 1:
            key = self._known_key(instance)
            return await self._read_back(work, [int(result.insert_id) if key is None else key])
        if self.conflict is None or self.conflict.action is not OnConflictAction.do_update:
            return []
        return await self._read_conflicting(work, instance, changed=result.affected_rows > 0)

    async def _read_conflicting(self, work: Work, instance: Table, *, changed: bool) -> list[dict[str, Any]]:
        """Return the existing row, found by the columns of the conflict.

        An unchanged row is returned if the condition holds: it had the new values already.
        """
        assert self.conflict is not None
        columns = target_columns(self.rows_of, self.conflict)
        values = [
            convert_to_sql_value(value=getattr(instance, column._meta.name), column=column)
            for column in columns
        ]
        where = " AND ".join(f"{quote_name(column._meta.db_column_name)} = {{}}" for column in columns)
        if self.conflict.where is not None and not changed:
            where += " AND {}"
            values.append(self.conflict.where.querystring)
        table = self.rows_of._meta.get_formatted_tablename()
        found = QueryString(f"SELECT {wanted(self.returned)} FROM {table} WHERE {where}", *values)  # noqa: S608 - names are quoted, values are bound
        return await work.fetch(found, self.rows_of)


def _records_migrations(table: type[Table]) -> bool:
    return table._meta.tablename == Migration._meta.tablename and hasattr(table, "app_name")


def _insert_one(query: Insert[Any], rows: Rows) -> InsertOne | None:
    """Return the simple form of the insert; ``None`` if it does not apply."""
    if not rows.is_one or rows.compiled is None or (returning := query.returning_delegate._returning) is None:
        return None
    key, returned = query.table._meta.primary_key, returning.columns
    if len(returned) != 1 or returned[0] is not key or key._alias or _records_migrations(query.table):
        return None
    value = None
    if not rows.draws_number:
        value = vars(query.add_delegate._add[0])[key._meta.name]
        if type(value) is not uuid.UUID:
            return None
    return InsertOne(query, rows, rows.compiled, value)


def _insert(self: Insert[Any]) -> Sequence[QueryString]:
    items = self.on_conflict_delegate._on_conflict.on_conflict_items
    if len(items) > 1:
        raise NotImplementedError("MySQL only supports a single ON CONFLICT clause.")
    if not items:
        rows = insert_rows(self.table, self.add_delegate._add)
        return [_insert_one(self, rows) or InsertSteps(self, None, rows)]
    (standard,) = self.default_querystrings
    return [InsertSteps(self, items[0], Rows(standard.template, list(standard.args), None))]


PATCHES = (
    Patch(
        Insert,
        "mysql_querystrings",
        lambda _: property(_insert),
        "MySQL has ON DUPLICATE KEY UPDATE for ON CONFLICT, and no RETURNING",
        adds=True,
    ),
)
