"""The central database's slot, and the engine that a database URL names."""

from pathlib import Path

from central.errors import UnsupportedDatabase
from piccolo_engines.routed import RoutedEngine
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.connections import Synchronous

__all__ = ["CENTRAL", "central_engine"]

CENTRAL = RoutedEngine("central")


def central_engine(url: str, *, synchronous: Synchronous = "FULL") -> SQLiteEngine:
    """The engine for ``sqlite:///relative/path`` or ``sqlite:////absolute/path``; nothing is opened yet.

    Raises :class:`~central.errors.UnsupportedDatabase` for any other kind.
    """
    scheme, separator, path = url.partition(":///")
    if scheme != "sqlite" or not separator or not path:
        raise UnsupportedDatabase(scheme.partition(":")[0])
    return SQLiteEngine(Path(path), synchronous=synchronous)
