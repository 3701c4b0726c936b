"""/api/v1/workspace: what a frontend begins with, in one request."""

from litestar import Controller, get

from api.composition import Platform
from api.frontend.files import frontend_version
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Prepared
from api.schemas.workspace import Workspace, WorkspaceResponse
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["WorkspaceController"]


class WorkspaceController(Controller):
    """The tenant and the caller, and what the caller sees first."""

    path = "/workspace"
    tags = ("Apps and pages",)

    @get(
        "/",
        operation_id="readWorkspace",
        summary="All that a frontend begins with: the tenant, the caller, navigation and views",
        description=(
            "The parts are those of the routes for each: /tenant, /me, /navigation, /views. Layouts of pages "
            "and whole definitions of objects are read when they are shown."
        ),
        response_description="The workspace.",
        conditional=True,
    )
    async def read_workspace(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        platform: Injected[Platform],
    ) -> Prepared[WorkspaceResponse]:
        """The workspace."""
        views = await platform.views.all(tenant, access, None)
        found = Workspace(
            tenant=tenant,
            presentation=await platform.people.tenant_settings.presentation(tenant),
            access=access,
            account=await platform.people.account.read(access),
            navigation=await platform.navigation.read(tenant, access),
            views=views,
            items=await platform.items.all(tenant, access, views),
            preferences=await platform.people.preferences.all(access),
            shareable_roles=await platform.views.roles_to_share_with(access),
            operators=await platform.people.support.active(tenant),
            frontend_version=frontend_version(),
            read_only=request.is_read_only,
        )
        return request.tagged(WorkspaceResponse.of(found))
