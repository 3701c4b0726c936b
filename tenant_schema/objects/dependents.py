"""What else holds on to an object or a field by its name, and how it is told of a change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Dependents", "NameChanges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChanges:
    """What a change of a definition does to names. ``object`` is the name before the change."""

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
    """Something that names objects and fields: pages, list views, roles.

    Both methods run with the tenant bound; :meth:`follow` in the transaction in which the change becomes
    valid.
    """

    @property
    def kind(self) -> str:
        """Under which key ``affects`` tells of these: ``pages``, ``views``, ``roles``."""

    async def affected(self, changes: NameChanges) -> Sequence[dict[str, Any]]:
        """Who names what is renamed or dropped: JSON objects for people to read, with a name at least."""

    async def follow(self, changes: NameChanges) -> None:
        """Write the new names where the old ones stood, and take out what is dropped."""
