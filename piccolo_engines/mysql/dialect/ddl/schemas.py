"""Schemas, which are databases in MySQL, and the foreign keys that migrations look up."""

from collections.abc import Sequence
from typing import Any

from piccolo.apps.migrations.auto import migration_manager as manager_module
from piccolo.columns import ForeignKey
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.query import constraints as constraints_module
from piccolo.query.constraints import ConstraintRules
from piccolo.querystring import QueryString
from piccolo.schema import DropSchema, ListSchemas, ListTables, MoveTable, RenameSchema

from piccolo_engines.errors import Unsupported
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.dialect.ddl.columns import table_name
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.statements import PlannedDDL
from piccolo_engines.mysql.table_name import TableName

__all__ = ["PATCHES"]


def _move(self: MoveTable, shown: str) -> str:
    """RENAME TABLE moves a table between databases. Piccolo's ``public`` is the session's database."""
    source = TableName(
        self.table_name, None if self.current_schema in (None, "public") else self.current_schema
    )

    async def move(catalog: Catalog) -> Sequence[str]:
        schema = await catalog.database() if self.new_schema == "public" else self.new_schema
        return [f"RENAME TABLE {source.sql} TO {TableName(self.table_name, schema).sql}"]

    return PlannedDDL(shown, move)


def _drop(self: DropSchema, shown: str) -> str:
    """MySQL drops a database with its tables, so without ``cascade`` this checks for tables first."""
    exists = "IF EXISTS " if self.if_exists else ""
    sql = f"DROP SCHEMA {exists}{quote_name(self.schema_name)}"

    async def drop(catalog: Catalog) -> Sequence[str]:
        if not self.cascade and await catalog.tables(self.schema_name):
            raise Unsupported(f"The schema {self.schema_name} has tables: drop them, or use cascade=True.")
        return [sql]

    return PlannedDDL(shown, drop)


def _rename(self: RenameSchema, shown: str) -> str:
    """Create the new database, move the tables, and drop the old one."""
    old, new = self.schema_name, self.new_schema_name

    async def rename(catalog: Catalog) -> Sequence[str]:
        if await catalog.has_more_than_tables(old):
            raise Unsupported(f"The schema {old} has views, triggers or routines, which MySQL cannot move.")
        moves = [
            f"RENAME TABLE {TableName(name, old).sql} TO {TableName(name, new).sql}"
            for name in await catalog.tables(old)
        ]
        return [f"CREATE SCHEMA {quote_name(new)}", *moves, f"DROP SCHEMA {quote_name(old)}"]

    return PlannedDDL(shown, rename)


def _ddl(getter: Any) -> Any:
    def replace(original: property) -> property:
        assert original.fget is not None
        standard = original.fget
        return property(
            lambda self: getter(self, standard(self)) if self.db.engine_type == "mysql" else standard(self)
        )

    return replace


def _list_tables(original: Any) -> Any:
    async def run(self: ListTables) -> list[str]:
        if self.db.engine_type != "mysql":
            names: list[str] = await original(self)
            return names
        schema = None if self.schema_name == "public" else self.schema_name
        rows = await self.db.run_querystring(
            QueryString(
                'SELECT table_name AS "name" FROM information_schema.tables '
                "WHERE table_schema = COALESCE({}, DATABASE())",
                schema,
            )
        )
        return [row["name"] for row in rows]

    return run


def _list_schemas(original: Any) -> Any:
    async def run(self: ListSchemas) -> list[str]:
        if self.db.engine_type != "mysql":
            names: list[str] = await original(self)
            return names
        rows = await self.db.run_querystring(
            QueryString('SELECT schema_name AS "name" FROM information_schema.schemata')
        )
        return [row["name"] for row in rows]

    return run


_RULES = (
    'SELECT k.constraint_name AS "name", r.delete_rule AS "on_delete", r.update_rule AS "on_update" '
    "FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r "
    "ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name "
    "AND r.table_name = k.table_name "
    "WHERE k.table_schema = COALESCE({}, DATABASE()) AND k.table_name = {} AND k.column_name = {} "
    # for both tables: MariaDB would otherwise open every table of the server for the second
    "AND r.constraint_schema = COALESCE({}, DATABASE()) AND r.table_name = {}"
)


async def _rules_of(column: ForeignKey[Any]) -> list[dict[str, Any]]:
    table = table_name(column._meta.table)
    rows: list[dict[str, Any]] = await column._meta.table.raw(
        _RULES, table.schema, table.name, column._meta.db_column_name, table.schema, table.name
    )
    return rows


def _constraint_name(original: Any) -> Any:
    async def get_fk_constraint_name(column: ForeignKey[Any]) -> str | None:
        if column._meta.engine_type != "mysql":
            name: str | None = await original(column)
            return name
        rows = await _rules_of(column)
        return rows[0]["name"] if rows else None

    return get_fk_constraint_name


def _constraint_rules(original: Any) -> Any:
    async def get_fk_constraint_rules(column: ForeignKey[Any]) -> ConstraintRules:
        if column._meta.engine_type != "mysql":
            rules: ConstraintRules = await original(column)
            return rules
        row = (await _rules_of(column))[0]
        return ConstraintRules(on_delete=OnDelete(row["on_delete"]), on_update=OnUpdate(row["on_update"]))

    return get_fk_constraint_rules


_LOOKUP = "names of information_schema's columns are upper case in MySQL, and a schema is a database"

PATCHES = (
    Patch(MoveTable, "ddl", _ddl(_move), "MySQL has no SET SCHEMA"),
    Patch(DropSchema, "ddl", _ddl(_drop), "MySQL's has no CASCADE"),
    Patch(RenameSchema, "ddl", _ddl(_rename), "MySQL cannot rename a schema"),
    Patch(ListTables, "run", _list_tables, _LOOKUP),
    Patch(ListSchemas, "run", _list_schemas, _LOOKUP),
    Patch(constraints_module, "get_fk_constraint_name", _constraint_name, _LOOKUP),
    Patch(manager_module, "get_fk_constraint_name", _constraint_name, _LOOKUP),
    Patch(constraints_module, "get_fk_constraint_rules", _constraint_rules, _LOOKUP),
)
