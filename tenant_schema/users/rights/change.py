"""The one way to change who may do what: one change after the other, and somebody is left who can make the
next.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from piccolo.custom_types import Combinable

from piccolo_conf import DB
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache, bump
from tenant_schema.users.errors import LastAdministrator
from tenant_schema.users.tables import RolePermission, User, UserRole

__all__ = ["ESSENTIAL", "changing_access"]

ESSENTIAL = ("users:manage", "roles:manage")
"""Who holds these can give every other right, to themselves too."""


@asynccontextmanager
async def changing_access(
    cache: VersionedCache, scope: TenantScope, *, may_demote: bool = False
) -> AsyncIterator[None]:
    """A transaction for a change of users, roles or keys, which counts in this process when it is over.

    The version is counted first: its row is what all such changes wait for, so that two administrators cannot
    remove each other at once.

    :param may_demote: look, before it is committed, whether an administrator is left.

    Raises :class:`LastAdministrator` when none is; nothing is changed then.
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
    """Whether somebody who can sign in holds all that is essential. 1 statement."""
    active = User.active.eq(True) & (User.password_hash != "")
    return bool(await User.exists().where(active & _holds(ESSENTIAL[0]) & _holds(ESSENTIAL[1])))


def _holds(permission: str) -> Combinable:
    roles = RolePermission.select(RolePermission.role).where(RolePermission.permission.name == permission)
    return User.id.is_in(UserRole.select(UserRole.user).where(UserRole.role.is_in(roles)))
