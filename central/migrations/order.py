"""The order of Piccolo apps and of their migrations: dependencies first."""

from collections.abc import Sequence
from graphlib import TopologicalSorter

from piccolo.conf.apps import AppConfig

from central.migrations.names import MigrationName, migration_names

__all__ = ["in_order", "names_in_order"]


def in_order(apps: Sequence[AppConfig]) -> list[AppConfig]:
    """Return the apps and their dependencies, dependencies first."""
    known: dict[str, AppConfig] = {}
    waiting = list(apps)
    while waiting:
        app = waiting.pop(0)
        if app.app_name not in known:
            known[app.app_name] = app
            waiting += app.migration_dependency_app_configs
    graph = {name: [d.app_name for d in app.migration_dependency_app_configs] for name, app in known.items()}
    return [known[name] for name in TopologicalSorter(graph).static_order()]


def names_in_order(apps: Sequence[AppConfig]) -> tuple[MigrationName, ...]:
    """Return the names of the migrations of the apps and their dependencies. Imports no migration."""
    return tuple(
        name
        for app in in_order(apps)
        for name in migration_names(app.app_name, app.resolved_migrations_folder_path)
    )
