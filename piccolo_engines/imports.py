"""Imports of other libraries that are not needed, and that take time and memory in every process."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

__all__ = ["postpone", "without"]


@contextmanager
def without(name: str) -> Iterator[None]:
    """Inside the block importing the module fails as if it were not installed.

    Does nothing if it is imported already. The block must not start threads that import.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # how Python notes that a module is not there
    try:
        yield
    finally:
        del sys.modules[name]


def postpone(name: str) -> None:
    """From now on ``import name`` imports nothing; the module is imported when something of it is used.

    Unlike :class:`importlib.util.LazyLoader`, also after a second ``import name``. Does nothing if it is
    imported already.
    """
    sys.modules.setdefault(name, _Postponed(name))


class _Postponed(ModuleType):
    """Stands for the module."""

    def __getattr__(self, name: str) -> Any:
        if name == "__path__" and (spec := PathFinder.find_spec(self.__name__)):
            return spec.submodule_search_locations  # a part of it is imported, which may import the rest
        if name.startswith("__"):  # what else the import system looks for
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)
