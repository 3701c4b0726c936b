"""Reads roles: found by id or name, the roles of users, and what roles grant."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.custom_types import Combinable
from piccolo.query.methods.select import Select
from piccolo.utils.encoding import load_json

from piccolo_conf import DB
from piccolo_engines.kept_selects import KeptSelect
from piccolo_engines.statements import SelectGroup
from tenant_schema.problems import InvalidInput, ProblemCollector, suggestion
from tenant_schema.users.rights.permissions import Grants, RoleGrants
from tenant_schema.users.roles.records import FieldLimit, RoleRecord, RuleDraft
from tenant_schema.users.tables import FieldRestriction, Role, RolePermission, RowRule, UserRole

__all__ = ["grants_of_user", "named_roles", "read_grants", "read_roles", "roles_of_user", "roles_of_users"]


async def named_roles(given: Sequence[str], field: str = "roles") -> dict[str, UUID]:
    """Return the roles that are given by name or id: their ids by name. 1 statement.

    Raises :class:`InvalidInput` with a problem for each that does not exist, at ``field[position]``.
    """
    known = {row["name"]: row["id"] for row in await Role.select(Role.id, Role.name).order_by(Role.name)}
    by_id = {str(role_id): name for name, role_id in known.items()}
    problems, choices = ProblemCollector(), tuple(known)
    found: dict[str, UUID] = {}
    for position, text in enumerate(given):
        name = text if text in known else by_id.get(text.lower())
        if name is None:
            near = None if problems.full else suggestion(text, choices)
            problems.add(f"{field}[{position}]", "unknown-role", "There is no such role.", near)
        else:
            found[name] = known[name]
    if problems.problems:
        raise InvalidInput(problems.problems)
    return found


async def roles_of_users(user_ids: Sequence[UUID]) -> dict[UUID, dict[str, UUID]]:
    """Return the roles of each of these users: ids by name, in the order of names. 1 statement, none without
    users.
    """
    found: dict[UUID, dict[str, UUID]] = {user_id: {} for user_id in user_ids}
    if found:
        rows = (
            await UserRole.select(UserRole.user, UserRole.role, UserRole.role.name)
            .where(UserRole.user.is_in(list(user_ids)))
            .order_by(UserRole.role.name)
        )
        for row in rows:
            found[row["user"]][row["role.name"]] = row["role"]
    return found


async def roles_of_user(user_id: UUID) -> dict[str, UUID]:
    """Return the roles of one user: ids by name, in the order of names. 1 statement."""
    return (await roles_of_users([user_id]))[user_id]


async def grants_of_user(user_id: UUID) -> tuple[RoleGrants, ...]:
    """Return what each of the user's roles grants. 4 statements, 1 without roles."""
    return (await read_grants(await roles_of_user(user_id))).roles


async def read_grants(roles: Mapping[str, UUID]) -> Grants:
    """Return what these roles (ids by name) grant. 3 statements, none without roles."""
    if not roles:
        return Grants((), frozenset())
    contents = await _read_contents(list(roles.values()))
    found = tuple(_role_grants(role_id, name, contents) for name, role_id in roles.items())
    return Grants(found, frozenset().union(*(role.permissions for role in found)))


async def read_roles(role_id: UUID | None = None) -> list[RoleRecord]:
    """Return every role in the order of names, or the one with that id if it exists. 5 statements."""
    ids = None if role_id is None else [role_id]
    rows = await Role.select().where(*_among(Role.id, ids)).order_by(Role.name)
    holders = await UserRole.select(UserRole.role).where(*_among(UserRole.role, ids))
    users = Counter(row["role"] for row in holders)
    contents = await _read_contents(ids)
    return [_role_record(row, users[row["id"]], contents) for row in rows]


@dataclass(frozen=True, slots=True)
class _Contents:
    """What roles grant, by role."""

    permissions: Mapping[UUID, list[str]]
    fields: Mapping[UUID, list[FieldLimit]]
    rules: Mapping[UUID, list[RuleDraft]]


def _permissions() -> Select[Any]:
    return RolePermission.select(RolePermission.role, RolePermission.permission.name).order_by(
        RolePermission.permission.name
    )


def _limits() -> Select[Any]:
    one = FieldRestriction
    return one.select(one.role, one.object, one.field, one.readable).order_by(one.object, one.field)


def _rules() -> Select[Any]:
    one = RowRule
    return one.select(one.role, one.object, one.action, one.filter).order_by(one.object, one.action)


_PERMISSIONS_OF_ALL = KeptSelect(DB, _permissions)
_LIMITS_OF_ALL = KeptSelect(DB, _limits)
_RULES_OF_ALL = KeptSelect(DB, _rules)
_PERMISSIONS = KeptSelect(DB, lambda *roles: _permissions().where(RolePermission.role.is_in(list(roles))))
_LIMITS = KeptSelect(DB, lambda *roles: _limits().where(FieldRestriction.role.is_in(list(roles))))
_RULES = KeptSelect(DB, lambda *roles: _rules().where(RowRule.role.is_in(list(roles))))


async def _read_contents(ids: Sequence[UUID] | None) -> _Contents:
    """Read what these roles grant, or all roles; each list in order. 3 statements in one round trip."""
    contents = _Contents(defaultdict(list), defaultdict(list), defaultdict(list))
    if ids is None:
        group = SelectGroup(_PERMISSIONS_OF_ALL(), _LIMITS_OF_ALL(), _RULES_OF_ALL())
    else:
        group = SelectGroup(_PERMISSIONS(*ids), _LIMITS(*ids), _RULES(*ids))
    permissions, limits, rules = await DB.run_querystring(group)
    for row in permissions:
        contents.permissions[row["role"]].append(row["permission.name"])
    for row in limits:
        contents.fields[row["role"]].append(FieldLimit(row["object"], row["field"], row["readable"]))
    for row in rules:
        contents.rules[row["role"]].append(RuleDraft(row["object"], row["action"], load_json(row["filter"])))
    return contents


def _among(column: Column, ids: Sequence[UUID] | None) -> list[Combinable]:
    return [] if ids is None else [column.is_in(list(ids))]


def _role_grants(role_id: UUID, name: str, contents: _Contents) -> RoleGrants:
    rules: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for rule in contents.rules[role_id]:
        rules[rule.object][rule.action] = rule.filter
    limits = contents.fields[role_id]
    return RoleGrants(
        role_id,
        name,
        frozenset(contents.permissions[role_id]),
        hidden=_names_by_object([one for one in limits if not one.readable]),
        locked=_names_by_object(limits),
        rules=dict(rules),
    )


def _names_by_object(limits: Sequence[FieldLimit]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in limits:
        found[one.object].add(one.field)
    return {name: frozenset(fields) for name, fields in found.items()}


def _role_record(row: Mapping[str, Any], users: int, contents: _Contents) -> RoleRecord:
    return RoleRecord(
        row["id"],
        row["name"],
        row["label"],
        row["description"],
        row["system"],
        users,
        tuple(contents.permissions[row["id"]]),
        tuple(contents.fields[row["id"]]),
        tuple(contents.rules[row["id"]]),
        row["created_at"],
        row["updated_at"],
        row["mfa_required"],
    )
