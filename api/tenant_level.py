"""The level of tenants' databases in this version, for commands that only compare it. Imports no service."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module

from piccolo.conf.apps import AppConfig

import piccolo_conf
from api.version import VERSION
from central.migrations.level import SchemaLevel, ServedLevels
from central.migrations.order import names_in_order
from tenant_schema.standard.seed import standard_version

__all__ = ["seeds_version", "served_levels", "tenant_apps", "tenant_level"]


def tenant_apps() -> Sequence[AppConfig]:
    """Return the Piccolo apps of tenants' databases. Imports their tables, but no migration."""
    return [import_module(app).APP_CONFIG for app in piccolo_conf.TENANT_APPS]


def seeds_version() -> str:
    """Identify what is added to a database after its migrations."""
    return f"{VERSION} {standard_version()}"


def tenant_level() -> SchemaLevel:
    """Return the level of a database that is up to date: that of the tenants' migrator."""
    return SchemaLevel.of(names_in_order(tenant_apps()), seeds_version())


@cache
def served_levels() -> ServedLevels:
    """Return the levels of databases that this version serves."""
    return ServedLevels(tenant_level(), names_in_order(tenant_apps()), VERSION)
