"""Transactions for changes of rights: one at a time, and never without an administrator at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from piccolo.custom_types import Combinable

from piccolo_conf import DB
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache, bump
from tenant_schema.users.errors import LastAdministrator
from tenant_schema.users.sign_in_tables import Factor, Identity, IdentityProvider, SignInSettings
from tenant_schema.users.tables import RolePermission, User, UserRole

__all__ = ["ESSENTIAL", "changing_access", "holds", "is_administrator_left"]

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
            if may_demote and not await is_administrator_left():
                raise LastAdministrator
            is_done = True
    finally:
        if is_done:  # whatever the commit says of itself; what was refused is rolled back and changes nothing
            cache.forget(scope)


async def is_administrator_left(without: UUID | None = None) -> bool:
    """Whether a person who can sign in, other than ``without``, holds every essential permission. 2
    statements, 3 if passwords are disabled.

    A password counts as long as the tenant admits it: until a provider has proven itself, administrators may
    use theirs even if passwords are disabled. A passkey replaces one.
    """
    providers = IdentityProvider.select(IdentityProvider.id).where(IdentityProvider.active.eq(True))
    identities = Identity.select(Identity.user).where(Identity.provider.is_in(providers))
    is_passkey = (Factor.kind == "passkey") & Factor.confirmed_at.is_not_null()
    passkeys = Factor.select(Factor.user).where(is_passkey)
    has_way_in: Combinable = User.id.is_in(identities) | User.id.is_in(passkeys)
    if await _admits_passwords():
        has_way_in = (User.password_hash != "") | has_way_in
    active: Combinable = User.active.eq(True) & has_way_in & (User.kind == "person")
    if without is not None:
        active &= User.id != without
    return bool(await User.exists().where(active & holds(ESSENTIAL[0]) & holds(ESSENTIAL[1])))


async def _admits_passwords() -> bool:
    """Whether administrators may sign in with a password. 1 statement, 2 if passwords are disabled."""
    row = await SignInSettings.select(SignInSettings.password_enabled).first()
    if row is None or row["password_enabled"]:
        return True
    is_proven = IdentityProvider.active.eq(True) & IdentityProvider.proven_at.is_not_null()
    return not await IdentityProvider.exists().where(is_proven)


def holds(permission: str) -> Combinable:
    """Return the condition that a role of the user has the permission."""
    roles = RolePermission.select(RolePermission.role).where(RolePermission.permission.name == permission)
    return User.id.is_in(UserRole.select(UserRole.user).where(UserRole.role.is_in(roles)))
