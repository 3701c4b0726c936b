"""The Piccolo project: the slot through which a tenant's tables find their database, and the apps.

``DB`` is bound to one tenant's engine at a time (``central.tenancy.tenancy``). A query without a binding
raises :class:`piccolo_engines.errors.EngineNotBound`.
"""

from piccolo.conf.apps import AppRegistry

from piccolo_engines.routed import RoutedEngine

__all__ = ["APP_REGISTRY", "DB"]

DB = RoutedEngine(
    "tenant",
    advice=(
        "On the command line: `freehold migrate` runs migrations everywhere, `piccolo central forwards` "
        "those of the central database, and `freehold shell TENANT` opens a tenant."
    ),
)

APP_REGISTRY = AppRegistry(
    apps=[
        "central.piccolo_app",
        "tenant_schema.users.piccolo_app",
        "tenant_schema.objects.piccolo_app",
        "tenant_schema.records.piccolo_app",
        "tenant_schema.apps.piccolo_app",
        "tenant_schema.standard.piccolo_app",
    ]
)
