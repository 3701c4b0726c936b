"""/api/v1/apps: apps, which arrange pages for the users who work with them."""

from typing import Annotated, Any, TypeAlias

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody

from api.openapi.described import ETAG, LOCATION, BodySchema, problems
from api.requests.preconditions import IF_MATCH, at_version, or_current
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Prepared
from api.schemas.apps import AppChanges, AppList, AppOrder, AppResponse, NewApp
from api.schemas.paths import AppName
from tenant_schema.apps.service import AppService
from tenant_schema.preconditions import Versions
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
        response_headers=[LOCATION, ETAG],
        responses=problems(409),
        body_example={"name": "support", "label": "Support", "icon": "lifebuoy"},
    )
    async def create_app(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        data: _NewApp,
    ) -> Prepared[AppResponse]:
        """Create an app."""
        app = await apps.create(tenant, access, data)
        location = (b"location", f"/api/v1/apps/{app.name}".encode())
        return at_version(AppResponse.of(app), app.version, 201, [location])

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
        app = await apps.read(tenant, access, app_name)
        return request.versioned(AppResponse.of(app), app.version)

    @patch(
        "/{app:str}",
        operation_id="updateApp",
        summary="Change an app",
        response_description="The changed app.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH},
        body_example={
            "label": "Selling",
            "navigation": [{"label": "Customers", "pages": ["accounts"]}],
        },
    )
    async def update_app(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        app_name: AppName,
        versions: Injected[Versions],
        data: _AppChanges,
    ) -> Prepared[AppResponse]:
        """Change an app."""
        change = apps.change(tenant, access, app_name, data, if_match=versions)
        app = await or_current(request, change, lambda: _current(tenant, access, apps, app_name))
        return at_version(AppResponse.of(app), app.version)

    @delete(
        "/{app:str}",
        operation_id="deleteApp",
        summary="Delete an app with its pages",
        description="Objects and records stay.",
        response_description="The app was deleted.",
        responses=problems(412),
        dependencies={"versions": IF_MATCH},
    )
    async def delete_app(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        apps: Injected[AppService],
        app_name: AppName,
        versions: Injected[Versions],
    ) -> None:
        """Delete an app."""
        deletion = apps.delete(tenant, access, app_name, if_match=versions)
        await or_current(request, deletion, lambda: _current(tenant, access, apps, app_name))


async def _current(tenant: TenantScope, access: Access, apps: AppService, name: str) -> AppResponse:
    return AppResponse.of(await apps.read(tenant, access, name))
