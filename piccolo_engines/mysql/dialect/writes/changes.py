"""Updates and deletes that return rows."""

from collections.abc import Sequence
from typing import Any

from piccolo.columns import Column
from piccolo.columns.combination import And, Where
from piccolo.columns.operators.comparison import Equal
from piccolo.custom_types import Combinable
from piccolo.query.base import Query
from piccolo.query.methods.delete import Delete
from piccolo.query.methods.update import Update
from piccolo.querystring import QueryString
from piccolo.table import Table
from piccolo.utils.sql_values import convert_to_sql_value

from piccolo_engines.errors import Unsupported
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.dialect.writes.inserts import select_by_keys, wanted
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.results.rows import to_rows
from piccolo_engines.mysql.statements import Steps, Work, send_together, statement_group
from piccolo_engines.mysql.templates import compiled

__all__ = ["PATCHES", "DeleteSteps", "UpdateSteps"]


def _key_name(table: type[Table]) -> str:
    return quote_name(table._meta.primary_key._meta.db_column_name)


def _lock_rows(table: type[Table], where: Combinable | None, columns: str) -> QueryString:
    """Select the rows to change, and lock them."""
    sql = f"SELECT {columns} FROM {table._meta.get_formatted_tablename()}"  # noqa: S608 - names are quoted, values are bound
    if where is None:
        return QueryString(sql + " FOR UPDATE")
    return QueryString(sql + " WHERE {} FOR UPDATE", where.querystring_for_update_and_delete)


def _by_keys(table: type[Table], statement: str, changes: Sequence[Any], keys: Sequence[Any]) -> QueryString:
    places = ", ".join("{}" for _ in keys)
    return QueryString(f"{statement} WHERE {_key_name(table)} IN ({places})", *changes, *keys)


def _is_of_one_row(where: Combinable | None) -> bool:
    """Whether the condition has the primary key, joined to others by AND, and no selects of its own."""
    if isinstance(where, And):
        sides = (where.first, where.second)
        return all(map(_is_plain, sides)) and any(map(_is_of_one_row, sides))
    if not isinstance(where, Where):
        return False
    column = where.column
    return where.operator is Equal and column._meta.primary_key and not column._meta.call_chain


def _is_plain(where: Combinable) -> bool:
    if isinstance(where, And):
        return _is_plain(where.first) and _is_plain(where.second)
    return isinstance(where, Where) and not any(
        isinstance(value, Query | QueryString) for value in (where.value, where.values)
    )


class UpdateSteps(Steps):
    """Locks the rows, changes them, and reads them.

    A row that is found by its key, and whose key alone is returned, is locked and changed in one round trip:
    compare-and-set.
    """

    __slots__ = ("query",)

    def __init__(self, query: Update[Any], standard: QueryString) -> None:
        super().__init__(standard.template, *standard.args, table=query.table)
        self.query = query

    async def run(self, work: Work) -> list[dict[str, Any]]:
        only_keys = all(column._meta.primary_key for column in self._returned)
        if only_keys and _is_of_one_row(self.query.where_delegate._where):
            return await self._run_at_once(work)
        if only_keys and work.session.in_transaction:
            return await self._run(work)  # only one statement writes, and none reads after it
        async with statement_group(work.session):
            return await self._run(work)

    async def _run(self, work: Work) -> list[dict[str, Any]]:
        query, table = self.query, self.query.table
        found = await work.fetch(_lock_rows(table, query.where_delegate._where, _key_name(table)), table)
        keys = [next(iter(row.values())) for row in found]
        if not keys:
            return []
        values = query.values_delegate.get_sql_values()
        await work.execute(_by_keys(table, self._statement(), values, keys))
        return await self._read(work, self._keys_afterwards(keys))

    async def _run_at_once(self, work: Work) -> list[dict[str, Any]]:
        query, table, where = self.query, self.query.table, self.query.where_delegate._where
        assert where is not None
        condition = where.querystring_for_update_and_delete
        change = QueryString(
            self._statement() + " WHERE {}", *query.values_delegate.get_sql_values(), condition
        )
        both = [_lock_rows(table, where, _key_name(table)), change]
        result = await send_together([work.text(*compiled(one)) for one in both], work.session)
        keys = [next(iter(row.values())) for row in to_rows(result.rows, result.fields, None, table)]
        return await self._read(work, self._keys_afterwards(keys)) if keys else []

    def _statement(self) -> str:
        """The statement without its condition, with a place for each value."""
        assignments = ", ".join(
            f"{quote_name(column._meta.db_column_name)} = {{}}"
            for column in self.query.values_delegate._values
        )
        return f"UPDATE {self.query.table._meta.get_formatted_tablename()} SET {assignments}"  # noqa: S608 - names are quoted, values are bound

    @property
    def _returned(self) -> Sequence[Column]:
        returning = self.query.returning_delegate._returning
        assert returning is not None
        return returning.columns

    def _keys_afterwards(self, keys: list[Any]) -> list[Any]:
        key = self.query.table._meta.primary_key
        new = {column._meta.name: value for column, value in self.query.values_delegate._values.items()}
        if key._meta.name not in new:
            return keys
        value = convert_to_sql_value(value=new[key._meta.name], column=key)
        if isinstance(value, QueryString | Column):
            raise Unsupported("MySQL cannot return rows whose primary key is computed by the update.")
        return [value]

    async def _read(self, work: Work, keys: list[Any]) -> list[dict[str, Any]]:
        returned = self._returned
        if all(column._meta.primary_key for column in returned):
            names = [column._alias or column._meta.db_column_name for column in returned]
            return [dict.fromkeys(names, key) for key in keys]
        table = self.query.table
        rows = await work.fetch(select_by_keys(table, returned, keys), table)
        by_key = {row.pop("returned_key"): row for row in rows}
        return [by_key[key] for key in keys if key in by_key]


class DeleteSteps(Steps):
    """MariaDB returns deleted rows itself; on MySQL they are locked and read first."""

    __slots__ = ("query",)

    def __init__(self, query: Delete, standard: QueryString) -> None:
        super().__init__(standard.template, *standard.args, table=query.table)
        self.query = query

    async def run(self, work: Work) -> list[dict[str, Any]]:
        query, table = self.query, self.query.table
        if work.session.server.mariadb:
            return await work.fetch(QueryString(self.template, *self.args), table)
        returning = query.returning_delegate._returning
        assert returning is not None
        columns = f'{wanted(returning.columns)}, {_key_name(table)} AS "returned_key"'
        async with statement_group(work.session):
            rows = await work.fetch(_lock_rows(table, query.where_delegate._where, columns), table)
            keys = [row.pop("returned_key") for row in rows]
            if keys:
                await work.execute(
                    _by_keys(table, f"DELETE FROM {table._meta.get_formatted_tablename()}", (), keys)  # noqa: S608 - names are quoted, values are bound
                )
        return rows


def _update(self: Update[Any]) -> Sequence[QueryString]:
    (standard,) = self.default_querystrings
    return [UpdateSteps(self, standard)] if self.returning_delegate._returning else [standard]


def _delete(self: Delete) -> Sequence[QueryString]:
    (standard,) = self.default_querystrings
    return [DeleteSteps(self, standard)] if self.returning_delegate._returning else [standard]


PATCHES = (
    Patch(Update, "mysql_querystrings", lambda _: property(_update), "MySQL has no RETURNING", adds=True),
    Patch(Delete, "mysql_querystrings", lambda _: property(_delete), "MySQL has no RETURNING", adds=True),
)
