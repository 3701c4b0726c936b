"""The access with which the command line acts inside a tenant, without a user."""

from typing import Final
from uuid import UUID

from tenant_schema.users.rights.permissions import SYSTEM_PERMISSIONS, Access

__all__ = ["COMMAND_LINE"]

_NOBODY: Final = UUID(int=0)

COMMAND_LINE: Final = Access(
    _NOBODY, _NOBODY, "command line", "command line", (), frozenset({"*:*", *SYSTEM_PERMISSIONS})
)
"""Has an administrator's rights. The tenant's audit trail uses this name."""
