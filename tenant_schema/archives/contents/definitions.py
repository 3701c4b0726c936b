"""The definitions in an archive, decided again for the database that they are loaded into.

How a text is stored, and whether there is room for sort keys, depends on the kind of database. The limits of
the objects themselves are the same everywhere.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from piccolo_engines.errors import InvalidIdentifier
from piccolo_engines.identifiers import quote
from tenant_schema.archives.contents.errors import ContentsDoNotFit, ContentsInvalid, ContentsUnknown
from tenant_schema.archives.contents.tables import schema_tables
from tenant_schema.objects.changes.decide.definitions import Definitions, field_drafts
from tenant_schema.objects.definitions.drafts import FieldDraft
from tenant_schema.objects.definitions.limits import count_problems, row_problems, with_storage
from tenant_schema.objects.definitions.row_budget import RowLimits
from tenant_schema.objects.errors import InvalidName
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.rows import FieldRow, ObjectRow
from tenant_schema.objects.model.runtime_table import system_columns
from tenant_schema.objects.names import check_name
from tenant_schema.standard.definitions import STANDARD_OBJECTS

__all__ = ["decided_definitions", "field_row_from", "object_row_from"]

_MADE: Final = re.compile(r"[a-z][a-z0-9_]*_[0-9a-f]{8}")
"""Names of tables and columns that were made for objects and fields."""
_SYSTEM: Final = frozenset(system_columns())
_JSON_OF_OBJECT: Final = ("object_indexes", "translations")
_JSON_OF_FIELD: Final = ("settings", "translations", "default_value")


def object_row_from(values: Mapping[str, Any]) -> ObjectRow:
    """Return an object from its row in an archive, by column. Raises ``ContentsInvalid``."""
    found: ObjectRow = _converted(values, _JSON_OF_OBJECT, ObjectRow)
    return found


def field_row_from(values: Mapping[str, Any]) -> FieldRow:
    """Return a field from its row in an archive, by column. Raises ``ContentsInvalid``."""
    found: FieldRow = _converted({**values, "storage": "", "sort_key": False}, _JSON_OF_FIELD, FieldRow)
    return found


def _converted(values: Mapping[str, Any], encoded: Sequence[str], row: Any) -> Any:
    try:
        decoded = {
            name: msgspec.json.decode(values[name])
            for name in encoded
            if name in values and values[name] is not None
        }
        return msgspec.convert({**values, **decoded}, row)
    except (msgspec.MsgspecError, TypeError):
        raise ContentsInvalid("A definition in the archive is none of an object or field.") from None


def decided_definitions(
    objects: Sequence[ObjectRow], fields: Sequence[FieldRow], limits: RowLimits
) -> Definitions:
    """Return the definitions, with the storage of each field for a database with these limits.

    Raises ``ContentsInvalid``, ``ContentsUnknown`` for a type of an extension that is not installed, and
    ``ContentsDoNotFit``.
    """
    _require_names(objects, fields)
    own: dict[Any, list[FieldRow]] = {row.id: [] for row in objects}
    for field in fields:
        if field.object not in own:
            raise ContentsInvalid("A field in the archive belongs to no object.")
        if field.type not in FIELD_TYPES:
            raise ContentsUnknown(
                f"The archive has fields of the type {field.type!r}, which is not installed."
            )
        own[field.object].append(field)
    rows = []
    for row in sorted(objects, key=lambda one: one.name):
        ordered = sorted(own[row.id], key=lambda one: (one.position, one.id.bytes))
        rows.append((row, _decided(row, ordered, limits)))
    definitions = Definitions(rows, limits)
    _require_complete(definitions)
    return definitions


def _require_complete(definitions: Definitions) -> None:
    """Settings were checked when a field was created; these may come from somewhere else."""
    targets = definitions.tables()
    for row, fields in definitions.rows:
        if any(one.type == "lookup" and one.target not in targets for one in fields):
            raise ContentsInvalid(f"A lookup of {row.name} in the archive refers to an unknown object.")
        try:
            definitions.shape(row.name)
            for one in definitions.model(row.name).fields.values():
                one.type.json_schema(one)
                one.type.example(one)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise ContentsInvalid(f"The definition of {row.name} in the archive is invalid.") from None


def _decided(row: ObjectRow, fields: Sequence[FieldRow], limits: RowLimits) -> list[FieldRow]:
    """The fields with sort keys wherever they belong, or without any if there is no room for them."""
    problems: list[Any] = []
    for keys in (None, False):
        drafts = [
            draft.decided(storage="" if field.standard else None, sort_key=keys)
            for draft, field in zip(_drafts(row, fields), fields, strict=True)
        ]
        problems = [*count_problems(drafts, len(row.object_indexes)), *row_problems(drafts, limits)]
        if not problems:
            return [
                msgspec.structs.replace(field, storage=draft.storage or "", sort_key=bool(draft.sort_key))
                for field, draft in zip(fields, with_storage(drafts, limits), strict=True)
            ]
    raise ContentsDoNotFit(f"The object {row.name} does not fit into this database: {problems[0].message}.")


def _drafts(row: ObjectRow, fields: Sequence[FieldRow]) -> Sequence[FieldDraft]:
    try:
        return field_drafts(row, fields)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ContentsInvalid(f"The definition of {row.name} in the archive is invalid.") from None


def _require_names(objects: Sequence[ObjectRow], fields: Sequence[FieldRow]) -> None:
    """Names of tables and columns enter SQL, and must not be those of other tables."""
    others = {table._meta.tablename for table in schema_tables()}
    standard = {draft.name for draft in STANDARD_OBJECTS}
    tables = [row.table_name for row in objects]
    for row in objects:
        is_known = row.table_name in standard if row.standard else _MADE.fullmatch(row.table_name)
        if not is_known or row.table_name in others:
            raise ContentsUnknown(f"The archive has the object {row.name!r}, whose table is not known here.")
    if len(set(tables)) < len(tables):
        raise ContentsInvalid("Two objects in the archive have the same table.")
    columns = {(field.object, field.column_name) for field in fields}
    if len(columns) < len(fields) or not _SYSTEM.isdisjoint(name for _, name in columns):
        raise ContentsInvalid("Two columns of an object in the archive have the same name.")
    try:
        for name in [*(row.name for row in objects), *(field.name for field in fields)]:
            check_name(name)
    except InvalidName:
        raise ContentsInvalid("An object or field in the archive has an invalid name.") from None
    for field in fields:
        if not field.standard and _MADE.fullmatch(field.column_name) is None:
            raise ContentsInvalid("A field in the archive has a column with an invalid name.")
        try:
            quote(field.column_name)
        except InvalidIdentifier:
            raise ContentsInvalid("A field in the archive has a column with an invalid name.") from None
