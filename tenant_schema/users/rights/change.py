"""Transactions for changes of rights: one at a time, and never without an administrator at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from piccolo.custom_types import Combinable

from piccolo_conf import DB
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache, bump
from tenant_schema.users.errors import LastAdministrator
from tenant_schema.users.sign_in_tables import Identity, IdentityProvider
from tenant_schema.users.tables import RolePermission, User, UserRole

__all__ = ["ESSENTIAL", "changing_access", "holds"]

ESSENTIAL = ("users:manage", "roles:manage")
"""Who holds these can give every other right, to themselves too."""


@asynccontextmanager
async def changing_access(
    cache: VersionedCache, scope: TenantScope, *, may_demote: bool = False
) -> AsyncIterator[None]:
    """Open a transaction for a change of users, roles or keys; its end invalidates this process's cache.

    The version is counted first: all such changes wait for its row, so that two administrators cannot remove
    each other concurrently.

    :param may_demote: check before the commit that an administrator is left.

    Raises :class:`LastAdministrator` if none is; the transaction is rolled back.
    """
    is_done = False
    try:
        async with DB.transaction():
            await bump(cache.name)
            yield
            if may_demote and not await _is_administrator_left():
                raise LastAdministrator
            is_done = True
    finally:
        if is_done:  # whatever the commit says of itself; what was refused is rolled back and changes nothing
            cache.forget(scope)


async def _is_administrator_left() -> bool:
    """Whether a person who can sign in holds every essential permission. 1 statement."""
    providers = IdentityProvider.select(IdentityProvider.id).where(IdentityProvider.active.eq(True))
    identities = Identity.select(Identity.user).where(Identity.provider.is_in(providers))
    has_way_in = (User.password_hash != "") | User.id.is_in(identities)
    active = User.active.eq(True) & has_way_in & (User.kind == "person")
    return bool(await User.exists().where(active & holds(ESSENTIAL[0]) & holds(ESSENTIAL[1])))


def holds(permission: str) -> Combinable:
    """Return the condition that a role of the user has the permission."""
    roles = RolePermission.select(RolePermission.role).where(RolePermission.permission.name == permission)
    return User.id.is_in(UserRole.select(UserRole.user).where(UserRole.role.is_in(roles)))
