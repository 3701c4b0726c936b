"""/api/v1/apps: apps, which arrange pages for the users who work with them."""

from typing import Annotated, Any, TypeAlias

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody

from api.openapi.described import LOCATION, BodySchema, problems
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Json, Prepared
from api.schemas.apps import AppChanges, AppList, AppOrder, AppResponse, NewApp
from api.schemas.paths import AppName
from tenant_schema.apps.service import AppService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["AppController"]

_NewApp: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(NewApp)]]
_AppChanges: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(AppChanges)]]
_AppOrder: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(AppOrder)]]


class AppController(Controller):
    """Bodies are checked by the service, which knows the tenant's objects and pages."""

    path = "/apps"
    tags = ("Apps and pages",)

    @get(
        "/",
        operation_id="listApps",
        summary="The apps of the caller, in order",
        description=(
            "The active apps with a page that the caller may see; with `apps:manage` all apps, inactive ones "
            "included."
        ),
        response_description="The apps.",
        conditional=True,
    )
    async def list_apps(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
    ) -> Prepared[AppList]:
        """The caller's apps."""
        return request.tagged(AppList.of(await apps.all(tenant, access)))

    @post(
        "/",
        operation_id="createApp",
        summary="Create an app",
        response_description="The app.",
        response_headers=[LOCATION],
        responses=problems(409),
        body_example={"name": "support", "label": "Support", "icon": "lifebuoy"},
    )
    async def create_app(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        data: _NewApp,
    ) -> Json[AppResponse]:
        """Create an app."""
        app = await apps.create(tenant, access, data)
        return Json(AppResponse.of(app), headers=[(b"location", f"/api/v1/apps/{app.name}".encode())])

    @put(
        "/order",
        operation_id="orderApps",
        summary="Set the order of the apps",
        response_description="The apps in their new order.",
        body_example={"apps": ["sales", "support"]},
    )
    async def order_apps(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        data: _AppOrder,
    ) -> AppList:
        """Set the order of the apps."""
        return AppList.of(await apps.order(tenant, access, data))

    @get(
        "/{app:str}",
        operation_id="readApp",
        summary="One app",
        response_description="The app.",
        conditional=True,
    )
    async def read_app(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        app_name: AppName,
    ) -> Prepared[AppResponse]:
        """One app."""
        return request.tagged(AppResponse.of(await apps.read(tenant, access, app_name)))

    @patch(
        "/{app:str}",
        operation_id="updateApp",
        summary="Change an app",
        response_description="The changed app.",
        responses=problems(409),
        body_example={
            "label": "Selling",
            "navigation": [{"label": "Customers", "pages": ["accounts"]}],
        },
    )
    async def update_app(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        app_name: AppName,
        data: _AppChanges,
    ) -> AppResponse:
        """Change an app."""
        return AppResponse.of(await apps.change(tenant, access, app_name, data))

    @delete(
        "/{app:str}",
        operation_id="deleteApp",
        summary="Delete an app with its pages",
        description="Objects and records stay.",
        response_description="The app was deleted.",
    )
    async def delete_app(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        app_name: AppName,
    ) -> None:
        """Delete an app."""
        await apps.delete(tenant, access, app_name)
