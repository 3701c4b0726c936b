"""The protocol of everything that refers to objects and fields by name: pages, list views, restrictions of
roles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Dependents", "NameChanges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChanges:
    """The names that a change of a definition changes. ``object`` is the name before the change."""

    object: str
    object_renamed_to: str | None = None
    object_dropped: bool = False
    fields_renamed: dict[str, str] = field(default_factory=dict)
    """Old names to new ones."""
    fields_dropped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        renamed = self.object_renamed_to is not None or bool(self.fields_renamed)
        return renamed or self.object_dropped or bool(self.fields_dropped)


class Dependents(Protocol):
    """Something that refers to objects and fields by name.

    Both methods run with the tenant bound; :meth:`follow` in the transaction of the definitions.
    """

    @property
    def kind(self) -> str:
        """The key of these in ``affects``: ``pages``, ``views``, ``roles``."""

    async def affected(self, changes: NameChanges) -> Sequence[dict[str, Any]]:
        """Return what refers to the names, as JSON objects for people that have at least a name."""

    async def follow(self, changes: NameChanges) -> None:
        """Replace the names that were changed, and remove those that were dropped."""
