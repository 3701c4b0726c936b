"""The tables of a tenant's database, and which of them an archive has.

Every table of :data:`piccolo_conf.TENANT_APPS` is archived, except those in :data:`PASSING`. The tables of
records follow from the definitions. A test requires a decision for each table of Freehold itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from piccolo.columns import Column
from piccolo.table import Table

import piccolo_conf
from piccolo_engines.bulk.kinds import Kind
from piccolo_engines.bulk.tables import BulkColumn, BulkTable, bulk_column
from tenant_schema.archives.format.lines import Column as HeaderColumn
from tenant_schema.archives.format.lines import TableHeader
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.packing import PACK
from tenant_schema.objects.model.sort_columns import kept_keys
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.standard.definitions import STANDARD_OBJECTS
from tenant_schema.users.sealed_secrets import SEALED

__all__ = [
    "ARCHIVED",
    "DERIVED",
    "FIELDS",
    "MIGRATIONS",
    "OBJECTS",
    "OF_THIS_TENANT",
    "PASSING",
    "Convert",
    "header_of",
    "record_table",
    "schema_tables",
    "system_tables",
    "word_table",
]

Convert = Callable[[str], str]

OBJECTS: Final = "object_definitions"
FIELDS: Final = "field_definitions"

ARCHIVED: Final = frozenset({
    *("users", "roles", "permissions", "user_roles", "role_permissions", "field_restrictions", "row_rules"),
    *("factors", "identity_providers", "identities", "sign_in_settings", "audit_events"),
    *("tenant_settings", "user_preferences", "auto_numbers", "schema_changes", OBJECTS, FIELDS),
    *("record_history", "apps", "app_pages", "list_views", "list_view_roles", "default_views", "user_items"),
})  # fmt: skip
"""Tables of Freehold itself that archives have."""

OF_THIS_TENANT: Final[Mapping[str, str]] = MappingProxyType({
    "api_keys": "a key is for one tenant: in a copy it would work, too",
    "known_browsers": "a browser is known to a host name",
    "outbox_messages": "the tenant itself sends them, and with links to its own host name",
    "recovery_codes": "the hash of a code is made with the tenant's key",
    "support_grants": "access was granted to one tenant",
})  # fmt: skip
"""Tables that archives have, and that are not loaded into another tenant's database, with the reason."""

PASSING: Final[Mapping[str, str]] = MappingProxyType({
    "cache_versions": "counts changes for caches, and begins again",
    "idempotent_requests": "responses that are kept for a day, to requests with an Idempotency-Key",
    "one_time_links": "expire within days, and are for one host name",
    "record_import_parts": "parts of files that are being imported",
    "record_imports": "imports that a job of the installation runs",
    "schema_leases": "who is changing objects just now",
    "session_tokens": "of a session",
    "sessions": "somebody is signed in to one host name",
    "sign_in_challenges": "expire within minutes",
    "sign_in_throttles": "count failures of the last minutes",
    "tenant_identity": "whose database it is",
})  # fmt: skip
"""Tables that archives do not have, with the reason."""

DERIVED: Final[Mapping[str, frozenset[str]]] = MappingProxyType({FIELDS: frozenset({"storage", "sort_key"})})
"""Columns that are decided again for the database that an archive is loaded into."""

_ONLY: Final = {"schema_changes": ("state", ("done", "undone"))}
"""A change that is not completed belongs to the database in which it was begun."""

MIGRATIONS: Final = BulkTable(
    "migration",
    (BulkColumn("id", Kind.INTEGER), BulkColumn("app_name", Kind.TEXT), BulkColumn("name", Kind.TEXT)),
)
"""Piccolo's own table of the migrations that were applied."""


@cache
def schema_tables() -> tuple[type[Table], ...]:
    """Return the tables of all apps, except those of standard objects."""
    apps = [import_module(name).APP_CONFIG for name in piccolo_conf.TENANT_APPS]
    records = {draft.name for draft in STANDARD_OBJECTS}
    return tuple([
        table for app in apps for table in app.table_classes if table._meta.tablename not in records
    ])  # fmt: skip


def system_tables(open_secret: Convert, seal_secret: Convert | None = None) -> list[BulkTable]:
    """Return the tables that archives have besides those of records, in the order of an archive.

    :param open_secret: opens a secret that is sealed for the tenant. :param seal_secret: seals one.
    """
    sealed = {(column._meta.table._meta.tablename, column._meta.db_column_name) for column in SEALED}
    found = []
    for table in schema_tables():
        name = table._meta.tablename
        if name not in PASSING:
            columns = [
                replace(bulk_column(one), shown=open_secret, stored=seal_secret)
                if (name, one._meta.db_column_name) in sealed
                else bulk_column(one)
                for one in _kept(table)
            ]
            key = table._meta.primary_key._meta.db_column_name
            found.append(BulkTable(name, tuple(columns), key, _ONLY.get(name)))
    return found


def _kept(table: type[Table]) -> Iterable[Column]:
    left = DERIVED.get(table._meta.tablename, frozenset())
    return [one for one in table._meta.columns if one._meta.db_column_name not in left]


def record_table(model: ObjectModel) -> BulkTable:
    """Return the table of an object's records, as the bound database stores them."""
    storage: Any = bound_storage()
    is_packed = storage.is_packed(model)
    packed = {one.column_name for one in model.fields.values() if one.storage == PACK and is_packed}
    columns = [
        bulk_column(one, is_packed=one._meta.db_column_name in packed) for one in model.columns.values()
    ]
    keys = kept_keys(model.table).items() if storage.has_words_tables else ()
    return BulkTable(
        model.table_name,
        tuple(columns),
        sort_keys=tuple([(text, key._meta.db_column_name) for text, key in keys]),
        pack=PACK if packed else "",
        is_null_by_default=True,
    )


def word_table(name: str, columns: Iterable[str]) -> BulkTable:
    """Return a table of words (:mod:`tenant_schema.objects.model.search_index`)."""
    texts = [BulkColumn(one, Kind.TEXT) for one in columns]
    return BulkTable(name, (BulkColumn("id", Kind.UUID), BulkColumn("source", Kind.INTEGER), *texts))


def header_of(table: BulkTable) -> TableHeader:
    """Return the line of an archive that describes the table."""
    return TableHeader(table.name, tuple([HeaderColumn(one.name, one.kind.value) for one in table.columns]))
