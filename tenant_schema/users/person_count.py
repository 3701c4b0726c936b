"""The number of users that a tenant's quota limits."""

from tenant_schema.quota import QUOTA
from tenant_schema.users.tables import User

__all__ = ["count_persons", "require_room_for_user"]


async def count_persons() -> int:
    """Return the number of active persons, those who were invited included. One statement."""
    return int(await User.count().where(User.active.eq(True) & (User.kind == "person")))


async def require_room_for_user() -> None:
    """Raise if the tenant may not have one more active user. Without a quota no statement."""
    quota = QUOTA.get()
    if quota is not None:
        await quota.require_user(count_persons)
