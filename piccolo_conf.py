"""The Piccolo project: the slot of the tenants' tables, the apps, and extensions (``docs/extending.md``).

``DB`` is bound to one tenant's engine at a time (``central.tenancy.tenancy``). A query without a binding
raises :class:`piccolo_engines.errors.EngineNotBound`.
"""

from piccolo.conf.apps import AppRegistry

from piccolo_engines.routed import RoutedEngine

__all__ = ["APP_REGISTRY", "CONTROLLERS", "DB", "FIELD_TYPES", "STANDARD_OBJECTS", "TENANT_APPS"]

DB = RoutedEngine(
    "tenant",
    advice=(
        "On the command line: `freehold migrate` runs migrations everywhere, `piccolo central forwards` "
        "those of the central database, and `freehold shell TENANT` opens a tenant."
    ),
)

TENANT_APPS = [
    "tenant_schema.users.piccolo_app",
    "tenant_schema.objects.piccolo_app",
    "tenant_schema.records.piccolo_app",
    "tenant_schema.apps.piccolo_app",
    "tenant_schema.standard.piccolo_app",
]
"""The Piccolo apps whose tables are in the database of every tenant."""

STANDARD_OBJECTS: list[str] = []
"""Objects of every tenant in addition to accounts, contacts and opportunities: each is ``module:NAME`` of an
:class:`~tenant_schema.objects.definitions.drafts.ObjectDraft`, with lookup targets first."""

FIELD_TYPES: list[str] = []
"""Field types in addition to the built-in ones: each is ``module:Class`` of a
:class:`~tenant_schema.objects.fields.protocol.FieldType`."""

CONTROLLERS: list[str] = []
"""What is served under ``/api/v1`` of the tenants' hosts to users who have signed in: ``module:Class`` of a
Litestar Controller each."""

APP_REGISTRY = AppRegistry(apps=["central.piccolo_app", *TENANT_APPS])
