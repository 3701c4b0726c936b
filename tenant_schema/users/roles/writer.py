"""Writes what roles grant. Call it inside the transaction of the change."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from tenant_schema.users.roles.records import FieldLimit, RuleDraft
from tenant_schema.users.tables import FieldRestriction, RolePermission, RowRule

__all__ = ["write_fields", "write_permissions", "write_rules"]


async def write_permissions(role_id: UUID, permissions: Mapping[str, UUID]) -> None:
    """Replace the role's permissions, given as ids by name. 2 statements."""
    await RolePermission.delete().where(RolePermission.role == role_id)
    if permissions:
        await RolePermission.insert(
            *(RolePermission(role=role_id, permission=one) for one in permissions.values())
        )


async def write_fields(role_id: UUID, fields: Sequence[FieldLimit]) -> None:
    """Replace the role's field restrictions. 2 statements."""
    await FieldRestriction.delete().where(FieldRestriction.role == role_id)
    if fields:
        await FieldRestriction.insert(
            *(
                FieldRestriction(role=role_id, object=one.object, field=one.field, readable=one.readable)
                for one in fields
            )
        )


async def write_rules(role_id: UUID, rules: Sequence[RuleDraft]) -> None:
    """Replace the role's row rules. 2 statements."""
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
