"""Inserts: primary keys for the objects, RETURNING where the server has none, ON CONFLICT."""

from collections.abc import Sequence
from typing import Any

from piccolo.columns import Column, Serial
from piccolo.query.methods.insert import Insert
from piccolo.query.mixins import OnConflictAction, OnConflictItem
from piccolo.querystring import QueryString
from piccolo.table import Table
from piccolo.utils.sql_values import convert_to_sql_value

from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.statements import Steps, Work, statement_group

__all__ = ["PATCHES", "InsertSteps", "select_by_keys"]


def _insert_sql(table: type[Table], instances: Sequence[Table]) -> QueryString:
    names = ",".join(quote_name(column._meta.db_column_name) for column in table._meta.columns)
    rows = ",".join("{}" for _ in instances)
    base = f"INSERT INTO {table._meta.get_formatted_tablename()} ({names}) VALUES {rows}"
    return QueryString(base, *(instance.querystring for instance in instances))


def _on_duplicate(table: type[Table], item: OnConflictItem) -> QueryString:
    """``ON DUPLICATE KEY UPDATE``; to do nothing is to set the key to itself, which changes and reports nothing.

    :raises NotImplementedError: for a condition, which MySQL does not have.
    """
    if item.where is not None:
        raise NotImplementedError("MySQL has no condition in ON DUPLICATE KEY UPDATE: leave `where` out.")
    if item.action is not OnConflictAction.do_update:
        key = quote_name(table._meta.primary_key._meta.db_column_name)
        return QueryString(f" ON DUPLICATE KEY UPDATE {key}={key}")
    if not item.values:
        raise ValueError("No values specified for `on conflict`")
    changes = [_change(value) for value in item.values]
    return QueryString(" ON DUPLICATE KEY UPDATE " + ", ".join("{}" for _ in changes), *changes)


def _change(value: Column | tuple[Column, Any]) -> QueryString:
    if isinstance(value, Column):
        name = quote_name(value._meta.db_column_name)
        return QueryString(f"{name}=VALUES({name})")
    column, new = value
    if not isinstance(column, Column):
        raise ValueError("Unsupported column type")
    return QueryString(
        f"{quote_name(column._meta.db_column_name)}={{}}", convert_to_sql_value(value=new, column=column)
    )


def select_by_keys(table: type[Table], columns: Sequence[Column], keys: Sequence[Any]) -> QueryString:
    """The wanted columns of some rows, and each row's key as ``returned_key``."""
    key = table._meta.primary_key._meta.db_column_name
    wanted = ", ".join(_wanted(column) for column in columns)
    places = ", ".join("{}" for _ in keys)
    return QueryString(
        f"SELECT {wanted}, {quote_name(key)} AS \"returned_key\" FROM {table._meta.get_formatted_tablename()} "
        f"WHERE {quote_name(key)} IN ({places})",
        *keys,
    )


def _wanted(column: Column) -> str:
    name = quote_name(column._meta.db_column_name)
    return f"{name} AS {quote_name(column._alias)}" if column._alias else name


class InsertSteps(Steps):
    """An insert whose rows are wanted back."""

    __slots__ = ("conflict", "instances", "returned")

    def __init__(
        self, table: type[Table], instances: Sequence[Table], conflict: OnConflictItem | None, returned: list[Column]
    ) -> None:
        tail = _on_duplicate(table, conflict) if conflict is not None else QueryString("")
        super().__init__("{}{}", _insert_sql(table, instances), tail, query_type="insert", table=table)
        self.instances = instances
        self.conflict = conflict
        self.returned = returned

    async def run(self, work: Work) -> list[dict[str, Any]]:
        if self.conflict is not None and not self._may_return_natively(work):
            return await self._one_by_one(work)
        if work.session.server.mariadb:
            wanted = ", ".join(_wanted(column) for column in self.returned)
            return await work.fetch(QueryString(f"{{}} RETURNING {wanted}", _plain(self)), self.table)
        return await self._by_keys(work)

    def _may_return_natively(self, work: Work) -> bool:
        """MariaDB returns also the rows in whose favour nothing was done; PostgreSQL does not."""
        assert self.conflict is not None
        return work.session.server.mariadb and self.conflict.action is OnConflictAction.do_update

    @property
    def _key(self) -> Column:
        assert self.table is not None
        return self.table._meta.primary_key

    def _known_key(self, instance: Table) -> Any:
        """The key that the object brings along; ``None`` when the server makes it."""
        value = convert_to_sql_value(value=getattr(instance, self._key._meta.name), column=self._key)
        return None if isinstance(value, QueryString) else value

    async def _by_keys(self, work: Work) -> list[dict[str, Any]]:
        assert self.table is not None
        keys = [self._known_key(instance) for instance in self.instances]
        drawn = [key is None for key in keys]
        if any(drawn) and (not isinstance(self._key, Serial) or not all(drawn)):
            return await self._one_by_one(work)
        only_key = self._only_key()
        if only_key:
            return [{self._name(self._key): key} for key in await self._insert_all(work, keys)]
        async with statement_group(work.session):
            return await self._read_back(work, await self._insert_all(work, keys))

    def _only_key(self) -> bool:
        return all(column._meta.primary_key for column in self.returned)

    def _name(self, column: Column) -> str:
        returned = next((item for item in self.returned if item._meta.name == column._meta.name), column)
        return returned._alias or column._meta.db_column_name

    async def _insert_all(self, work: Work, keys: list[Any]) -> list[Any]:
        """Insert; the numbers drawn for one statement's rows follow each other."""
        result = await work.execute(_plain(self))
        if keys and keys[0] is not None:
            return keys
        first = int(result.insert_id)
        step = 1
        if len(keys) > 1:
            ((step,),) = (await work.session.send("SELECT @@auto_increment_increment")).rows
        return [first + place * int(step) for place in range(len(keys))]

    async def _read_back(self, work: Work, keys: list[Any]) -> list[dict[str, Any]]:
        assert self.table is not None
        if not keys:
            return []
        rows = await work.fetch(select_by_keys(self.table, self.returned, keys), self.table)
        by_key = {row.pop("returned_key"): row for row in rows}
        return [by_key[key] for key in keys if key in by_key]

    async def _one_by_one(self, work: Work) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        async with statement_group(work.session):
            for instance in self.instances:
                rows += await self._insert_one(work, instance)
        return rows

    async def _insert_one(self, work: Work, instance: Table) -> list[dict[str, Any]]:
        assert self.table is not None
        tail = _on_duplicate(self.table, self.conflict) if self.conflict is not None else QueryString("")
        result = await work.execute(QueryString("{}{}", _insert_sql(self.table, [instance]), tail))
        if result.affected_rows == 1:
            key = self._known_key(instance)
            return await self._read_back(work, [int(result.insert_id) if key is None else key])
        if self.conflict is None or self.conflict.action is not OnConflictAction.do_update:
            return []
        return await self._read_conflicting(work, instance)

    async def _read_conflicting(self, work: Work, instance: Table) -> list[dict[str, Any]]:
        """The row that was there already and has been updated, found by the columns of the conflict."""
        assert self.table is not None
        assert self.conflict is not None
        columns = await self._target_columns(work)
        values = [convert_to_sql_value(value=getattr(instance, column._meta.name), column=column) for column in columns]
        where = " AND ".join(f"{quote_name(column._meta.db_column_name)} = {{}}" for column in columns)
        wanted = ", ".join(_wanted(column) for column in self.returned)
        table = self.table._meta.get_formatted_tablename()
        return await work.fetch(QueryString(f"SELECT {wanted} FROM {table} WHERE {where}", *values), self.table)

    async def _target_columns(self, work: Work) -> Sequence[Column]:
        assert self.table is not None
        assert self.conflict is not None
        target = self.conflict.target
        if isinstance(target, Column):
            return [target]
        if isinstance(target, tuple):
            return target
        names = await Catalog(work.session).index_columns(self.table._meta.tablename, str(target))
        return [column for column in self.table._meta.columns if column._meta.db_column_name in names]


def _plain(steps: Steps) -> QueryString:
    """The same statement without its steps."""
    return QueryString(steps.template, *steps.args)


def _insert(self: Insert[Any]) -> Sequence[QueryString]:
    items = self.on_conflict_delegate._on_conflict.on_conflict_items
    if len(items) > 1:
        raise NotImplementedError("MySQL only supports a single ON CONFLICT clause.")
    conflict = items[0] if items else None
    returning = self.returning_delegate._returning
    if returning is not None:
        return [InsertSteps(self.table, self.add_delegate._add, conflict, list(returning.columns))]
    tail = _on_duplicate(self.table, conflict) if conflict is not None else QueryString("")
    return [
        QueryString(
            "{}{}", _insert_sql(self.table, self.add_delegate._add), tail, query_type="insert", table=self.table
        )
    ]


PATCHES = (
    Patch(
        Insert,
        "mysql_querystrings",
        lambda _: property(_insert),
        "MySQL has ON DUPLICATE KEY UPDATE for ON CONFLICT, and no RETURNING",
        adds=True,
    ),
)
