"""Tables of objects that a test made without the service that changes objects."""

import msgspec
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.columns import SortKey
from piccolo_engines.identifiers import quote
from piccolo_engines.mysql.server import Server
from tenant_schema.objects.changes.decide.operations import CreateTable
from tenant_schema.objects.changes.decide.shapes import shape_of
from tenant_schema.objects.changes.mysql.statements import statements
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.sort_columns import kept_keys
from tenant_schema.objects.model.storage import bound_storage

__all__ = ["make_table"]


async def make_table(model: ObjectModel) -> None:
    """The object's table without references, with the columns of sort keys, which Piccolo does not know."""
    if await model.table.table_exists():
        return
    if DB.engine_type == "mysql":
        await _make_on_server(model)
        return
    await model.table.create_table()
    table = quote(model.table_name)
    for key in kept_keys(model.table).values():
        assert isinstance(key, SortKey)
        name = key._meta.db_column_name
        index = quote(f"{name}_{model.id.hex[-8:]}")
        await DB.run_ddl(f"ALTER TABLE {table} ADD COLUMN {bound_storage().key_definition(key)}")
        await DB.run_ddl(f'CREATE INDEX {index} ON {table} ({quote(name)}, "id")')


async def _make_on_server(model: ObjectModel) -> None:
    targets = {
        str(field.settings["target"]): "" for field in model.fields.values() if field.type.name == "lookup"
    }
    found = shape_of(model, targets)
    columns = tuple(msgspec.structs.replace(one, reference=None) for one in found.columns)
    shape = msgspec.structs.replace(found, columns=columns, search=())
    rows = await DB.run_querystring(QueryString("SELECT VERSION() AS version"))
    collation = Server.from_greeting(rows[0]["version"]).collation
    for statement in statements(CreateTable(model.table_name, shape), collation):
        await DB.run_ddl(statement)
