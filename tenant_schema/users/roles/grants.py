"""Reads what roles allow from the tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from tenant_schema.users.rights.permissions import Grants, RoleGrants
from tenant_schema.users.tables import FieldRestriction, RolePermission, RowRule

__all__ = ["read_grants"]

_Rows = list[dict[str, Any]]


async def read_grants(roles: Mapping[str, UUID]) -> Grants:
    """What these roles (ids by name) allow. 3 statements, none for no roles."""
    if not roles:
        return Grants((), frozenset())
    ids = list(roles.values())
    permissions = await RolePermission.select(RolePermission.role, RolePermission.permission.name).where(
        RolePermission.role.is_in(ids)
    )
    restrictions = await FieldRestriction.select().where(FieldRestriction.role.is_in(ids))
    rules = await RowRule.select().where(RowRule.role.is_in(ids)).output(load_json=True)
    found = tuple(
        _role_grants(
            name, role_id, _of(role_id, permissions), _of(role_id, restrictions), _of(role_id, rules)
        )
        for name, role_id in roles.items()
    )
    return Grants(found, frozenset().union(*(role.permissions for role in found)))


def _of(role_id: UUID, rows: _Rows) -> _Rows:
    return [row for row in rows if row["role"] == role_id]


def _role_grants(
    name: str, role_id: UUID, permissions: _Rows, restrictions: _Rows, rules: _Rows
) -> RoleGrants:
    by_object: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for row in rules:
        by_object[row["object"]][row["action"]] = row["filter"]
    return RoleGrants(
        role_id,
        name,
        frozenset(row["permission.name"] for row in permissions),
        hidden=_fields_by_object(row for row in restrictions if not row["readable"]),
        locked=_fields_by_object(restrictions),
        rules=dict(by_object),
    )


def _fields_by_object(rows: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["object"]].add(row["field"])
    return {name: frozenset(fields) for name, fields in found.items()}
