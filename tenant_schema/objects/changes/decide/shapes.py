"""The shape of an object's table, from its definition or from the database: columns, keys, search index."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from piccolo.columns import Column

from piccolo_engines.columns import SortKey
from piccolo_engines.identifiers import quote
from tenant_schema.objects.changes.decide.key_names import (
    REFERENCE_TAIL,
    TAIL,
    composite_name,
    is_composite_name,
)
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.object_indexes import DESCENDING, ObjectIndex
from tenant_schema.objects.model.packing import PACK, generated_column
from tenant_schema.objects.model.search_index import search_columns
from tenant_schema.objects.model.sort_columns import kept_key, kept_keys
from tenant_schema.objects.model.storage import bound_storage

__all__ = ["ColumnShape", "IndexShape", "Reference", "TableShape", "shape_found", "shape_of"]

_ON_DELETE = {"set_null": "SET NULL", "restrict": "RESTRICT", "cascade": "CASCADE"}


class Reference(msgspec.Struct, frozen=True):
    """A foreign key to the ``id`` of a table. ``on_delete`` is the action in SQL, such as ``SET NULL``."""

    table: str
    on_delete: str


class ColumnShape(msgspec.Struct, frozen=True):
    """One column.

    :ivar definition: as in CREATE TABLE, without keys other than the primary key.
    :ivar source: for a column of sort keys, the name of the text column.
    :ivar tail: what its index ends with, if that is not unique.
    """

    name: str
    type: str
    definition: str
    index: bool = False
    unique: bool = False
    reference: Reference | None = None
    source: str = ""
    tail: tuple[str, ...] = ()


class IndexShape(msgspec.Struct, frozen=True):
    """One index of the object, as opposed to that of a field.

    :ivar parts: all its columns in order, those that it ends with included, ``-`` before descending ones; of
        an index in the database without directions.
    """

    name: str
    parts: tuple[str, ...]
    unique: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns, without directions."""
        return tuple([one.removeprefix(DESCENDING) for one in self.parts])


class TableShape(msgspec.Struct, frozen=True):
    """One table.

    :ivar search: the columns of its search index, sorted, so that the order of fields does not matter.
    :ivar fulltext: the names of the FULLTEXT indexes that the database has on it.
    :ivar indexes: the indexes of the object; of a table in the database, every one that is none of a field.
    """

    name: str
    columns: tuple[ColumnShape, ...]
    search: tuple[str, ...] = ()
    fulltext: tuple[str, ...] = ()
    indexes: tuple[IndexShape, ...] = ()

    def column(self, name: str) -> ColumnShape:
        """The column of that name."""
        return next(one for one in self.columns if one.name == name)


def shape_found(
    table: str,
    types: Mapping[str, str],
    indexes: Sequence[IndexShape],
    references: Mapping[str, Reference],
    search: tuple[str, ...],
    fulltext: tuple[str, ...] = (),
) -> TableShape:
    """The shape of a table in the database.

    :param types: the type of each column.
    :param indexes: every index but the primary key.
    """
    own = [one for one in indexes if _is_of_field(table, one)]
    plain = {one.columns[0]: one.columns for one in own if not one.unique}
    unique = {one.columns[0] for one in own if one.unique}
    columns = (
        ColumnShape(
            name,
            kind,
            "",
            index=name in plain,
            unique=name in unique,
            reference=references.get(name),
            tail=plain[name][1:] if name in plain else (),
        )
        for name, kind in types.items()
    )
    others = tuple([one for one in indexes if one not in own])
    return TableShape(table, tuple(columns), search, fulltext, others)


def _is_of_field(table: str, index: IndexShape) -> bool:
    """Whether the index is over one column, and perhaps (a part of) what indexes end with."""
    if is_composite_name(table, index.name):
        return False
    return index.columns[1:] == (() if index.unique else TAIL[: len(index.columns) - 1])


def shape_of(model: ObjectModel, tables: Mapping[str, str]) -> TableShape:
    """The shape of an object's table in the bound database.

    :param tables: the names of the tables that lookups may refer to, by the name of the object, ``users``
        included.
    """
    by_column = {field.column_name: field for field in model.fields.values()}
    columns = [
        _column_shape(column, by_column.get(column._meta.db_column_name), tables)
        for column in _columns(model)
    ]
    if bound_storage().is_packed(model):
        columns = _with_pack(
            columns, {one.column_name for one in model.fields.values() if one.storage == PACK}
        )
    search = tuple(sorted(search_columns(model)))
    indexes = tuple([_index_shape(model, one) for one in model.indexes])
    return TableShape(model.table_name, tuple(columns), search, indexes=indexes)


def _index_shape(model: ObjectModel, index: ObjectIndex) -> IndexShape:
    """A text is in an index by its sort key, by which lists are in order; in a unique one as it is.

    A unique index begins with no lookup if it can: see :data:`REFERENCE_TAIL`.
    """
    parts: list[str] = []
    pairs = list(zip(index.fields, index.names, strict=True))
    if index.unique:
        pairs.sort(key=lambda pair: model.fields[pair[1]].type.name == "lookup")
    for given, name in pairs:
        column = model.columns[name]
        key = None if index.unique else kept_key(column)
        sign = DESCENDING if given.startswith(DESCENDING) else ""
        parts.append(sign + (key or column)._meta.db_column_name)
    shown = composite_name(model.table_name, parts, unique=index.unique)
    if not index.unique:
        sign = DESCENDING if parts[-1].startswith(DESCENDING) else ""
        parts += [sign + TAIL[0], *TAIL[1:]]
    return IndexShape(shown, tuple(parts), index.unique)


def _with_pack(columns: Sequence[ColumnShape], packed: Collection[str]) -> list[ColumnShape]:
    """The columns with the document of packed fields before the columns that are generated from it."""
    plain = [one for one in columns if one.name not in packed]
    generated = [
        ColumnShape(one.name, one.type, generated_column(one.name)) for one in columns if one.name in packed
    ]
    return [*plain, ColumnShape(PACK, "JSON", f"{quote(PACK)} JSON"), *generated]


def _columns(model: ObjectModel) -> Iterable[Column]:
    return [*model.table._meta.columns, *kept_keys(model.table).values()]


def _column_shape(column: Column, field: FieldModel | None, tables: Mapping[str, str]) -> ColumnShape:
    meta = column._meta
    sql_type = column.column_type
    if isinstance(column, SortKey):
        definition, tail = bound_storage().key_definition(column), TAIL if meta.index else ()
        return ColumnShape(
            meta.db_column_name, sql_type, definition, index=meta.index, source=column.source, tail=tail
        )
    own = field is not None and not field.system
    is_custom = field is not None and not field.system and not field.standard
    target = field.settings.get("target") if field is not None and field.type.name == "lookup" else None
    reference = None
    if field is not None and target is not None:
        reference = Reference(tables[target], _ON_DELETE[field.settings["onDelete"]])
    has_index = (meta.index or (is_custom and reference is not None)) and not meta.unique
    return ColumnShape(
        name=meta.db_column_name,
        type=sql_type,
        definition=_definition(column, sql_type, own=own),
        index=has_index,
        unique=meta.unique and not meta.primary_key,
        reference=reference,
        tail=() if not has_index else TAIL if reference is None else REFERENCE_TAIL,
    )


def _definition(column: Column, sql_type: str, *, own: bool) -> str:
    """The definition. Columns of fields are nullable; ids have no default, since the record service sets
    them.
    """
    plain = f"{quote(column._meta.db_column_name)} {sql_type}"
    if own:
        return plain
    return f"{plain} PRIMARY KEY NOT NULL" if column._meta.primary_key else str(column.ddl)
