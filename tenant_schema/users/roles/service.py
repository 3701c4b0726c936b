"""The role service: lists, creates, changes and deletes roles, with what they grant."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from piccolo_engines.columns import new_id
from piccolo_engines.errors import UniqueViolation
from tenant_schema.preconditions import Versions, require_version
from tenant_schema.problems import InvalidInput, Problem, ProblemCollector, suggestion
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import InUse, NotThere, SystemKept, Taken
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.permissions import Access, is_name
from tenant_schema.users.roles.reader import read_roles
from tenant_schema.users.roles.records import KEPT, FieldLimit, RoleContents, RoleDraft, RoleRecord, RuleDraft
from tenant_schema.users.roles.writer import write_fields, write_permissions, write_rules
from tenant_schema.users.tables import Permission, Role

__all__ = ["RestrictionCheck", "RoleChanges", "Roles"]

_MANAGE = "roles:manage"
_LENGTHS = {"label": 100, "description": 500}
RoleChanges = Mapping[str, str | bool]
"""New values of ``name``, ``label``, ``description`` and ``mfa_required``, those that change."""


class RestrictionCheck(Protocol):
    """Checks restrictions against the tenant's objects, which this package does not know."""

    async def __call__(
        self, scope: TenantScope, fields: Sequence[FieldLimit], rules: Sequence[RuleDraft]
    ) -> Sequence[Problem]:
        """Return every problem, at ``fields[0].field`` or ``rules[0].filter``."""


class Roles:
    """Roles of the bound tenant. Changes require ``roles:manage``; reading requires that or ``users:manage``.

    Every change may raise PermissionDenied, KeyNotEnough, NotThere, Outdated and InvalidInput, and
    LastAdministrator if it takes rights away.
    """

    def __init__(self, cache: VersionedCache, check: RestrictionCheck) -> None:
        self._cache = cache
        self._check = check

    async def all(self, access: Access) -> list[RoleRecord]:
        """Return every role in the order of names. 5 statements."""
        _require_reading(access)
        return await read_roles()

    async def get(self, access: Access, role_id: UUID) -> RoleRecord:
        """Return one role. 5 statements. Raises NotThere."""
        _require_reading(access)
        return await _role(role_id)

    async def create(self, scope: TenantScope, access: Access, draft: RoleDraft) -> RoleRecord:
        """Create a role. Raises Taken."""
        _require_management(access)
        texts = {"name": draft.name, "label": draft.label or draft.name, "description": draft.description}
        problems = [*_faults(texts), *await self._check(scope, draft.fields, draft.rules)]
        async with changing_access(self._cache, scope):
            permissions, unknown = await _known(draft.permissions)
            if problems or unknown:
                raise InvalidInput([*problems, *unknown])
            role = Role(
                id=new_id(),
                name=draft.name,
                label=texts["label"],
                description=draft.description,
                mfa_required=draft.mfa_required,
            )
            try:
                await Role.insert(role)
            except UniqueViolation as error:
                raise Taken("name", "role") from error
            await write_permissions(role.id, permissions)
            await write_fields(role.id, draft.fields)
            await write_rules(role.id, draft.rules)
            detail = {"permissions": sorted(permissions), "mfaRequired": draft.mfa_required}
            await record_event(access, "role.create", Subject("role", role.id, draft.name), detail)
            return await _role(role.id)

    async def update(
        self,
        scope: TenantScope,
        access: Access,
        role_id: UUID,
        changes: RoleChanges,
        contents: RoleContents = KEPT,
        *,
        if_match: Versions = None,
    ) -> RoleRecord:
        """Change the label, the description, whether a second factor is required, the name of a role that is
        not a system role, and replace what the role grants. Everything is changed, or nothing.

        Raises SystemKept and Taken.
        """
        _require_management(access)
        problems = _faults({name: text for name, text in changes.items() if isinstance(text, str)})
        problems += await self._check(scope, contents.fields or (), contents.rules or ())
        async with changing_access(self._cache, scope, may_demote=contents.permissions is not None):
            before = await _role(role_id, if_match)
            permissions, unknown = await _known(contents.permissions or ())
            if problems or unknown:
                raise InvalidInput([*problems, *unknown])
            if before.system and changes.get("name", before.name) != before.name:
                raise SystemKept("role", before.name)
            if changes:
                await _update(role_id, changes)
                await record_event(access, "role.update", _subject(before), dict(changes))
            if contents.permissions is not None:
                await _replace_permissions(access, before, permissions)
            if contents.fields is not None:
                await _replace_fields(access, before, contents.fields)
            if contents.rules is not None:
                await _replace_rules(access, before, contents.rules)
            return await _role(role_id)

    async def delete(
        self, scope: TenantScope, access: Access, role_id: UUID, *, if_match: Versions = None
    ) -> None:
        """Delete a role that no user has and that is not a system role.

        Raises SystemKept and InUse.
        """
        _require_management(access)
        async with changing_access(self._cache, scope):
            role = await _role(role_id, if_match)
            if role.system:
                raise SystemKept("role", role.name)
            if role.users:
                raise InUse("role", role.name, role.users)
            await Role.delete().where(Role.id == role_id)
            await record_event(access, "role.delete", _subject(role))


def _require_management(access: Access) -> None:
    access.require_system(_MANAGE)
    access.require_person()


def _require_reading(access: Access) -> None:
    if not access.has("users:manage"):
        _require_management(access)


def _subject(role: RoleRecord) -> Subject:
    return Subject("role", role.id, role.name)


async def _role(role_id: UUID, if_match: Versions = None) -> RoleRecord:
    """Return the role. Raises NotThere, and Outdated unless it is at the version asked for."""
    found = await read_roles(role_id)
    if not found:
        raise NotThere("role")
    require_version(if_match, found[0].version)
    return found[0]


async def _update(role_id: UUID, changes: RoleChanges) -> None:
    values: dict[Any, Any] = dict(changes)
    try:
        await Role.update(values).where(Role.id == role_id)
    except UniqueViolation as error:
        raise Taken("name", "role") from error


async def _replace_permissions(access: Access, role: RoleRecord, permissions: Mapping[str, UUID]) -> None:
    await write_permissions(role.id, permissions)
    held, wanted = set(role.permissions), set(permissions)
    detail = {"added": sorted(wanted - held), "removed": sorted(held - wanted)}
    await record_event(access, "role.permissions", _subject(role), detail)


async def _replace_fields(access: Access, role: RoleRecord, fields: Sequence[FieldLimit]) -> None:
    await write_fields(role.id, fields)
    hidden = [f"{one.object}.{one.field}" for one in fields if not one.readable]
    locked = [f"{one.object}.{one.field}" for one in fields if one.readable]
    await record_event(access, "role.fields", _subject(role), {"hidden": hidden, "readOnly": locked})


async def _replace_rules(access: Access, role: RoleRecord, rules: Sequence[RuleDraft]) -> None:
    await write_rules(role.id, rules)
    detail = {"rules": [{"object": one.object, "action": one.action} for one in rules]}
    await record_event(access, "role.rules", _subject(role), detail)


def _faults(texts: Mapping[str, str]) -> list[Problem]:
    problems = []
    if "name" in texts and not is_name(texts["name"]):
        message = "A name has lower case letters, digits and single underscores, 40 at most."
        problems.append(Problem("name", "invalid-name", message))
    for field, length in _LENGTHS.items():
        if len(texts.get(field, "")) > length:
            problems.append(Problem(field, "too-long", f"At most {length} characters."))
    return problems


async def _known(names: Sequence[str]) -> tuple[dict[str, UUID], list[Problem]]:
    """Return the ids of the permissions by name, and a problem for each that does not exist. 1 statement."""
    rows: list[dict[str, Any]] = await Permission.select(Permission.id, Permission.name)
    known = {row["name"]: row["id"] for row in rows}
    choices, found = tuple(known), ProblemCollector()
    unknown = ((position, name) for position, name in enumerate(names) if name not in known)
    for position, name in unknown:
        message = "There is no such permission."
        found.add(f"permissions[{position}]", "unknown-permission", message, suggestion(name, choices))
        if found.full:
            break
    found.count(sum(1 for _ in unknown))
    return {name: known[name] for name in names if name in known}, found.problems
