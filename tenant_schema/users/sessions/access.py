"""Reads what the user of a session may do, through a cache."""

from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.kept_selects import KeptSelect
from piccolo_engines.statements import SelectGroup
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.errors import NotThere
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.reader import read_grants, roles_of_user
from tenant_schema.users.tables import Session, User, UserRole

__all__ = ["AccessReader", "access_of_user"]


class AccessReader:
    """Reads the :class:`Access` of sessions, through the cache of the ``access`` version.

    With a warm cache: no statement. Otherwise 5 in 2 round trips, and 1 for the version when it is due. Users
    with the same roles share one set of grants, so that the second of them costs 2 in one round trip.
    """

    def __init__(self, cache: VersionedCache) -> None:
        self._cache = cache

    async def of_session(self, scope: TenantScope, session_id: UUID) -> Access | None:
        """Return the session's access, or None if the session has ended or its user is not active.

        Expiry is not checked here: no access token outlives its session.
        """
        return await self._cache.get(scope, ("session", session_id), lambda: self._read(scope, session_id))

    async def _read(self, scope: TenantScope, session_id: UUID) -> Access | None:
        row, roles = await _read_session(session_id)
        if row is None:
            return None
        grants = await self._cache.get(scope, ("grants", tuple(roles.values())), lambda: read_grants(roles))
        names = tuple(roles)
        return Access(
            row["user"], session_id, row["user.email"], row["user.name"], names, grants.permissions, grants
        )


async def access_of_user(user_id: UUID) -> Access | None:
    """Return what a user may do, or None if the user is not active. 5 statements. Raises NotThere."""
    row = await User.select(User.email, User.name, User.active).where(User.id == user_id).first()
    if row is None:
        raise NotThere("user")
    if not row["active"]:
        return None
    roles = await roles_of_user(user_id)
    grants = await read_grants(roles)
    return Access(user_id, user_id, row["email"], row["name"], tuple(roles), grants.permissions, grants)


_SESSION = KeptSelect(
    DB,
    lambda session: Session.select(
        Session.user, Session.user.email, Session.user.name, Session.user.active
    ).where((Session.id == session) & Session.ended_at.is_null()),
)
_ROLES = KeptSelect(
    DB,
    lambda session: (
        UserRole.select(UserRole.role, UserRole.role.name)
        .where(UserRole.user.is_in(Session.select(Session.user).where(Session.id == session)))
        .order_by(UserRole.role.name)
    ),
)


async def _read_session(session_id: UUID) -> tuple[dict[str, Any] | None, dict[str, UUID]]:
    """Return the session with its user, or None if it has ended or the user is not active; and the user's
    roles: ids by name, in the order of names. 2 statements in one round trip.
    """
    group = SelectGroup(_SESSION(session_id), _ROLES(session_id))
    rows, roles = await DB.run_querystring(group)
    row = rows[0] if rows and rows[0]["user.active"] else None
    return row, {one["role.name"]: one["role"] for one in roles}
