"""Roles as rows: found by id or name, with what they allow."""

from collections.abc import Sequence
from uuid import UUID

from tenant_schema.problems import InvalidInput, ProblemCollector, suggestion
from tenant_schema.users.rights.permissions import RoleGrants
from tenant_schema.users.roles.grants import read_grants
from tenant_schema.users.tables import Role, UserRole

__all__ = ["grants_of_user", "named_roles", "roles_of_users"]


async def named_roles(given: Sequence[str], field: str = "roles") -> dict[str, UUID]:
    """The roles that are named, each by its name or its id: their ids by name. 1 statement.

    Raises ``InvalidInput`` with a problem for each that is not there.
    """
    known = {row["name"]: row["id"] for row in await Role.select(Role.id, Role.name).order_by(Role.name)}
    by_id = {str(role_id): name for name, role_id in known.items()}
    problems, choices = ProblemCollector(), tuple(known)
    found: dict[str, UUID] = {}
    for position, text in enumerate(given):
        name = text if text in known else by_id.get(text.lower())
        if name is None:
            near = None if problems.full else suggestion(text, choices)
            problems.add(f"{field}[{position}]", "unknown-role", "There is no such role.", near)
        else:
            found[name] = known[name]
    if problems.problems:
        raise InvalidInput(problems.problems)
    return found


async def roles_of_users(user_ids: Sequence[UUID]) -> dict[UUID, dict[str, UUID]]:
    """The roles (ids by name, in order) of each of these users. 1 statement, none for nobody."""
    found: dict[UUID, dict[str, UUID]] = {user_id: {} for user_id in user_ids}
    if found:
        rows = (
            await UserRole.select(UserRole.user, UserRole.role, UserRole.role.name)
            .where(UserRole.user.is_in(list(user_ids)))
            .order_by(UserRole.role.name)
        )
        for row in rows:
            found[row["user"]][row["role.name"]] = row["role"]
    return found


async def grants_of_user(user_id: UUID) -> tuple[RoleGrants, ...]:
    """What each of the user's roles allows. 4 statements."""
    return (await read_grants((await roles_of_users([user_id]))[user_id])).roles
