"""The navigation: what a frontend needs after sign-in."""

from collections.abc import Iterable, Sequence
from typing import Annotated, cast
from uuid import UUID

from msgspec import UNSET, Meta, Raw, UnsetType, json

from api.errors import InvalidQuery
from api.schemas.apps import Group, PageSummary
from api.schemas.auth import TenantName, UserResponse
from api.schemas.common import Input, Output
from api.schemas.translations import LabelTranslations
from tenant_schema.apps.catalog import AppModel
from tenant_schema.apps.navigation import Navigation
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem
from tenant_schema.records.access.schema_view import ObjectView
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import ACTIONS, SYSTEM_PERMISSIONS, Access

__all__ = [
    "Abilities",
    "FieldSummary",
    "NavigationApp",
    "NavigationPreview",
    "NavigationResponse",
    "ObjectSummary",
    "PreviewQuery",
]


class Abilities(Output):
    """The caller's rights on an object's records, as far as they do not depend on the record."""

    create: bool
    read: bool
    update: bool
    delete: bool


class FieldSummary(Output, omit_defaults=True):
    """A field, for the head of a list."""

    name: Annotated[str, Meta(examples=["annual_revenue"])]
    label: Annotated[str, Meta(examples=["Annual revenue"])]
    type: Annotated[str, Meta(examples=["currency"])]
    target: Annotated[str, Meta(description="The object to which a lookup refers.")] | UnsetType = UNSET
    translations: LabelTranslations = {}
    read_only: Annotated[
        bool, Meta(description="Whether the caller may not change the field; omitted otherwise.")
    ] = False


class ObjectSummary(Output):
    """An object with which the caller may do something, and the fields of it that they may read."""

    name: Annotated[str, Meta(examples=["accounts"])]
    label: Annotated[str, Meta(examples=["Account"])]
    plural_label: Annotated[str, Meta(examples=["Accounts"])]
    translations: LabelTranslations
    name_field: Annotated[str | None, Meta(description="The field that contains the name of a record.")]
    standard: bool
    can: Abilities
    fields: list[FieldSummary]

    @classmethod
    def of(cls, view: ObjectView) -> "ObjectSummary":
        model = view.model
        fields = [_field(field, view) for field in _readable(view)]
        return cls(
            name=model.name,
            label=model.label,
            plural_label=model.plural_label,
            translations=model.translations,
            name_field=model.name_field if model.name_field in {one.name for one in fields} else None,
            standard=model.standard,
            can=Abilities(**{action: action in view.actions for action in ACTIONS}),
            fields=fields,
        )


class NavigationApp(Output):
    """An app with the contents of its menu."""

    name: Annotated[str, Meta(examples=["sales"])]
    label: Annotated[str, Meta(examples=["Sales"])]
    icon: Annotated[str, Meta(examples=["briefcase"])]
    description: str
    navigation: list[Group]
    translations: LabelTranslations
    pages: list[PageSummary]

    @classmethod
    def of(cls, app: AppModel) -> "NavigationApp":
        return cls(
            name=app.name,
            label=app.label,
            icon=app.icon,
            description=app.description,
            navigation=[Group.of(group) for group in app.navigation],
            translations=app.translations,
            pages=[PageSummary.of(page) for page in app.pages.values()],
        )


class NavigationResponse(Output):
    """The tenant, the caller, and the apps and objects that the caller may see."""

    tenant: TenantName
    user: UserResponse
    roles: Annotated[list[str], Meta(examples=[["member"]])]
    permissions: Annotated[
        list[str], Meta(description="Permissions that concern no object.", examples=[["apps:manage"]])
    ]
    apps: Annotated[
        list[NavigationApp], Meta(description="Active apps with at least one visible page, in order.")
    ]
    objects: list[ObjectSummary]

    @classmethod
    def of(cls, tenant: TenantScope, access: Access, navigation: Navigation) -> "NavigationResponse":
        return cls(
            tenant=TenantName(name=tenant.name, slug=tenant.slug),
            user=UserResponse(id=str(access.user_id), email=access.email, name=access.name),
            roles=list(access.roles),
            permissions=[name for name in SYSTEM_PERMISSIONS if access.has(name)],
            apps=[NavigationApp.of(app) for app in navigation.apps],
            objects=[_encoded(one, access) for one in navigation.objects],
        )


class PreviewQuery(Input):
    """Whose navigation: give `user` or `roles`."""

    user: Annotated[UUID, Meta(description="A user's id.")] | UnsetType = UNSET
    roles: (
        Annotated[
            str,
            Meta(
                description="Names or ids of roles, separated by commas: what somebody with these would see.",
                max_length=1_000,
                examples=["member,viewer"],
            ),
        ]
        | UnsetType
    ) = UNSET

    def wanted(self) -> tuple[UUID | None, Sequence[str]]:
        """The arguments for the service. Raises InvalidQuery unless exactly one of them is given."""
        if (self.user is UNSET) == (self.roles is UNSET):
            raise InvalidQuery([Problem("user", "required", "Give either a user or roles.")])
        names = () if self.roles is UNSET else [one.strip() for one in self.roles.split(",")]
        return (None if self.user is UNSET else self.user), names


class NavigationPreview(Output):
    """What somebody else would see after sign-in, and may do. Nothing for a user who is not active."""

    roles: Annotated[list[str], Meta(examples=[["member"]])]
    permissions: Annotated[
        list[str], Meta(description="Permissions that concern no object.", examples=[["apps:manage"]])
    ]
    apps: list[NavigationApp]
    objects: list[ObjectSummary]

    @classmethod
    def of(cls, found: tuple[Access, Navigation] | None) -> "NavigationPreview":
        if found is None:
            return cls(roles=[], permissions=[], apps=[], objects=[])
        access, navigation = found
        return cls(
            roles=list(access.roles),
            permissions=[name for name in SYSTEM_PERMISSIONS if access.has(name)],
            apps=[NavigationApp.of(app) for app in navigation.apps],
            objects=[ObjectSummary.of(one) for one in navigation.objects],
        )


def _encoded(view: ObjectView, access: Access) -> ObjectSummary:
    """The summary as JSON, encoded once for callers with the same roles until roles or object change."""
    if access.grants is None:
        return ObjectSummary.of(view)
    key = ("navigation", view.model.id)
    kept = access.grants.kept.get(key)
    if kept is None or kept[0] is not view.model:
        kept = (view.model, Raw(json.encode(ObjectSummary.of(view))))
        access.grants.kept[key] = kept
    return cast("ObjectSummary", kept[1])


def _readable(view: ObjectView) -> Iterable[FieldModel]:
    return view.readable.values() if "read" in view.actions else ()


def _field(field: FieldModel, view: ObjectView) -> FieldSummary:
    return FieldSummary(
        name=field.name,
        label=field.label,
        type=field.type.name,
        target=field.settings["target"] if field.type.name == "lookup" else UNSET,
        translations=field.translations,
        read_only=field.read_only or field.name not in view.rights.writable,
    )
