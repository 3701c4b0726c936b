"""Patches of Piccolo: each replaces or adds one attribute, and has a reason.

Patches are checked before they are applied.
"""

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from piccolo.columns import Column
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.errors import EngineNotBound

__all__ = [
    "KNOWN",
    "Patch",
    "UnknownPiccolo",
    "apply",
    "check",
    "engine_type_of",
    "for_mysql",
    "property_for_mysql",
    "serves_mysql",
    "speaks_mysql",
]

KNOWN = "1.38."


class UnknownPiccolo(ImportError):
    """The installed version of Piccolo is not supported by the dialect."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of Piccolo that the dialect replaces or adds.

    :ivar owner: the class or module.
    :ivar attribute: the attribute's name.
    :ivar replace: returns the replacement, given the original.
    :ivar reason: why it is replaced.
    :ivar adds: whether the attribute is new; otherwise it must exist.
    """

    owner: Any
    attribute: str
    replace: Callable[[Any], Any]
    reason: str
    adds: bool = False

    @property
    def name(self) -> str:
        return f"{self.owner.__name__}.{self.attribute}"


def check(patches: Iterable[Patch]) -> None:
    """Check the patches against the installed Piccolo.

    :raises UnknownPiccolo: if it is not the version that they were written for.
    """
    installed = version("piccolo")
    if not installed.startswith(KNOWN):
        raise UnknownPiccolo(f"piccolo_engines.mysql needs Piccolo {KNOWN}x; {installed} is installed.")
    missing = [patch.name for patch in patches if (patch.attribute in vars(patch.owner)) == patch.adds]
    if missing:
        raise UnknownPiccolo(
            f"Piccolo {installed} is not as piccolo_engines.mysql expects it: {', '.join(missing)}."
        )


def apply(patches: Iterable[Patch]) -> None:
    """Check all patches, then apply them."""
    patches = tuple(patches)
    check(patches)
    for patch in patches:
        original = vars(patch.owner).get(patch.attribute)
        setattr(patch.owner, patch.attribute, patch.replace(original))


def engine_type_of(table: type[Table]) -> str | None:
    """Return the type of a table's engine; ``None`` if it has none."""
    try:
        return table._meta.db.engine_type
    except (EngineNotBound, ValueError):
        return None


def serves_mysql(table: type[Table]) -> bool:
    """Whether a table that is about to be queried belongs to a MySQL engine.

    Every query of every engine asks this, so it takes as few calls as possible.

    :raises EngineNotBound: no engine is bound for the table.
    """
    return table._meta.db.engine_type == "mysql"


def _default_engine_type() -> str | None:
    """Return the type of the project's engine, if its ``piccolo_conf`` was imported. Does not import it."""
    conf = sys.modules.get(os.environ.get("PICCOLO_CONF", "piccolo_conf"))
    try:
        return getattr(getattr(conf, "DB", None), "engine_type", None)
    except EngineNotBound:
        return None


def speaks_mysql(*subjects: object) -> bool:
    """Whether the first subject with a known table belongs to a MySQL engine.

    Without such a subject, whether the default engine is a MySQL engine.
    """
    for subject in subjects:
        if isinstance(subject, Column):
            if subject._meta._table is not None:
                return engine_type_of(subject._meta._table) == "mysql"
        elif isinstance(subject, QueryString):
            if columns := getattr(subject, "columns", None):  # missing in a constructor
                return speaks_mysql(*columns)
        elif isinstance(subject, type) and issubclass(subject, Table):
            return engine_type_of(subject) == "mysql"
    return _default_engine_type() == "mysql"


def for_mysql(replacement: Callable[..., Any]) -> Callable[[Any], Any]:
    """Replace a method for arguments that belong to a MySQL engine. Others use the original."""

    def replace(original: Any) -> Any:
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            chosen = replacement if speaks_mysql(self, *args, *kwargs.values()) else original
            return chosen(self, *args, **kwargs)

        method.__doc__ = original.__doc__
        return method

    return replace


def property_for_mysql(replacement: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Replace a property for columns that belong to a MySQL engine. Others use the original."""

    def replace(original: property) -> property:
        assert original.fget is not None
        getter = original.fget
        return property(
            lambda self: replacement(self) if speaks_mysql(self) else getter(self), doc=original.__doc__
        )

    return replace
