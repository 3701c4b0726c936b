"""What who began an import may do now."""

from uuid import UUID

from tenant_schema.users.api_keys.service import access_of_key
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sessions.access import access_of_user

__all__ = ["access_of"]


async def access_of(user_id: UUID, api_key: UUID | None) -> Access | None:
    """Return what the user may do, or the API key for the user; None for nothing. Raises NotThere."""
    return await (access_of_user(user_id) if api_key is None else access_of_key(api_key))
