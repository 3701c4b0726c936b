"""The order of Piccolo apps: dependencies first."""

from collections.abc import Sequence
from graphlib import TopologicalSorter

from piccolo.conf.apps import AppConfig

__all__ = ["in_order"]


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
