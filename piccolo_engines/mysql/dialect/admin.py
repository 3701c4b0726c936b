"""piccolo_api, on which Piccolo Admin stands: its readable search, and how it answers constraint violations.

It need not be installed. It is patched once it is imported, whether that was before or will be after the
dialect is installed.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from piccolo_engines.errors import IntegrityViolation
from piccolo_engines.mysql.dialect.patching import Patch, apply
from piccolo_engines.mysql.dialect.selects import ReadableSearch, readable_search

__all__ = ["PATCHES_OF", "watch_imports"]


def _get_ids(original: Any) -> Any:
    async def get_ids(self: Any, request: Any) -> Any:
        """Let the query that the original makes find what is searched for; it says itself what is wrong."""
        params = request.query_params
        term = params.get("search")
        limit, offset = params.get("limit"), params.get("offset") or "0"
        if self.table._meta.db.engine_type != "mysql" or term is None:
            return await original(self, request)
        window = (int(limit), int(offset)) if limit and limit.isdecimal() and offset.isdecimal() else None
        token = readable_search.set(ReadableSearch(term, window))
        try:
            return await original(self, request)
        finally:
            readable_search.reset(token)

    return get_ids


def _endpoints(module: Any) -> Sequence[Patch]:
    return [Patch(module.PiccoloCRUD, "get_ids", _get_ids, "its search knows only PostgreSQL and SQLite")]


def _exceptions(module: Any) -> Sequence[Patch]:
    reason = "a violated constraint is an answer (422), not a failure, whichever engine tells of it"
    return [Patch(module, "IntegrityError", lambda original: (original, IntegrityViolation), reason)]


PATCHES_OF: Mapping[str, Any] = {
    "piccolo_api.crud.endpoints": _endpoints,
    "piccolo_api.crud.exceptions": _exceptions,
}
"""What is patched, by module."""


class _PatchingLoader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        apply(PATCHES_OF[module.__name__](module))


class _Watcher(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in PATCHES_OF:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _PatchingLoader(spec.loader)
        return spec


def watch_imports() -> None:
    """Patch what is imported already, and what will be."""
    for name, patches in PATCHES_OF.items():
        if name in sys.modules:
            apply(patches(sys.modules[name]))
    sys.meta_path.insert(0, _Watcher())
