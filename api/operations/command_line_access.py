"""Who acts inside a tenant when nobody of the tenant's does: whoever has the command line."""

from typing import Final
from uuid import UUID

from tenant_schema.users.rights.permissions import SYSTEM_PERMISSIONS, Access

__all__ = ["COMMAND_LINE"]

_NOBODY: Final = UUID(int=0)

COMMAND_LINE: Final = Access(
    _NOBODY, _NOBODY, "command line", "command line", (), frozenset({"*:*", *SYSTEM_PERMISSIONS})
)
"""May do what an administrator may. The tenant's audit trail calls it by this name."""
