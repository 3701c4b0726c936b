"""Users, roles and permissions in the admin, changed with the services that REST uses."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from api.admin.columns import Column, TableSchema, json_column
from api.admin.listing import Listing
from api.admin.memory_table import MemoryTable
from api.admin.readonly_table import LookedAt, Shown, ready
from api.admin.site import Row
from api.admin.tenant.visitor import Visitor
from api.admin.values import as_json, problems_together, uuid_of
from api.requests.bodies import decode_struct
from api.schemas.roles import FieldRight, FieldRights, NewRole, RowRule, RowRules
from tenant_schema.users.roles.reader import roles_of_users
from tenant_schema.users.roles.records import RoleContents, RoleRecord
from tenant_schema.users.service import UserChanges
from tenant_schema.users.tables import User

__all__ = ["PEOPLE", "PermissionTable", "RoleTable", "UserTable"]

_Shape = TypeVar("_Shape", bound=msgspec.Struct)

PEOPLE: Final = "People"
_MANAGE_USERS: Final = "users:manage"
_MANAGE_ROLES: Final = "roles:manage"
_FIELDS_HELP: Final = 'Such as [{"object": "accounts", "field": "phone", "read": false}].'
_RULES_HELP: Final = 'Such as [{"object": "accounts", "action": "read", "filter": {"owner": "$me"}}].'
_STATUS: Final = Column(
    name="status",
    title="Status",
    choices={"active": "Active", "invited": "Invited", "inactive": "Inactive"},
    help_text="Who is invited has no password yet.",
    read_only=True,
    filterable=False,
    sortable=False,
)
_SEEN_BY_ALL: Final = (
    Shown(column=User.email, title="E-mail address"),
    Shown(column=User.name, title="Name"),
    Shown(column=User.active, title="Active"),
)
_SEEN_BY_MANAGERS: Final = (
    Shown(column=User.last_sign_in_at, title="Last signed in"),
    Shown(column=User.created_at, title="Made"),
)


class UserTable(LookedAt):
    """Users. Every user of the admin may list them, because records refer to them.

    Changes need ``users:manage``. Users are created with the form that invites them, because its result must
    be shown.
    """

    def __init__(self, visitor: Visitor, referring: Sequence[tuple[str, str]] = ()) -> None:
        self._manages = visitor.access.has(_MANAGE_USERS)
        shown = (*_SEEN_BY_ALL, *(_SEEN_BY_MANAGERS if self._manages else ()))
        only = User.kind == "person"
        super().__init__(User, "User", PEOPLE, shown, link="email", references=referring, only=only)
        self._visitor = visitor
        self._users = visitor.platform.people.users

    async def schema(self) -> TableSchema:
        """The columns. The choices of roles are the existing ones."""
        schema = await super().schema()
        if not self._manages:
            return schema
        roles = await self._visitor.platform.people.roles.all(self._visitor.access)
        columns = [
            replace(one, read_only=one.name not in ("email", "name", "active")) for one in schema.columns
        ]
        columns.insert(3, _chosen("roles", "Roles", {role.name: role.label for role in roles}))
        columns.insert(4, _STATUS)
        return replace(schema, columns=columns, can_change=True, can_delete=True)

    async def rows(self, listing: Listing) -> Sequence[Row]:
        """Return a page: one statement, and two for all roles and invitations."""
        return await self._completed(await super().rows(listing))

    async def row(self, row_id: str) -> Row:
        """One user."""
        return (await self._completed([await super().row(row_id)]))[0]

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change address and name, whether the user may sign in, and roles, in one transaction."""
        visitor, user_id, users = self._visitor, UUID(row_id), self._users
        steps: list[Awaitable[object]] = []
        if "email" in values or "name" in values:
            changes = UserChanges(email=values.get("email"), name=values.get("name"))
            steps.append(users.update(visitor.scope, visitor.access, user_id, changes))
        if "active" in values:
            active = bool(values["active"])
            steps.append(users.set_active(visitor.scope, visitor.access, user_id, active=active))
        if "roles" in values:
            steps.append(users.set_roles(visitor.scope, visitor.access, user_id, values["roles"] or []))
        if steps:
            async with visitor.platform.people.together(visitor.scope):
                await problems_together((), *steps)

    async def delete(self, row_id: str) -> None:
        """Delete a user. Their records stay, without an owner."""
        await self._users.delete(self._visitor.scope, self._visitor.access, uuid_of(row_id))

    async def _completed(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Add the roles, and whether the user has a password."""
        if not self._manages or not rows:
            return rows
        ids = [UUID(row["id"]) for row in rows]
        roles = await roles_of_users(ids)
        without = User.select(User.id).where((User.password_hash == "") & User.id.is_in(ids))
        invited = {str(row["id"]) for row in await without}
        return [
            {
                **row,
                "roles": list(roles[UUID(row["id"])]),
                "status": _status(is_active=row["active"], is_invited=row["id"] in invited),
            }
            for row in rows
        ]


def _status(*, is_active: bool, is_invited: bool) -> str:
    if not is_active:
        return "inactive"
    return "invited" if is_invited else "active"


class RoleTable(MemoryTable):
    """Roles and their restrictions. ``users:manage`` allows listing, ``roles:manage`` changes."""

    checks_values = True

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(TableSchema(title="Role", columns=()), PEOPLE)
        self._visitor = visitor
        self._manages = visitor.access.has(_MANAGE_ROLES)
        self._roles = visitor.platform.people.roles

    async def schema(self) -> TableSchema:
        """The columns. The choices of permissions are the existing ones."""
        return TableSchema(
            title="Role",
            columns=[
                Column(name="name", title="Name", required=True, nullable=False),
                Column(name="label", title="Label"),
                Column(name="description", title="Description"),
                _chosen("permissions", "Permissions", {name: name for name in await self._permissions()}),
                json_column("fields", "Restricted fields", _FIELDS_HELP),
                json_column("rules", "Row rules", _RULES_HELP),
                Column(name="mfa_required", title="Second factor required", type="boolean", nullable=False),
                Column(name="users", title="Users", type="integer", read_only=True, help_text="Who have it."),
                Column(name="system", title="Comes with the tenant", type="boolean", read_only=True),
            ],
            link="name",
            order_by=("name", True),
            can_add=self._manages,
            can_change=self._manages,
            can_delete=self._manages,
        )

    async def all_rows(self) -> Sequence[Row]:
        """Every role."""
        return [_role_row(role) for role in await self._roles.all(self._visitor.access)]

    async def create(self, values: Mapping[str, Any]) -> str:
        """Create a role."""
        names = {"mfa_required": "mfaRequired"}
        body = {names.get(name, name): value for name, value in values.items() if value not in (None, "")}
        draft = decode_struct(as_json(body), NewRole).wanted()
        return str((await self._roles.create(self._visitor.scope, self._visitor.access, draft)).id)

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change labels, permissions and restrictions, in one transaction."""
        scope, access, role_id, roles = self._visitor.scope, self._visitor.access, UUID(row_id), self._roles
        words: dict[str, str | bool] = {
            name: values[name] or "" for name in ("name", "label", "description") if name in values
        }
        if "mfa_required" in values:
            words["mfa_required"] = bool(values["mfa_required"])
        steps: list[Awaitable[object]] = []
        if words:
            steps.append(roles.update(scope, access, role_id, words))
        if "permissions" in values:
            contents = RoleContents(permissions=values["permissions"] or [])
            steps.append(roles.update(scope, access, role_id, {}, contents))
        if "fields" in values:
            steps.append(self._set_fields(role_id, values["fields"]))
        if "rules" in values:
            steps.append(self._set_rules(role_id, values["rules"]))
        if steps:
            async with self._visitor.platform.people.together(scope):
                await problems_together((), *steps)

    async def _set_fields(self, role_id: UUID, given: Any) -> None:
        limits = _converted({"fields": given or []}, FieldRights).wanted()
        await self._replace(role_id, RoleContents(fields=limits))

    async def _set_rules(self, role_id: UUID, given: Any) -> None:
        rules = _converted({"rules": given or []}, RowRules).wanted()
        await self._replace(role_id, RoleContents(rules=rules))

    async def _replace(self, role_id: UUID, contents: RoleContents) -> None:
        await self._roles.update(self._visitor.scope, self._visitor.access, role_id, {}, contents)

    async def delete(self, row_id: str) -> None:
        """Delete a role without users."""
        await self._roles.delete(self._visitor.scope, self._visitor.access, uuid_of(row_id))

    async def _permissions(self) -> Sequence[str]:
        if self._manages:
            return [
                one.name for one in await self._visitor.platform.people.permissions.all(self._visitor.access)
            ]
        roles = await self._roles.all(self._visitor.access)
        return sorted({name for role in roles for name in role.permissions})


class PermissionTable(MemoryTable):
    """Permissions and their roles. They are created and deleted with their objects."""

    def __init__(self, visitor: Visitor) -> None:
        columns = [
            Column(name="name", title="Permission", read_only=True),
            Column(name="description", title="Description", read_only=True),
            Column(
                name="roles", title="Roles", type="array", read_only=True, filterable=False, sortable=False
            ),
        ]
        schema = TableSchema(
            title="Permission",
            columns=columns,
            link="name",
            order_by=("name", True),
            can_add=False,
            can_change=False,
            can_delete=False,
        )
        super().__init__(schema, PEOPLE)
        self._visitor = visitor

    async def all_rows(self) -> Sequence[Row]:
        """Every permission."""
        found = await self._visitor.platform.people.permissions.all(self._visitor.access)
        return [
            {"id": str(one.id), "name": one.name, "description": one.description, "roles": list(one.roles)}
            for one in found
        ]


def _role_row(role: RoleRecord) -> Row:
    return {
        "id": str(role.id),
        "name": role.name,
        "label": role.label,
        "description": role.description,
        "permissions": list(role.permissions),
        "fields": _text([FieldRight.of(one) for one in role.fields]),
        "rules": _text([RowRule.of(one) for one in role.rules]),
        "users": role.users,
        "system": role.system,
        "mfa_required": role.mfa_required,
        "updated_at": ready(role.updated_at),
    }


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _converted(body: Mapping[str, Any], shape: type[_Shape]) -> _Shape:
    """Return the REST request. Raises :class:`~api.errors.InvalidBody` for an invalid one."""
    return decode_struct(as_json(body), shape)


def _chosen(name: str, title: str, choices: Mapping[str, str]) -> Column:
    return Column(name=name, title=title, type="array", choices=choices, filterable=False, sortable=False)
