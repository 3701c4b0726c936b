"""The tables of definitions, of auto-number counters, and of the journal of schema changes."""

from piccolo.columns import (
    JSON,
    UUID,
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id

__all__ = ["AutoNumber", "FieldDefinition", "ObjectDefinition", "SchemaChange", "SchemaLease"]


class ObjectDefinition(Timestamps, Table, tablename="object_definitions", help_text="A kind of record."):
    """``table_name`` is the physical name, which never changes; ``name`` may change.

    ``standard`` objects exist in every tenant. ``name_field`` is the field whose value is a record's display
    name; empty when there is none. ``object_indexes`` are lists of fields, see
    :class:`~tenant_schema.objects.model.object_indexes.ObjectIndex`. ``translations`` are the texts in other
    languages, see :mod:`tenant_schema.objects.fields.translations`.
    """

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    label = Varchar(length=100, default="", null=False)
    plural_label = Varchar(length=100, default="", null=False)
    description = Varchar(length=500, default="", null=False)
    table_name = Varchar(length=63, unique=True, null=False)
    standard = Boolean(default=False, null=False)
    name_field = Varchar(length=40, default="", null=False)
    object_indexes = JSON(default="[]", null=False)
    translations = JSON(default="{}", null=False)


class FieldDefinition(Timestamps, Table, tablename="field_definitions", help_text="A field of an object."):
    """``column_name`` is the physical name, which never changes.

    ``storage`` is how a text is stored, and ``sort_key`` whether its sort keys have a column. ``settings``
    are complete. ``default_value`` is the text of a JSON value, or null: SQLite does not preserve numbers in
    a JSON column. ``search`` searches ``searchable`` fields; fields without ``history`` have no history of
    changes. The system fields, which every record has, have no rows: see ``SYSTEM_FIELDS`` in ``model``.
    """

    id = UUID(primary_key=True, default=new_id)
    object = ForeignKey(ObjectDefinition, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=40, null=False)
    column_name = Varchar(length=63, null=False)
    label = Varchar(length=100, default="", null=False)
    description = Varchar(length=500, default="", null=False)
    type = Varchar(length=20, null=False)
    required = Boolean(default=False, null=False)
    unique = Boolean(default=False, null=False)
    indexed = Boolean(default=False, null=False)
    default_value = Text(default=None, null=True)
    settings = JSON(default="{}", null=False)
    position = Integer(default=0, null=False)
    standard = Boolean(default=False, null=False)
    searchable = Boolean(default=False, null=False)
    history = Boolean(default=True, null=False)
    storage = Varchar(length=10, default="", null=False)
    sort_key = Boolean(default=False, null=False)
    translations = JSON(default="{}", null=False)

    field_definitions_object_name = Unique(["object", "name"])


class AutoNumber(Table, tablename="auto_numbers", help_text="How far an auto_number field has counted."):
    """``field`` is the id of the definition. It is not a foreign key, since the counter is created before the
    row of the field.
    """

    field = UUID(primary_key=True, default=None)
    next_value = BigInt(default=1, null=False)


class SchemaChange(Timestamps, Table, tablename="schema_changes", help_text="A change of objects or fields."):
    """The journal. ``plan`` is the whole intent as JSON, ``position`` the number of completed operations.

    ``state`` is one of :class:`tenant_schema.objects.changes.journal.State`. Rows of completed changes stay
    as a record.
    """

    id = UUID(primary_key=True, default=new_id)
    kind = Varchar(length=40, null=False)
    object = Varchar(length=40, null=False)
    state = Varchar(length=10, null=False, index=True)
    position = Integer(default=0, null=False)
    plan = Text(null=False)
    error = Varchar(length=500, default="", null=False)
    user = UUID(default=None, null=True)


class SchemaLease(Table, tablename="schema_leases", help_text="Who is changing objects just now."):
    """One row during a change, by its ``name``; see :mod:`piccolo_engines.leases`.

    ``server`` identifies the node of a cluster that its owner is connected to: a hash of the server's own
    name.
    """

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=20, unique=True, null=False)
    server = Varchar(length=64, default="", null=False)
    owner = UUID(default=None, null=True)
    leased_until = Timestamptz()
