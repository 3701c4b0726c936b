"""Packed fields: texts that share one column on MySQL and MariaDB.

MySQL counts 41 bytes of a row's 8,126 for every text, whatever its type, so that a table has at most 190 of
them. *Packed* fields are members of one JSON document in the column :data:`PACK`, with a virtual generated
column for each, which takes no room in the row. They are selected, filtered and sorted by like other fields,
are written through the document, and have no index. On SQLite a packed field is a text column like any other.
"""

from collections.abc import Mapping
from typing import Any, Final

from piccolo.columns import Column, Text
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.identifiers import quote
from tenant_schema.objects.model.model import ObjectModel

__all__ = ["PACK", "generated_column", "insert_packed", "packed_changes"]

PACK: Final = "packed"
"""The name of the column of documents. No field's column has it: theirs end in part of an id."""


def generated_column(column_name: str) -> str:
    """The definition of a packed field's generated column in DDL."""
    member = f"JSON_EXTRACT({quote(PACK)}, '{_path(column_name)}')"
    text = f"IF(JSON_TYPE({member}) = 'STRING', JSON_UNQUOTE({member}), NULL)"
    return f"{quote(column_name)} LONGTEXT GENERATED ALWAYS AS ({text}) VIRTUAL"


def insert_packed(
    model: ObjectModel, values: Mapping[str, object], more: Mapping[Column, object]
) -> QueryString:
    """An INSERT of one row with a document; ``values`` are by field name, ``more`` by column."""
    plain = [name for name in values if not _is_in_pack(model, name)]
    packed = [name for name in values if _is_in_pack(model, name)]
    columns = [*(model.columns[name] for name in plain), *more]
    names = [quote(column._meta.db_column_name) for column in columns]
    places = ["{}" for _ in columns]
    members = ", ".join(f"'{model.columns[name]._meta.db_column_name}', {{}}" for name in packed)
    sql = (
        f"INSERT INTO {quote(model.table_name)} ({', '.join([*names, quote(PACK)])}) "  # noqa: S608 - names are quoted, values are bound
        f"VALUES ({', '.join([*places, f'JSON_OBJECT({members})'])})"
    )
    return QueryString(
        sql,
        *(values[name] for name in plain),
        *more.values(),
        *(values[name] for name in packed),
        query_type="insert",
        table=model.table,
    )


def packed_changes(model: ObjectModel, values: Mapping[Column | str, Any]) -> dict[Column | str, Any]:
    """The values of an UPDATE, with those of packed fields combined into one change of the document."""
    by_column = {id(model.columns[name]): name for name in model.fields if _is_in_pack(model, name)}
    packed = {column: value for column, value in values.items() if id(column) in by_column}
    if not packed:
        return dict(values)
    pack = _pack_column(model.table)
    places, arguments = "", []
    for column, value in packed.items():
        assert isinstance(column, Column)
        places += f", '{_path(column._meta.db_column_name)}', {{}}"
        arguments.append(value)
    document = QueryString(f"JSON_SET(COALESCE({{}}, JSON_OBJECT()){places})", pack, *arguments)
    return {column: value for column, value in values.items() if column not in packed} | {pack: document}


def _is_in_pack(model: ObjectModel, name: str) -> bool:
    return name in model.fields and model.fields[name].storage == PACK


def _path(column_name: str) -> str:
    """The member's path. Names of columns are letters, digits and underscores."""
    return f"$.{column_name}"


def _pack_column(table: type[Table]) -> Column:
    column = Text(null=True, default=None)
    column._meta.name, column._meta._table = PACK, table
    return column
