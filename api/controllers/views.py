"""/api/v1/views: saved list views of an object's records."""

from typing import Annotated, Any, Final, TypeAlias

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.openapi.described import LOCATION, BodySchema, problems
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import Json, Prepared
from api.schemas.apps import NewView, ViewChanges, ViewList, ViewQuery, ViewResponse
from api.schemas.paths import ViewId
from tenant_schema.apps.views.service import ViewService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["ViewController"]

_NewView: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(NewView)]]
_ViewChanges: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(ViewChanges)]]
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
        summary="The saved list views of the caller, by label",
        description=(
            "The caller's own views, and those shared with one of the caller's roles; with `apps:manage` all "
            "shared views."
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
        response_headers=[LOCATION],
        responses=problems(409),
        body_example=_EXAMPLE,
    )
    async def create_view(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        data: _NewView,
    ) -> Json[ViewResponse]:
        """Save a view."""
        view = ViewResponse.of(await views.create(tenant, access, data))
        return Json(view, headers=[(b"location", f"/api/v1/views/{view.id}".encode())])

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
        return request.tagged(ViewResponse.of(await views.read(tenant, access, view_id)))

    @patch(
        "/{view:str}",
        operation_id="updateView",
        summary="Change a view, or make it the caller's default",
        response_description="The changed view.",
        body_example={"label": "Prospects of mine", "default": True},
    )
    async def update_view(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        view_id: ViewId,
        data: _ViewChanges,
    ) -> ViewResponse:
        """Change a view."""
        return ViewResponse.of(await views.change(tenant, access, view_id, data))

    @delete(
        "/{view:str}",
        operation_id="deleteView",
        summary="Delete a view",
        response_description="The view was deleted.",
    )
    async def delete_view(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        views: Injected[ViewService],
        view_id: ViewId,
    ) -> None:
        """Delete a view."""
        await views.delete(tenant, access, view_id)
