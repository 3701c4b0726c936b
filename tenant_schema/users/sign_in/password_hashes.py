"""The password hash in a user's row: replaced, or confirmed to be the one that was verified."""

from typing import Any
from uuid import UUID

from piccolo_engines.errors import WritesRefused
from tenant_schema.users.errors import InvalidCredentials
from tenant_schema.users.tables import User

__all__ = ["confirm_hash", "replace_hash"]


async def replace_hash(user_id: UUID, verified: str, values: dict[Any, Any]) -> None:
    """Update the user if it is still active and has the password that was verified. Raises
    InvalidCredentials.
    """
    if not await User.update(values).where(_is_unchanged(user_id, verified)).returning(User.id):
        raise InvalidCredentials


async def confirm_hash(user_id: UUID, verified: str, values: dict[Any, Any]) -> None:
    """As :func:`replace_hash`; in a read-only tenant, whose rows of users stay, only compare it."""
    try:
        await replace_hash(user_id, verified, values)
    except WritesRefused:
        if not await User.exists().where(_is_unchanged(user_id, verified)):
            raise InvalidCredentials from None


def _is_unchanged(user_id: UUID, verified: str) -> Any:
    return (User.id == user_id) & User.active.eq(True) & (User.password_hash == verified)
