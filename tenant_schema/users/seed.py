"""The initial users and rights of a tenant: permissions, four roles, and the first administrator.

The seeds may be repeated, after a crash or for a tenant in use: they add what is missing and do not undo
changes.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.statements import SelectGroup, StatementGroup
from tenant_schema.problems import InvalidInput
from tenant_schema.tenant_cache import ACCESS, bump
from tenant_schema.users.emails import email_problem, normalise_email
from tenant_schema.users.errors import WeakPassword
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.passwords.policy import password_problems
from tenant_schema.users.rights.permissions import SYSTEM_PERMISSIONS, object_permissions
from tenant_schema.users.roles.records import ADMINISTRATOR
from tenant_schema.users.tables import Permission, Role, RolePermission, User, UserRole

__all__ = ["ROLES", "RoleSeed", "seed_access", "seed_administrator", "seed_permissions"]


@dataclass(frozen=True, slots=True)
class RoleSeed:
    """A role that every tenant starts with."""

    name: str
    label: str
    description: str
    permissions: tuple[str, ...]


ROLES = (
    RoleSeed(
        ADMINISTRATOR,
        "Administrator",
        "Everything: all records, users and roles, objects and apps.",
        ("*:*", *SYSTEM_PERMISSIONS),
    ),
    RoleSeed("manager", "Manager", "All records of all objects, and the apps.", ("*:*", "apps:manage")),
    RoleSeed("member", "Member", "Creates, reads and updates records.", ("*:create", "*:read", "*:update")),
    RoleSeed("viewer", "Viewer", "Reads records.", ("*:read",)),
)


async def seed_access(objects: Iterable[str] = ()) -> None:
    """Create the roles and the permissions, those of these objects included. 6 statements, 2 if all exist.

    A role gets its permissions when it is created; permissions that an administrator took away stay away.
    """
    async with DB.transaction():
        permissions = await _ids_by_name(Permission)
        roles = await _ids_by_name(Role)
        new_permissions = [name for name in _permission_names(objects) if name not in permissions]
        new_roles = [role for role in ROLES if role.name not in roles]
        permissions |= await _create_permissions(new_permissions)
        await _create_roles(new_roles, permissions)
        if new_permissions or new_roles:
            await bump(ACCESS)


async def seed_permissions(objects: Iterable[str]) -> None:
    """Create the permissions of objects that were added later. 3 statements, 1 if all exist."""
    async with DB.transaction():
        present = await _ids_by_name(Permission)
        missing = [name for name in _permission_names(objects) if name not in present]
        if missing:
            await _create_permissions(missing)
            await bump(ACCESS)


async def seed_administrator(
    passwords: PasswordHashing,
    *,
    email: str,
    password: str,
    name: str,
    hashed: Awaitable[str] | None = None,
    note: Callable[[str], Awaitable[None]] | None = None,
) -> UUID:
    """Create the first administrator and return the user's id. At most 5 statements, and those of ``note``.

    An existing user with this address becomes an administrator. The password is set only if the user has
    never signed in.

    :param hashed: the hash of the password, if the caller has started to compute it.
    :param note: called in the transaction, with the address.
    :raises InvalidInput: the address is invalid. :raises WeakPassword: the policy refuses the password.
    """
    email = normalise_email(email)
    if problem := email_problem(email):
        raise InvalidInput([problem])
    if problems := password_problems(password, email):
        raise WeakPassword(problems)
    found = await _administrators(email)  # opens the database while the password is hashed
    password_hash = await (passwords.hash(password) if hashed is None else hashed)
    async with DB.transaction():
        wanted = User(id=new_id(), email=email, name=name, password_hash=password_hash)
        user_id = await _ensure_administrator(wanted, *found)
        if note is not None:
            await note(email)
        await bump(ACCESS)
    return user_id


def _permission_names(objects: Iterable[str]) -> list[str]:
    """The names of all permissions: wildcards, those of the objects, and those of the system."""
    names = ["*:*", *object_permissions("*"), *SYSTEM_PERMISSIONS]
    for object_name in objects:
        names += [f"{object_name}:*", *object_permissions(object_name)]
    return list(dict.fromkeys(names))


async def _ids_by_name(table: type[Permission] | type[Role]) -> dict[str, UUID]:
    return {row["name"]: row["id"] for row in await table.select(table.id, table.name)}


async def _create_permissions(names: list[str]) -> dict[str, UUID]:
    ids = {name: new_id() for name in names}
    if ids:
        await Permission.insert(*(Permission(id=ids[name], name=name) for name in names))
    return ids


async def _create_roles(seeds: list[RoleSeed], permissions: dict[str, UUID]) -> None:
    if not seeds:
        return
    roles = [
        Role(name=seed.name, label=seed.label, description=seed.description, system=True) for seed in seeds
    ]
    await Role.insert(*roles)
    await RolePermission.insert(
        *(
            RolePermission(role=role.id, permission=permissions[name])
            for role, seed in zip(roles, seeds, strict=True)
            for name in seed.permissions
        )
    )


async def _administrators(email: str) -> tuple[Sequence[Mapping[str, Any]], UUID]:
    """Return the user with the address, if there is one, and the administrators' role. 1 round trip."""
    known, (role,) = await DB.run_querystring(
        SelectGroup(
            *User.select(User.id, User.last_sign_in_at).where(User.email == email).querystrings,
            *Role.select(Role.id).where(Role.name == ADMINISTRATOR).querystrings,
        )
    )
    return known, role["id"]


async def _ensure_administrator(wanted: User, known: Sequence[Mapping[str, Any]], role_id: UUID) -> UUID:
    """Create the user, or change the known one, and give it the role. A new one: 1 round trip."""
    if not known:
        given = UserRole.insert(UserRole(user=wanted.id, role=role_id))
        statements = [*User.insert(wanted).querystrings, *given.querystrings]
        await DB.run_querystring(StatementGroup(*statements))
        return wanted.id
    (user,) = known
    if user["last_sign_in_at"] is None:
        await User.update({User.password_hash: wanted.password_hash}).where(User.id == user["id"])
    user_id: UUID = user["id"]
    await _give_role(user_id, role_id)
    return user_id


async def _give_role(user_id: UUID, role_id: UUID) -> None:
    held = UserRole.exists().where((UserRole.user == user_id) & (UserRole.role == role_id))
    if not await held:
        await UserRole.insert(UserRole(user=user_id, role=role_id))
