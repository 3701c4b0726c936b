"""What a tenant's admin shows to whom: the tables and forms that the user's permissions open."""

from collections.abc import Mapping, Sequence
from typing import Final

from api.admin.site import Form, Table
from api.admin.tenant.records import RecordTable
from api.admin.tenant.users import UserTable
from api.admin.tenant.visitor import Visitor

__all__ = ["tenant_forms", "tenant_tables"]

_USERS: Final = "users"
_TAKEN: Final = frozenset(
    {
        *("login", "forms", "change-password"),  # the front end's own addresses
        *("users", "roles", "permissions", "sessions", "audit", "objects", "fields", "apps", "pages"),
    }
)


async def tenant_tables(visitor: Visitor) -> Mapping[str, Table]:
    """The tables by name, in the menu's order."""
    objects = await visitor.platform.catalog.all(visitor.scope)
    readable = {name: model for name, model in objects.items() if visitor.access.allows(name, "read")}
    names = {name: _table_name(name) for name in readable} | {_USERS: _USERS}
    records = {names[name]: RecordTable(visitor, model, names) for name, model in readable.items()}
    return {**records, _USERS: UserTable(visitor)}


def tenant_forms(_visitor: Visitor) -> Sequence[Form]:
    """The forms in the menu's order."""
    return []


def _table_name(object_name: str) -> str:
    """What the admin calls an object's table: its name, unless that is an address of the admin's own."""
    return f"{object_name}_records" if object_name in _TAKEN else object_name
