"""/views: saved ways of looking at an object's records."""

from typing import Final
from uuid import UUID

from litestar import delete, get, patch, post
from msgspec import UNSET

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse, empty, json
from api.schemas.apps import NewView, ViewAnswer, ViewChanges, ViewList, ViewQuery
from tenant_schema.apps.errors import ViewNotFound

__all__ = ["ROUTES", "change_view", "create_view", "delete_view", "list_views", "read_view"]

_TAG = "Views"
_EXAMPLE: Final = {
    "object": "accounts",
    "label": "My prospects",
    "columns": ["name", "industry"],
    "sort": ["-created_at"],
    "filter": {"type": "prospect", "owner": "$me"},
}


@get(
    "/views",
    operation=Operation(
        id="listViews",
        tag=_TAG,
        summary="The saved list views that there are for you, by label",
        description="Your own, and those shared with a role of yours; with `apps:manage` all shared ones.",
        query=ViewQuery,
        replies={200: Reply("The views.", ViewList)},
        conditional=True,
    ),
)
async def list_views(request: TenantRequest) -> RawResponse:
    """The caller's views."""
    asked = request.query_as(ViewQuery).object
    name = None if asked is UNSET else asked
    views = await request.platform.views.all(request.tenant, request.access, name)
    return request.tagged(ViewList(data=[ViewAnswer.of(view) for view in views]))


@post(
    "/views",
    operation=Operation(
        id="createView",
        tag=_TAG,
        summary="Save a list view",
        body=NewView,
        body_example=_EXAMPLE,
        replies={201: Reply("The view.", ViewAnswer, headers=("Location",))},
        problems=(409,),
    ),
)
async def create_view(request: TenantRequest) -> RawResponse:
    """Save a view."""
    body = await request.read_object()
    view = ViewAnswer.of(await request.platform.views.create(request.tenant, request.access, body))
    return json(view, 201, [(b"location", f"/api/v1/views/{view.id}".encode())])


@get(
    "/views/{view:str}",
    operation=Operation(
        id="readView",
        tag=_TAG,
        summary="One saved view",
        replies={200: Reply("The view.", ViewAnswer)},
        conditional=True,
    ),
)
async def read_view(request: TenantRequest) -> RawResponse:
    """One view."""
    view = await request.platform.views.read(request.tenant, request.access, _view_id(request))
    return request.tagged(ViewAnswer.of(view))


@patch(
    "/views/{view:str}",
    operation=Operation(
        id="updateView",
        tag=_TAG,
        summary="Change a view, or begin with it",
        body=ViewChanges,
        body_example={"label": "Prospects of mine", "default": True},
        replies={200: Reply("The view as it is now.", ViewAnswer)},
    ),
)
async def change_view(request: TenantRequest) -> RawResponse:
    """Change a view."""
    body = await request.read_object()
    view = await request.platform.views.change(request.tenant, request.access, _view_id(request), body)
    return json(ViewAnswer.of(view))


@delete(
    "/views/{view:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="deleteView", tag=_TAG, summary="Remove a view", replies={204: Reply("It is gone.")}
    ),
)
async def delete_view(request: TenantRequest) -> RawResponse:
    """Remove a view."""
    await request.platform.views.delete(request.tenant, request.access, _view_id(request))
    return empty()


def _view_id(request: TenantRequest) -> UUID:
    found = request.path_id("view")
    if found is None:
        raise ViewNotFound(request.path_params["view"])
    return found


ROUTES: Final = (list_views, create_view, read_view, change_view, delete_view)
