"""/api/v1/apps/{app}/pages: the pages of an app."""

from typing import Annotated, Any, Final, TypeAlias

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody

from api.openapi.described import ETAG, LOCATION, BodySchema, problems
from api.requests.preconditions import IF_MATCH, at_version, or_current
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Prepared
from api.schemas.apps import NewPage, PageChanges, PageList, PageOrder, PageResponse
from api.schemas.paths import AppName, PageName
from tenant_schema.apps.pages.service import PageService
from tenant_schema.preconditions import Versions
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
        response_headers=[LOCATION, ETAG],
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
    ) -> Prepared[PageResponse]:
        """Create a page."""
        shown = await pages.create(tenant, access, app_name, data)
        location = (b"location", f"/api/v1/apps/{app_name}/pages/{shown.page.name}".encode())
        return at_version(PageResponse.of(shown), shown.page.version, 201, [location])

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
        shown = await pages.read(tenant, access, app_name, page_name)
        return request.versioned(PageResponse.of(shown), shown.page.version)

    @patch(
        "/{page:str}",
        operation_id="updatePage",
        summary="Change a page",
        description=(
            "A layout replaces the previous one as a whole. Callers who may not read all that the previous "
            "layout shows cannot replace it (403 `layout-hidden`)."
        ),
        response_description="The changed page.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH},
        body_example={"label": "All accounts", "layout": _LAYOUT},
    )
    async def update_page(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
        page_name: PageName,
        versions: Injected[Versions],
        data: _PageChanges,
    ) -> Prepared[PageResponse]:
        """Change a page."""
        change = pages.change(tenant, access, app_name, page_name, data, if_match=versions)
        shown = await or_current(
            request, change, lambda: _current(tenant, access, pages, app_name, page_name)
        )
        return at_version(PageResponse.of(shown), shown.page.version)

    @delete(
        "/{page:str}",
        operation_id="deletePage",
        summary="Delete a page",
        response_description="The page was deleted.",
        responses=problems(412),
        dependencies={"versions": IF_MATCH},
    )
    async def delete_page(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        pages: Injected[PageService],
        app_name: AppName,
        page_name: PageName,
        versions: Injected[Versions],
    ) -> None:
        """Delete a page."""
        deletion = pages.delete(tenant, access, app_name, page_name, if_match=versions)
        await or_current(request, deletion, lambda: _current(tenant, access, pages, app_name, page_name))


async def _current(
    tenant: TenantScope, access: Access, pages: PageService, app_name: str, name: str
) -> PageResponse:
    return PageResponse.of(await pages.read(tenant, access, app_name, name))
