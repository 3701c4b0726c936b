"""Roles with all that they allow, read from their tables and written to them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tenant_schema.users.tables import FieldRestriction, Role, RolePermission, RowRule, UserRole

__all__ = [
    "FieldLimit",
    "RoleDraft",
    "RoleRecord",
    "RuleDraft",
    "read_roles",
    "write_fields",
    "write_permissions",
    "write_rules",
]


@dataclass(frozen=True, slots=True)
class FieldLimit:
    """A field that a role may not change, and not read either unless ``readable``."""

    object: str
    field: str
    readable: bool


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule: the role may do ``action`` with those records of the object that the filter lets pass."""

    object: str
    action: str
    filter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RoleDraft:
    """A role to be made."""

    name: str
    label: str = ""
    description: str = ""
    permissions: Sequence[str] = ()
    fields: Sequence[FieldLimit] = ()
    rules: Sequence[RuleDraft] = ()


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """One role; ``users`` is how many have it."""

    id: UUID
    name: str
    label: str
    description: str
    system: bool
    users: int
    permissions: tuple[str, ...]
    fields: tuple[FieldLimit, ...]
    rules: tuple[RuleDraft, ...]
    created_at: datetime
    updated_at: datetime


async def read_roles(role_id: UUID | None = None) -> list[RoleRecord]:
    """Every role in the order of names, or the one with that id if there is one. 5 statements."""
    rows = await Role.select().where(*_only(Role.id, role_id)).order_by(Role.name)
    holders = await UserRole.select(UserRole.role).where(*_only(UserRole.role, role_id))
    users = Counter(row["role"] for row in holders)
    permissions = await _permissions(role_id)
    fields = await _fields(role_id)
    rules = await _rules(role_id)
    return [
        RoleRecord(
            row["id"],
            row["name"],
            row["label"],
            row["description"],
            row["system"],
            users[row["id"]],
            tuple(permissions[row["id"]]),
            tuple(fields[row["id"]]),
            tuple(rules[row["id"]]),
            row["created_at"],
            row["updated_at"],
        )
        for row in rows
    ]


def _only(column: Any, role_id: UUID | None) -> list[Any]:
    return [] if role_id is None else [column == role_id]


async def _permissions(role_id: UUID | None) -> Mapping[UUID, list[str]]:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    query = RolePermission.select(RolePermission.role, RolePermission.permission.name)
    query = query.where(*_only(RolePermission.role, role_id)).order_by(RolePermission.permission.name)
    for row in await query:
        found[row["role"]].append(row["permission.name"])
    return found


async def _fields(role_id: UUID | None) -> Mapping[UUID, list[FieldLimit]]:
    found: defaultdict[UUID, list[FieldLimit]] = defaultdict(list)
    table = FieldRestriction
    query = table.select().where(*_only(table.role, role_id)).order_by(table.object).order_by(table.field)
    for row in await query:
        found[row["role"]].append(FieldLimit(row["object"], row["field"], row["readable"]))
    return found


async def _rules(role_id: UUID | None) -> Mapping[UUID, list[RuleDraft]]:
    found: defaultdict[UUID, list[RuleDraft]] = defaultdict(list)
    table = RowRule
    query = table.select().where(*_only(table.role, role_id)).order_by(table.object).order_by(table.action)
    for row in await query.output(load_json=True):
        found[row["role"]].append(RuleDraft(row["object"], row["action"], row["filter"]))
    return found


async def write_permissions(role_id: UUID, permissions: Mapping[str, UUID]) -> None:
    """The role's permissions (ids by name), in the place of those before. 2 statements."""
    await RolePermission.delete().where(RolePermission.role == role_id)
    if permissions:
        await RolePermission.insert(
            *(RolePermission(role=role_id, permission=one) for one in permissions.values())
        )


async def write_fields(role_id: UUID, fields: Sequence[FieldLimit]) -> None:
    """The role's restrictions, in the place of those before. 2 statements."""
    await FieldRestriction.delete().where(FieldRestriction.role == role_id)
    if fields:
        await FieldRestriction.insert(
            *(
                FieldRestriction(role=role_id, object=one.object, field=one.field, readable=one.readable)
                for one in fields
            )
        )


async def write_rules(role_id: UUID, rules: Sequence[RuleDraft]) -> None:
    """The role's rules, in the place of those before. 2 statements."""
    await RowRule.delete().where(RowRule.role == role_id)
    if rules:
        await RowRule.insert(
            *(
                RowRule(
                    role=role_id,
                    object=one.object,
                    action=one.action,
                    filter=msgspec.json.encode(one.filter).decode(),
                )
                for one in rules
            )
        )
