"""/api/v1/apps/{app}/pages: the pages of an app."""

from typing import Annotated, Any, Final, TypeAlias

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody

from api.openapi.described import LOCATION, BodySchema, problems
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Json, Prepared
from api.schemas.apps import NewPage, PageChanges, PageList, PageOrder, PageResponse
from api.schemas.paths import AppName, PageName
from tenant_schema.apps.pages.service import PageService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["PageController"]

_NewPage: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(NewPage)]]
_PageChanges: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(PageChanges)]]
_PageOrder: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(PageOrder)]]
_LAYOUT: Final = {"columns": ["name", "industry"], "sort": ["-created_at"], "filters": ["industry"]}


class PageController(Controller):
    """Bodies are checked by the service, which knows the tenant's objects and fields."""

    path = "/apps/{app:str}/pages"
    tags = ("Apps and pages",)

    @get(
        "/",
        operation_id="listPages",
        summary="The pages of an app that the caller may see, in order",
        response_description="The pages.",
        conditional=True,
    )
    async def list_pages(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
    ) -> Prepared[PageList]:
        """The pages of an app."""
        return request.tagged(PageList.of(await pages.all(tenant, access, app_name)))

    @post(
        "/",
        operation_id="createPage",
        summary="Create a page",
        description="It is shown in the app's navigation once the navigation names it.",
        response_description="The page.",
        response_headers=[LOCATION],
        responses=problems(409),
        body_example={
            "name": "customers",
            "label": "Customers",
            "type": "list",
            "object": "accounts",
            "layout": _LAYOUT | {"filter": {"type": "customer"}},
        },
    )
    async def create_page(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
        data: _NewPage,
    ) -> Json[PageResponse]:
        """Create a page."""
        page = PageResponse.of(await pages.create(tenant, access, app_name, data))
        return Json(page, headers=[(b"location", f"/api/v1/apps/{app_name}/pages/{page.name}".encode())])

    @put(
        "/order",
        operation_id="orderPages",
        summary="Set the order of the pages of an app",
        response_description="The pages in their new order.",
        body_example={"pages": ["accounts", "account"]},
    )
    async def order_pages(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
        data: _PageOrder,
    ) -> PageList:
        """Set the order of the pages."""
        return PageList.of(await pages.order(tenant, access, app_name, data))

    @get(
        "/{page:str}",
        operation_id="readPage",
        summary="One page, with the parts of its layout that the caller may see",
        response_description="The page.",
        conditional=True,
    )
    async def read_page(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
        page_name: PageName,
    ) -> Prepared[PageResponse]:
        """One page."""
        page = await pages.read(tenant, access, app_name, page_name)
        return request.tagged(PageResponse.of(page))

    @patch(
        "/{page:str}",
        operation_id="updatePage",
        summary="Change a page",
        description=(
            "A layout replaces the previous one as a whole. Callers who may not read all that the previous "
            "layout shows cannot replace it (403 `layout-hidden`)."
        ),
        response_description="The changed page.",
        responses=problems(409),
        body_example={"label": "All accounts", "layout": _LAYOUT},
    )
    async def update_page(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
        page_name: PageName,
        data: _PageChanges,
    ) -> PageResponse:
        """Change a page."""
        return PageResponse.of(await pages.change(tenant, access, app_name, page_name, data))

    @delete(
        "/{page:str}",
        operation_id="deletePage",
        summary="Delete a page",
        response_description="The page was deleted.",
    )
    async def delete_page(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
        page_name: PageName,
    ) -> None:
        """Delete a page."""
        await pages.delete(tenant, access, app_name, page_name)
