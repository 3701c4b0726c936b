"""/api/v1/navigation: what a frontend needs after sign-in, in one request."""

from litestar import Controller, get

from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import Prepared
from api.schemas.navigation import NavigationPreview, NavigationResponse, PreviewQuery
from tenant_schema.apps.navigation import NavigationService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["NavigationController"]


class NavigationController(Controller):
    """Apps, pages and objects as the caller sees them."""

    path = "/navigation"
    tags = ("Apps and pages",)

    @get(
        "/",
        operation_id="readNavigation",
        summary="The caller's apps, pages and objects, and what the caller may do with each",
        description=(
            "All that menus and the headers of lists need. Layouts are read page by page, the whole "
            "definition of an object under /objects."
        ),
        response_description="The navigation.",
        conditional=True,
    )
    async def read_navigation(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        navigation: Injected[NavigationService],
    ) -> Prepared[NavigationResponse]:
        """The caller's apps, pages and objects."""
        found = await navigation.read(tenant, access)
        return request.tagged(NavigationResponse.of(tenant, access, found))

    @get(
        "/preview",
        operation_id="previewNavigation",
        summary="The navigation of a user, or of somebody with certain roles",
        description=(
            "Apps, pages, objects, fields and actions as they would see them. Requires `roles:manage`."
        ),
        response_description="The navigation.",
        dependencies={"params": Query(PreviewQuery)},
    )
    async def preview_navigation(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        navigation: Injected[NavigationService],
        params: Injected[PreviewQuery],
    ) -> NavigationPreview:
        """The navigation of somebody else."""
        user, roles = params.wanted()
        return NavigationPreview.of(await navigation.preview(tenant, access, user=user, roles=roles))
