"""/api/v1/views: saved list views of an object's records."""

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody
from msgspec import UNSET

from api.openapi.described import ETAG, LOCATION, BodySchema, problems
from api.requests.preconditions import IF_MATCH, at_version, or_current
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import Prepared
from api.schemas.apps import NewView, ViewChanges, ViewList, ViewOrder, ViewQuery, ViewResponse
from api.schemas.paths import ViewId
from tenant_schema.apps.views.service import ViewService
from tenant_schema.preconditions import Versions
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["ViewController"]

_NewView: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(NewView)]]
_ViewChanges: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(ViewChanges)]]
_ViewOrder: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(ViewOrder)]]
_EXAMPLE: Final = {
    "object": "accounts",
    "label": "My prospects",
    "columns": ["name", "industry"],
    "sort": ["-created_at"],
    "filter": {"type": "prospect", "owner": "$me"},
}


class ViewController(Controller):
    """Users save list views for themselves; those who may manage apps share them with roles."""

    path = "/views"
    tags = ("Views",)

    @get(
        "/",
        operation_id="listViews",
        summary="The saved list views of the caller, in order",
        description=(
            "The caller's own views, and those shared with one of the caller's roles; with `apps:manage` all "
            "shared views. Shared views come before the caller's own, each by their position, then by label."
        ),
        response_description="The views.",
        dependencies={"params": Query(ViewQuery)},
        conditional=True,
    )
    async def list_views(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        params: Injected[ViewQuery],
    ) -> Prepared[ViewList]:
        """The caller's views."""
        object_name = None if params.object is UNSET else params.object
        found = await views.all(tenant, access, object_name)
        return request.tagged(ViewList(data=[ViewResponse.of(view) for view in found]))

    @post(
        "/",
        operation_id="createView",
        summary="Save a list view",
        response_description="The view.",
        response_headers=[LOCATION, ETAG],
        responses=problems(409),
        body_example=_EXAMPLE,
    )
    async def create_view(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        data: _NewView,
    ) -> Prepared[ViewResponse]:
        """Save a view."""
        view = await views.create(tenant, access, data)
        location = (b"location", f"/api/v1/views/{view.row['id']}".encode())
        return at_version(ViewResponse.of(view), view.version, 201, [location])

    @get(
        "/{view:str}",
        operation_id="readView",
        summary="One saved view",
        response_description="The view.",
        conditional=True,
    )
    async def read_view(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        view_id: ViewId,
    ) -> Prepared[ViewResponse]:
        """One view."""
        view = await views.read(tenant, access, view_id)
        return request.versioned(ViewResponse.of(view), view.version)

    @put(
        "/order",
        status_code=200,
        operation_id="orderViews",
        summary="Put the views of an object into another order",
        description=(
            "Names every view of the object that the caller may change, once: their own, and with "
            "`apps:manage` the shared ones, whose order everybody sees."
        ),
        response_description="The views of the object in the new order.",
        body_example={"object": "accounts", "views": ["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"]},
    )
    async def order_views(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        data: _ViewOrder,
    ) -> ViewList:
        """Put views into another order."""
        found = await views.order(tenant, access, data)
        return ViewList(data=[ViewResponse.of(view) for view in found])

    @patch(
        "/{view:str}",
        operation_id="updateView",
        summary="Change a view, or make it the caller's default",
        response_description="The changed view.",
        response_headers=[ETAG],
        responses=problems(412),
        dependencies={"versions": IF_MATCH},
        body_example={"label": "Prospects of mine", "default": True},
    )
    async def update_view(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        view_id: ViewId,
        versions: Injected[Versions],
        data: _ViewChanges,
    ) -> Prepared[ViewResponse]:
        """Change a view."""
        change = views.change(tenant, access, view_id, data, if_match=versions)
        view = await or_current(request, change, lambda: _current(tenant, access, views, view_id))
        return at_version(ViewResponse.of(view), view.version)

    @delete(
        "/{view:str}",
        operation_id="deleteView",
        summary="Delete a view",
        response_description="The view was deleted.",
        responses=problems(412),
        dependencies={"versions": IF_MATCH},
    )
    async def delete_view(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        view_id: ViewId,
        versions: Injected[Versions],
    ) -> None:
        """Delete a view."""
        deletion = views.delete(tenant, access, view_id, if_match=versions)
        await or_current(request, deletion, lambda: _current(tenant, access, views, view_id))


async def _current(tenant: TenantScope, access: Access, views: ViewService, view_id: UUID) -> ViewResponse:
    return ViewResponse.of(await views.read(tenant, access, view_id))
