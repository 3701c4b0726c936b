"""RoleIds: roles that are given by name or id, at several places of one input."""

from collections.abc import Sequence
from uuid import UUID

from tenant_schema.problems import InvalidInput, ProblemCollector, suggestion
from tenant_schema.users.tables import Role

__all__ = ["RoleIds"]


class RoleIds:
    """Finds the ids of roles. Collects those that do not exist, and those that were found in ``used``.

    :param known: the ids of all roles by name.
    """

    def __init__(self, known: dict[str, UUID]) -> None:
        self._known = known
        self._names = {str(role_id): name for name, role_id in known.items()}
        self._problems = ProblemCollector()
        self.used: dict[str, UUID] = {}

    @classmethod
    async def read(cls) -> "RoleIds":
        """Return those of the bound tenant. 1 statement."""
        rows = await Role.select(Role.id, Role.name).order_by(Role.name)
        return cls({row["name"]: row["id"] for row in rows})

    def of(self, given: Sequence[str], field: str) -> tuple[UUID, ...]:
        """Return the ids of roles that are given by name or id."""
        found = []
        for position, text in enumerate(given):
            name = text if text in self._known else self._names.get(text.lower())
            if name is not None:
                self.used[name] = self._known[name]
                found.append(self._known[name])
                continue
            near = None if self._problems.full else suggestion(text, tuple(self._known))
            self._problems.add(f"{field}[{position}]", "unknown-role", "There is no such role.", near)
        return tuple(dict.fromkeys(found))

    def require_known(self) -> None:
        """Raise :class:`InvalidInput` with a problem for each role that does not exist."""
        if self._problems.problems:
            raise InvalidInput(self._problems.problems)
