"""The workspace: what a frontend needs to begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta, Raw

from api.schemas.account import AccountResponse
from api.schemas.apps import ViewResponse
from api.schemas.common import Output
from api.schemas.items import ItemResponse, shown_preferences
from api.schemas.navigation import NavigationResponse
from api.schemas.roles import RoleReference
from api.schemas.support import ActiveSupportResponse
from api.schemas.tenant_settings import PresentedTenantResponse
from tenant_schema.apps.items.service import Item
from tenant_schema.apps.navigation import Navigation
from tenant_schema.apps.views.service import ShownView
from tenant_schema.scope import TenantScope
from tenant_schema.users.account.service import AccountRecord
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.records import RoleName
from tenant_schema.users.support.records import ActiveSupport
from tenant_schema.users.tenant_settings.reader import Presentation

__all__ = ["Workspace", "WorkspaceResponse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What the services say of a caller's workspace.

    :param operators: those who may be in the tenant now.
    :param shareable_roles: those that the caller may share views with.
    """

    tenant: TenantScope
    presentation: Presentation
    access: Access
    account: AccountRecord
    navigation: Navigation
    views: Sequence[ShownView]
    shareable_roles: Sequence[RoleName]
    operators: Sequence[ActiveSupport]
    items: Sequence[Item]
    preferences: Mapping[str, Raw]
    frontend_version: str
    read_only: bool


class WorkspaceResponse(Output):
    """The tenant, the caller, and everything that menus, tabs and the first page are drawn from."""

    tenant: PresentedTenantResponse
    user: AccountResponse
    roles: Annotated[list[str], Meta(description="The caller's roles.", examples=[["member"]])]
    permissions: Annotated[
        list[str],
        Meta(description="All permissions of the caller.", examples=[["*:create", "*:read", "*:update"]]),
    ]
    navigation: NavigationResponse
    views: Annotated[list[ViewResponse], Meta(description="The views of all objects, as GET /views.")]
    shareable_roles: Annotated[
        list[RoleReference],
        Meta(description="The roles that the caller may share views with: none without `apps:manage`."),
    ]
    favourites: Annotated[list[ItemResponse], Meta(description="As GET /me/favourites.")]
    recents: Annotated[list[ItemResponse], Meta(description="As GET /me/recents.")]
    preferences: Annotated[
        dict[str, Any],
        Meta(description="As GET /me/preferences.", examples=[{"list.density": "compact"}]),
    ]
    support: Annotated[
        ActiveSupportResponse | None,
        Meta(description="The support access that the caller acts with; null for users of the tenant."),
    ]
    operators: Annotated[
        list[ActiveSupportResponse], Meta(description="The operators who may be in the tenant now.")
    ]
    read_only: Annotated[
        bool, Meta(description="Whether writes get 503 `tenant-read-only` at present.", examples=[False])
    ]
    frontend_version: Annotated[
        str,
        Meta(
            description=(
                "Changes with the built-in frontend. A page that was loaded with another one offers to load "
                "the new one."
            ),
            examples=["3f2a91c04b5d"],
        ),
    ]

    @classmethod
    def of(cls, found: Workspace) -> "WorkspaceResponse":
        access = found.access
        return cls(
            tenant=PresentedTenantResponse.of(found.tenant, found.presentation),
            user=AccountResponse.of(found.account),
            roles=list(access.roles),
            permissions=sorted(access.permissions),
            navigation=NavigationResponse.of(found.tenant, access, found.navigation),
            views=[ViewResponse.of(view) for view in found.views],
            shareable_roles=[RoleReference.of(role) for role in found.shareable_roles],
            favourites=[ItemResponse.of(one) for one in found.items if one.is_favourite],
            recents=[ItemResponse.of(one) for one in found.items if not one.is_favourite],
            preferences=shown_preferences(found.preferences),
            support=_own_support(access),
            operators=[ActiveSupportResponse.of(one) for one in found.operators],
            read_only=found.read_only,
            frontend_version=found.frontend_version,
        )


def _own_support(access: Access) -> ActiveSupportResponse | None:
    own = access.support
    if own is None:
        return None
    return ActiveSupportResponse(id=own.grant, operator=own.operator_name, expires_at=own.expires_at)
