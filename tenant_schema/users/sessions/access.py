"""Reads what the user of a session may do, through a cache."""

from typing import Any
from uuid import UUID

from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.errors import NotThere
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.reader import read_grants, roles_of_user
from tenant_schema.users.tables import Session, User

__all__ = ["AccessReader", "access_of_user"]


class AccessReader:
    """Reads the :class:`Access` of sessions, through the cache of the ``access`` version.

    With a warm cache: no statement. Otherwise 5, and 1 for the version when it is due. Users with the same
    roles share one set of grants, so that the second of them costs 2.
    """

    def __init__(self, cache: VersionedCache) -> None:
        self._cache = cache

    async def of_session(self, scope: TenantScope, session_id: UUID) -> Access | None:
        """Return the session's access, or None if the session has ended or its user is not active.

        Expiry is not checked here: no access token outlives its session.
        """
        return await self._cache.get(scope, ("session", session_id), lambda: self._read(scope, session_id))

    async def _read(self, scope: TenantScope, session_id: UUID) -> Access | None:
        row = await _read_session(session_id)
        if row is None:
            return None
        roles = await roles_of_user(row["user"])
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


async def _read_session(session_id: UUID) -> dict[str, Any] | None:
    """Return the session with its user, or None if it has ended or the user is not active."""
    row = (
        await Session.select(Session.user, Session.user.email, Session.user.name, Session.user.active)
        .where((Session.id == session_id) & Session.ended_at.is_null())
        .first()
    )
    return row if row and row["user.active"] else None
