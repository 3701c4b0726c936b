"""/apps and their pages: how a tenant's objects are laid out for the people who work with them."""

from typing import Final

from litestar import delete, get, patch, post, put

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse, empty, json
from api.schemas.apps import (
    AppAnswer,
    AppChanges,
    AppList,
    AppOrder,
    NewApp,
    NewPage,
    PageAnswer,
    PageChanges,
    PageList,
    PageOrder,
)

__all__ = [
    "ROUTES",
    "change_app",
    "change_page",
    "create_app",
    "create_page",
    "delete_app",
    "delete_page",
    "list_apps",
    "list_pages",
    "order_apps",
    "order_pages",
    "read_app",
    "read_page",
]

_TAG = "Apps and pages"
_NAVIGATION: Final = [{"label": "Customers", "pages": ["accounts"]}]
_LAYOUT: Final = {"columns": ["name", "industry"], "sort": ["-created_at"], "filters": ["industry"]}


@get(
    "/apps",
    operation=Operation(
        id="listApps",
        tag=_TAG,
        summary="The apps that there are for you, in order",
        description="Those with a page that you may see; with `apps:manage` all, inactive ones included.",
        replies={200: Reply("The apps.", AppList)},
        conditional=True,
    ),
)
async def list_apps(request: TenantRequest) -> RawResponse:
    """The caller's apps."""
    return request.tagged(AppList.of(await request.platform.apps.all(request.tenant, request.access)))


@post(
    "/apps",
    operation=Operation(
        id="createApp",
        tag=_TAG,
        summary="Make an app",
        body=NewApp,
        body_example={"name": "support", "label": "Support", "icon": "lifebuoy"},
        replies={201: Reply("The app.", AppAnswer, headers=("Location",))},
        problems=(409,),
    ),
)
async def create_app(request: TenantRequest) -> RawResponse:
    """Make an app."""
    body = await request.read_object()
    app = await request.platform.apps.create(request.tenant, request.access, body)
    return json(AppAnswer.of(app), 201, [(b"location", f"/api/v1/apps/{app.name}".encode())])


@put(
    "/apps/order",
    operation=Operation(
        id="orderApps",
        tag=_TAG,
        summary="Put the apps into an order",
        body=AppOrder,
        body_example={"apps": ["sales", "support"]},
        replies={200: Reply("The apps in their new order.", AppList)},
    ),
)
async def order_apps(request: TenantRequest) -> RawResponse:
    """Put the apps into an order."""
    body = await request.read_object()
    return json(AppList.of(await request.platform.apps.order(request.tenant, request.access, body)))


@get(
    "/apps/{app:str}",
    operation=Operation(
        id="readApp",
        tag=_TAG,
        summary="One app",
        replies={200: Reply("The app.", AppAnswer)},
        conditional=True,
    ),
)
async def read_app(request: TenantRequest) -> RawResponse:
    """One app."""
    name = request.path_params["app"]
    return request.tagged(
        AppAnswer.of(await request.platform.apps.read(request.tenant, request.access, name))
    )


@patch(
    "/apps/{app:str}",
    operation=Operation(
        id="updateApp",
        tag=_TAG,
        summary="Change an app",
        body=AppChanges,
        body_example={"label": "Selling", "navigation": _NAVIGATION},
        replies={200: Reply("The app as it is now.", AppAnswer)},
        problems=(409,),
    ),
)
async def change_app(request: TenantRequest) -> RawResponse:
    """Change an app."""
    body = await request.read_object()
    app = await request.platform.apps.change(request.tenant, request.access, request.path_params["app"], body)
    return json(AppAnswer.of(app))


@delete(
    "/apps/{app:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="deleteApp",
        tag=_TAG,
        summary="Remove an app with its pages",
        description="Objects and records stay.",
        replies={204: Reply("It is gone.")},
    ),
)
async def delete_app(request: TenantRequest) -> RawResponse:
    """Remove an app."""
    await request.platform.apps.delete(request.tenant, request.access, request.path_params["app"])
    return empty()


@get(
    "/apps/{app:str}/pages",
    operation=Operation(
        id="listPages",
        tag=_TAG,
        summary="The pages of an app that there are for you, in order",
        replies={200: Reply("The pages.", PageList)},
        conditional=True,
    ),
)
async def list_pages(request: TenantRequest) -> RawResponse:
    """The pages of an app."""
    name = request.path_params["app"]
    return request.tagged(PageList.of(await request.platform.pages.all(request.tenant, request.access, name)))


@post(
    "/apps/{app:str}/pages",
    operation=Operation(
        id="createPage",
        tag=_TAG,
        summary="Make a page",
        description="It is in the app's navigation once that names it.",
        body=NewPage,
        body_example={
            "name": "customers",
            "label": "Customers",
            "type": "list",
            "object": "accounts",
            "layout": _LAYOUT | {"filter": {"type": "customer"}},
        },
        replies={201: Reply("The page.", PageAnswer, headers=("Location",))},
        problems=(409,),
    ),
)
async def create_page(request: TenantRequest) -> RawResponse:
    """Make a page."""
    app, body = request.path_params["app"], await request.read_object()
    page = await request.platform.pages.create(request.tenant, request.access, app, body)
    location = (b"location", f"/api/v1/apps/{app}/pages/{page.facts.name}".encode())
    return json(PageAnswer.of(page), 201, [location])


@put(
    "/apps/{app:str}/pages/order",
    operation=Operation(
        id="orderPages",
        tag=_TAG,
        summary="Put the pages of an app into an order",
        body=PageOrder,
        body_example={"pages": ["accounts", "account"]},
        replies={200: Reply("The pages in their new order.", PageList)},
    ),
)
async def order_pages(request: TenantRequest) -> RawResponse:
    """Put the pages into an order."""
    app, body = request.path_params["app"], await request.read_object()
    return json(PageList.of(await request.platform.pages.order(request.tenant, request.access, app, body)))


@get(
    "/apps/{app:str}/pages/{page:str}",
    operation=Operation(
        id="readPage",
        tag=_TAG,
        summary="One page, with what you may see of its layout",
        replies={200: Reply("The page.", PageAnswer)},
        conditional=True,
    ),
)
async def read_page(request: TenantRequest) -> RawResponse:
    """One page."""
    page = await request.platform.pages.read(request.tenant, request.access, *_names(request))
    return request.tagged(PageAnswer.of(page))


@patch(
    "/apps/{app:str}/pages/{page:str}",
    operation=Operation(
        id="updatePage",
        tag=_TAG,
        summary="Change a page",
        description=(
            "A layout replaces the old one as a whole. Who may not read all that the old one shows cannot "
            "replace it (403 `layout-hidden`)."
        ),
        body=PageChanges,
        body_example={"label": "All accounts", "layout": _LAYOUT},
        replies={200: Reply("The page as it is now.", PageAnswer)},
        problems=(409,),
    ),
)
async def change_page(request: TenantRequest) -> RawResponse:
    """Change a page."""
    body = await request.read_object()
    page = await request.platform.pages.change(request.tenant, request.access, *_names(request), body)
    return json(PageAnswer.of(page))


@delete(
    "/apps/{app:str}/pages/{page:str}",
    status_code=200,  # as above
    operation=Operation(
        id="deletePage", tag=_TAG, summary="Remove a page", replies={204: Reply("It is gone.")}
    ),
)
async def delete_page(request: TenantRequest) -> RawResponse:
    """Remove a page."""
    await request.platform.pages.delete(request.tenant, request.access, *_names(request))
    return empty()


def _names(request: TenantRequest) -> tuple[str, str]:
    """The app and the page that the path names."""
    return request.path_params["app"], request.path_params["page"]


ROUTES: Final = (
    list_apps,
    create_app,
    order_apps,
    read_app,
    change_app,
    delete_app,
    list_pages,
    create_page,
    order_pages,
    read_page,
    change_page,
    delete_page,
)
