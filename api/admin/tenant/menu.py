"""The tables of a tenant's admin that the user's permissions allow."""

from collections.abc import Mapping, Sequence
from typing import Final

from api.admin.readonly_table import LookedAt, Shown
from api.admin.site import Table
from api.admin.tenant.apps import AppTable, PageTable
from api.admin.tenant.definitions import FieldTable, ObjectTable
from api.admin.tenant.people import PermissionTable, RoleTable, UserTable
from api.admin.tenant.records import RecordTable
from api.admin.tenant.signed_in import ApiKeyTable, SessionTable, SupportTable
from api.admin.tenant.visitor import Visitor
from tenant_schema.users.sign_in_tables import IdentityProvider
from tenant_schema.users.tables import AuditEvent

__all__ = ["tenant_tables"]

_USERS: Final = "users"
_TAKEN: Final = frozenset(
    {
        *("login", "forms", "change-password"),  # addresses of the front end
        *(
            "users",
            "roles",
            "permissions",
            "sessions",
            "api_keys",
            "support",
            "identity_providers",
            "audit",
            "objects",
            "fields",
            "apps",
            "pages",
        ),
    }
)
_AUDIT: Final = LookedAt(
    AuditEvent,
    "Event",
    "What happened",
    [
        Shown(column=AuditEvent.action, title="What"),
        Shown(column=AuditEvent.subject_kind, title="Kind"),
        Shown(column=AuditEvent.subject_name, title="To whom or what"),
        Shown(column=AuditEvent.actor_email, title="Who"),
        Shown(column=AuditEvent.operator, title="Operator", listed=False),
        Shown(column=AuditEvent.created_at, title="When"),
        Shown(column=AuditEvent.detail, title="Detail", listed=False),
        Shown(column=AuditEvent.address, title="Address"),
        Shown(column=AuditEvent.request_id, title="Request id", listed=False),
    ],
    link="action",
)

_PROVIDERS: Final = LookedAt(
    IdentityProvider,
    "Identity provider",
    "Through whom users sign in. They are set up with the API: /api/v1/identity-providers.",
    [
        Shown(column=IdentityProvider.name, title="Name"),
        Shown(column=IdentityProvider.label, title="Label"),
        Shown(column=IdentityProvider.issuer, title="Issuer"),
        Shown(column=IdentityProvider.client_id, title="Client id", listed=False),
        Shown(column=IdentityProvider.scopes, title="Scopes", listed=False),
        Shown(column=IdentityProvider.email_claim, title="Claim of the address", listed=False),
        Shown(column=IdentityProvider.active, title="Active"),
        Shown(column=IdentityProvider.proven_at, title="First sign-in"),
    ],
    link="name",
)


async def tenant_tables(visitor: Visitor) -> Mapping[str, Table]:
    """Return the tables by name, in the menu's order."""
    objects = await visitor.platform.catalog.all(visitor.scope)
    readable = {name: model for name, model in objects.items() if visitor.access.allows(name, "read")}
    names = {name: _table_name(name) for name in readable} | {_USERS: _USERS}
    records = {names[name]: RecordTable(visitor, model, names) for name, model in readable.items()}
    owned = [(names[name], "owner") for name in readable]
    return {**records, **_people(visitor, owned), **_definitions(visitor)}


def _people(visitor: Visitor, owned: Sequence[tuple[str, str]]) -> dict[str, Table]:
    access, tables = visitor.access, dict[str, Table]()
    tables[_USERS] = UserTable(visitor, owned)
    if access.has("users:manage") or access.has("roles:manage"):
        tables["roles"] = RoleTable(visitor)
    if access.has("roles:manage"):
        tables["permissions"] = PermissionTable(visitor)
    if access.has("users:manage"):
        tables |= {"sessions": SessionTable(visitor), "api_keys": ApiKeyTable(visitor)}
        tables["support"] = SupportTable(visitor)
    if access.has("users:manage") and access.has("roles:manage"):
        tables["identity_providers"] = _PROVIDERS
    if access.has("audit:read"):
        tables["audit"] = _AUDIT
    return tables


def _definitions(visitor: Visitor) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    if visitor.access.has("objects:manage"):
        tables |= {"objects": ObjectTable(visitor), "fields": FieldTable(visitor)}
    if visitor.access.has("apps:manage"):
        tables |= {"apps": AppTable(visitor), "pages": PageTable(visitor)}
    return tables


def _table_name(object_name: str) -> str:
    """Return the name of an object's table in the admin: its own, unless that is an address of the admin."""
    return f"{object_name}_records" if object_name in _TAKEN else object_name
