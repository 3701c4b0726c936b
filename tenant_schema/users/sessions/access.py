"""Reads what the user of a session may do, through a cache."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.custom_types import Combinable

from piccolo_conf import DB
from piccolo_engines.kept_selects import KeptSelect
from piccolo_engines.statements import SelectGroup
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.errors import NotThere
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.rights.permissions import Access, SupportAccess
from tenant_schema.users.roles.reader import named_roles, read_grants, roles_of_user
from tenant_schema.users.roles.records import ADMINISTRATOR
from tenant_schema.users.sign_in_tables import SupportGrant
from tenant_schema.users.tables import Role, Session, User, UserRole

__all__ = ["AccessReader", "FoundSession", "access_of_roles", "access_of_user"]


@dataclass(frozen=True, slots=True)
class FoundSession:
    """An active session. ``expires_at`` is its absolute end."""

    access: Access
    last_used_at: datetime
    idle_expires_at: datetime
    expires_at: datetime


class AccessReader:
    """Reads the :class:`Access` of sessions, through the cache of the ``access`` version.

    With a warm cache: no statement. Otherwise 5 in 2 round trips, and 1 for the version when it is due. Users
    with the same roles share one set of grants, so that the second of them costs 2 in one round trip. 2 more
    for a session with support access, whose end is checked with each request; 1 or 2 more if a second factor
    is missing.

    A session without a second factor lacks one as soon as a role of its user requires it, however old the
    session is. Support access is not concerned.
    """

    def __init__(self, cache: VersionedCache, factors: FactorStore) -> None:
        self._cache = cache
        self._factors = factors

    async def of_session(self, scope: TenantScope, session_id: UUID) -> Access | None:
        """Return the session's access, or None if the session has ended or its user is not active.

        Expiry is not checked here: no access token outlives its session.
        """
        return await self._cache.get(scope, ("session", session_id), lambda: self._read(scope, session_id))

    async def with_secret(self, scope: TenantScope, secret_hash: str) -> FoundSession | None:
        """Return the session of a browser, or None if it has ended or its user is not active. Not cached."""
        row, roles = await _read_session(_BY_SECRET, secret_hash)
        if row is None:
            return None
        access = await self._access(scope, row, roles)
        if access is None:
            return None
        return FoundSession(access, row["last_used_at"], row["idle_expires_at"], row["expires_at"])

    async def _read(self, scope: TenantScope, session_id: UUID) -> Access | None:
        row, roles = await _read_session(_BY_ID, session_id)
        return None if row is None else await self._access(scope, row, roles)

    async def _access(
        self, scope: TenantScope, row: dict[str, Any], given: Sequence[dict[str, Any]]
    ) -> Access | None:
        support, missing = None, None
        roles = {one["role.name"]: one["role"] for one in given}
        if row["support_grant"] is not None or row["user.kind"] != "person":
            support, roles = await _read_grant(row), await _role_of_support()
            if support is None:
                return None
        elif row["second_factor_at"] is None and any(one["role.mfa_required"] for one in given):
            missing = await self._factors.kinds(row["user"], scope.id)
        grants = await self._cache.get(scope, ("grants", tuple(roles.values())), lambda: read_grants(roles))
        return Access(
            row["user"],
            row["id"],
            row["user.email"],
            row["user.name"],
            tuple(roles),
            grants.permissions,
            grants,
            methods=tuple(row["methods"].split()),
            has_second_factor=row["second_factor_at"] is not None,
            support=support,
            missing_factor=missing,
            time_zone=row["user.time_zone"],
        )


async def _read_grant(session: dict[str, Any]) -> SupportAccess | None:
    """Return the grant of an operator's session; None if there is none, or it was ended. 1 statement."""
    granted = (SupportGrant.id == session["support_grant"]) & (SupportGrant.state == "granted")
    row = await SupportGrant.select().where(granted).first()
    if row is None or session["user.kind"] != "support":
        return None
    names = (row["id"], row["operator_id"], row["operator_name"])
    return SupportAccess(*names, session["created_at"], row["expires_at"])


async def _role_of_support() -> dict[str, UUID]:
    """Return the role whose rights support access has. 1 statement."""
    rows = await Role.select(Role.id, Role.name).where(Role.name == ADMINISTRATOR)
    return {row["name"]: row["id"] for row in rows}


async def access_of_user(user_id: UUID) -> Access | None:
    """Return what a user may do, or None if the user is not active. 5 statements. Raises NotThere."""
    row = (
        await User.select(User.email, User.name, User.active, User.time_zone)
        .where(User.id == user_id)
        .first()
    )
    if row is None:
        raise NotThere("user")
    if not row["active"]:
        return None
    roles = await roles_of_user(user_id)
    grants = await read_grants(roles)
    return Access(
        *(user_id, user_id, row["email"], row["name"], tuple(roles), grants.permissions, grants),
        time_zone=row["time_zone"],
    )


async def access_of_roles(access: Access, names: Sequence[str]) -> Access:
    """Return what the caller could do with these roles, given by name or id, instead of their own. 4
    statements. Raises InvalidInput.
    """
    roles = await named_roles(names)
    grants = await read_grants(roles)
    return replace(access, roles=tuple(roles), permissions=grants.permissions, grants=grants)


def _selects(is_it: Callable[[Any], Combinable]) -> tuple[KeptSelect, KeptSelect]:
    """The selects of a session with its user, and of the user's roles."""
    session = KeptSelect(
        DB,
        lambda value: Session.select(
            Session.id,
            Session.user,
            Session.user.email,
            Session.user.name,
            Session.user.time_zone,
            Session.user.active,
            Session.user.kind,
            Session.last_used_at,
            Session.idle_expires_at,
            Session.expires_at,
            Session.methods,
            Session.second_factor_at,
            Session.support_grant,
            Session.created_at,
        ).where(is_it(value) & Session.ended_at.is_null()),
    )
    roles = KeptSelect(
        DB,
        lambda value: (
            UserRole.select(UserRole.role, UserRole.role.name, UserRole.role.mfa_required)
            .where(UserRole.user.is_in(Session.select(Session.user).where(is_it(value))))
            .order_by(UserRole.role.name)
        ),
    )
    return session, roles


_BY_ID = _selects(lambda session_id: Session.id == session_id)
_BY_SECRET = _selects(lambda secret_hash: Session.secret_hash == secret_hash)


async def _read_session(
    selects: tuple[KeptSelect, KeptSelect], value: object
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Return the session with its user, or None if it has ended or the user is not active; and the user's
    roles in the order of names. 2 statements in one round trip.
    """
    session, roles_of = selects
    rows, roles = await DB.run_querystring(SelectGroup(session(value), roles_of(value)))
    row = rows[0] if rows and rows[0]["user.active"] else None
    return row, roles
