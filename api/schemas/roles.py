"""Roles and permissions: request and response bodies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from tenant_schema.records.reading.explain import Explanation, Question, RoleVerdict
from tenant_schema.users.permissions.service import PermissionRecord
from tenant_schema.users.roles.records import (
    FieldLimit,
    RoleContents,
    RoleDraft,
    RoleName,
    RoleRecord,
    RuleDraft,
)

__all__ = [
    "ExplanationResponse",
    "FieldRight",
    "FieldRights",
    "NewPermission",
    "NewRole",
    "PermissionChanges",
    "PermissionList",
    "PermissionNames",
    "PermissionResponse",
    "QuestionBody",
    "RoleChanges",
    "RoleList",
    "RoleReference",
    "RoleResponse",
    "RowRule",
    "RowRules",
    "VerdictResponse",
]

_Id = Annotated[str, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Name = Annotated[
    str,
    Meta(description="Lower case letters, digits, single underscores.", max_length=40, examples=["sales"]),
]
_Label = Annotated[str, Meta(max_length=100, examples=["Sales"])]
_Description = Annotated[str, Meta(max_length=500, examples=["People who sell."])]
_Permissions = Annotated[
    list[Annotated[str, Meta(max_length=60, examples=["accounts:read"])]],
    Meta(
        max_length=5_000,
        description="`<object>:<action>`, with `*` for all of either, or a system permission.",
        examples=[["accounts:read", "accounts:update"]],
    ),
]
_MfaRequired = Annotated[
    bool,
    Meta(description="Its users need a second factor; sessions without one may do nothing but add one."),
]
_Object = Annotated[str, Meta(max_length=40, examples=["accounts"])]
_Action = Literal["read", "update", "delete"]
_Field = Annotated[str, Meta(max_length=40, examples=["annual_revenue"])]


class RoleReference(Output):
    """A role by id and name."""

    id: Annotated[UUID, Meta(examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
    name: _Name
    label: _Label

    @classmethod
    def of(cls, role: RoleName) -> "RoleReference":
        return cls(id=role.id, name=role.name, label=role.label)


class FieldRight(Input):
    """A role's rights on one field. Fields that are not listed may be read and updated."""

    object: _Object
    field: _Field
    read: Annotated[bool, Meta(description="False: the field is hidden from the role everywhere.")] = True
    update: Annotated[
        bool,
        Meta(description="False: the role cannot set the field. Fields that it cannot read, it cannot set."),
    ] = True

    @classmethod
    def of(cls, limit: FieldLimit) -> "FieldRight":
        return cls(object=limit.object, field=limit.field, read=limit.readable, update=False)


class RowRule(Input):
    """Which records a role may read, update or delete. Without a rule it is every one."""

    object: _Object
    action: Annotated[_Action, Meta(examples=["read"])]
    filter: Annotated[
        dict[str, Any],
        Meta(
            description="A filter as `POST /api/v1/data/{object}/query` takes it; `$me` is who calls.",
            examples=[{"owner": {"eq": "$me"}}],
        ),
    ]

    @classmethod
    def of(cls, rule: RuleDraft) -> "RowRule":
        return cls(object=rule.object, action=cast("_Action", rule.action), filter=dict(rule.filter))


class FieldRights(Input):
    """Every field that the role does not have in full."""

    fields: Annotated[list[FieldRight], Meta(max_length=5_000)]

    def wanted(self) -> list[FieldLimit]:
        """What the service is asked for."""
        return _limits_of(self.fields)


class RowRules(Input):
    """Every rule of the role."""

    rules: Annotated[list[RowRule], Meta(max_length=1_000)]

    def wanted(self) -> list[RuleDraft]:
        """What the service is asked for."""
        return _rules_of(self.rules)


def _limits_of(given: Sequence[FieldRight]) -> list[FieldLimit]:
    """What is kept of them: a field that is open needs no word."""
    return [FieldLimit(one.object, one.field, one.read) for one in given if not (one.read and one.update)]


def _rules_of(given: Sequence[RowRule]) -> list[RuleDraft]:
    return [RuleDraft(one.object, one.action, one.filter) for one in given]


class PermissionNames(Input):
    """Everything that the role allows."""

    permissions: _Permissions


class NewRole(Input):
    """A new role."""

    name: _Name
    label: _Label = ""
    description: _Description = ""
    permissions: _Permissions = []
    fields: Annotated[list[FieldRight], Meta(max_length=5_000)] = []
    rules: Annotated[list[RowRule], Meta(max_length=1_000)] = []
    mfa_required: _MfaRequired = False

    def wanted(self) -> RoleDraft:
        """What the service is asked for."""
        return RoleDraft(
            self.name,
            self.label,
            self.description,
            self.permissions,
            _limits_of(self.fields),
            _rules_of(self.rules),
            self.mfa_required,
        )


class RoleChanges(Input):
    """What is to be changed, all of it or nothing. Roles that every tenant has keep their names."""

    name: _Name | UnsetType = UNSET
    label: _Label | UnsetType = UNSET
    description: _Description | UnsetType = UNSET
    mfa_required: _MfaRequired | UnsetType = UNSET
    permissions: _Permissions | UnsetType = UNSET
    fields: (
        Annotated[
            list[FieldRight],
            Meta(max_length=5_000, description="Every field that the role does not have in full."),
        ]
        | UnsetType
    ) = UNSET
    rules: (
        Annotated[list[RowRule], Meta(max_length=1_000, description="Every rule of the role.")] | UnsetType
    ) = UNSET

    def wanted(self) -> tuple[dict[str, str | bool], RoleContents]:
        """What the service is asked for."""
        given = {
            "name": self.name,
            "label": self.label,
            "description": self.description,
            "mfa_required": self.mfa_required,
        }
        texts = {name: value for name, value in given.items() if value is not UNSET}
        return texts, RoleContents(
            None if self.permissions is UNSET else self.permissions,
            None if self.fields is UNSET else _limits_of(self.fields),
            None if self.rules is UNSET else _rules_of(self.rules),
        )


class RoleResponse(Output):
    """A role, with everything that it allows and where it stops."""

    id: _Id
    name: _Name
    label: _Label
    description: _Description
    system: Annotated[bool, Meta(description="It came with the tenant: it keeps its name and stays.")]
    mfa_required: _MfaRequired
    users: Annotated[int, Meta(description="How many have it.")]
    permissions: _Permissions
    fields: list[FieldRight]
    rules: list[RowRule]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, role: RoleRecord) -> "RoleResponse":
        return cls(
            id=str(role.id),
            name=role.name,
            label=role.label,
            description=role.description,
            system=role.system,
            mfa_required=role.mfa_required,
            users=role.users,
            permissions=list(role.permissions),
            fields=[FieldRight.of(one) for one in role.fields],
            rules=[RowRule.of(one) for one in role.rules],
            created_at=role.created_at,
            updated_at=role.updated_at,
        )


class RoleList(Output):
    """Every role, in the order of names."""

    data: list[RoleResponse]


class NewPermission(Input):
    """A permission of an object."""

    name: Annotated[str, Meta(max_length=60, examples=["accounts:read"])]
    description: _Description = ""


class PermissionChanges(Input):
    """What a permission is for, in words."""

    description: _Description


class PermissionResponse(Output):
    """Something that a role may allow, and the roles that do."""

    id: _Id
    name: Annotated[str, Meta(examples=["accounts:read"])]
    description: _Description
    system: Annotated[bool, Meta(description="For no single object, and part of every tenant.")]
    roles: Annotated[list[str], Meta(examples=[["member", "viewer"]])]

    @classmethod
    def of(cls, permission: PermissionRecord) -> "PermissionResponse":
        return cls(
            id=str(permission.id),
            name=permission.name,
            description=permission.description,
            system=permission.system,
            roles=list(permission.roles),
        )


class PermissionList(Output):
    """All permissions, sorted by name."""

    data: list[PermissionResponse]


class QuestionBody(Input):
    """The question whether a user may do something."""

    object: _Object
    action: Annotated[str, Meta(max_length=40, description="create, read, update or delete.")]
    user: Annotated[UUID, Meta(description="The user; by default the caller.")] | None = None
    record: Annotated[UUID, Meta(description="The record; by default any.")] | None = None
    field: Annotated[str, Meta(max_length=40, description="A field of the record.")] | None = None

    def wanted(self) -> Question:
        """What the service is asked for."""
        return Question(self.object, self.action, self.user, self.record, self.field)


class VerdictResponse(Output):
    """The verdict of one of the user's roles on one action."""

    role: _Name
    action: Annotated[str, Meta(description="An update also requires reading the record.", examples=["read"])]
    permission: Annotated[str, Meta(description="The permission that allows it.", examples=["*:read"])] | None
    rule: (
        Annotated[
            dict[str, Any],
            Meta(description="The filter that records must match; shown to callers who may manage roles."),
        ]
        | None
    )
    record_passes: bool | None
    field_open: bool | None

    @classmethod
    def of(cls, verdict: RoleVerdict) -> "VerdictResponse":
        return cls(
            role=verdict.role,
            action=verdict.action,
            permission=verdict.permission,
            rule=None if verdict.rule is None else dict(verdict.rule),
            record_passes=verdict.passes,
            field_open=verdict.is_open,
        )


class ExplanationResponse(Output):
    """Whether the action is allowed, and why."""

    allowed: bool
    code: Annotated[str, Meta(examples=["record-hidden"])]
    reason: Annotated[str, Meta(examples=["No: no rule for reading lets the record pass."])]
    user: _Id
    roles: list[VerdictResponse]

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplanationResponse":
        return cls(
            allowed=explanation.allowed,
            code=explanation.code,
            reason=explanation.reason,
            user=str(explanation.user),
            roles=[VerdictResponse.of(one) for one in explanation.verdicts],
        )
