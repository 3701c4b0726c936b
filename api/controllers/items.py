"""/api/v1/me: the caller's preferences, favourites, and the records that they saw lately."""

from typing import Annotated, Any, Final, TypeAlias

from litestar import Controller, delete, get, put
from litestar.params import JSONBody

from api.openapi.described import BodySchema, problems
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Prepared
from api.schemas.items import (
    FavouriteList,
    FavouriteOrder,
    PreferenceBody,
    PreferencesResponse,
    RecentList,
    shown_preferences,
)
from api.schemas.paths import AppName, ObjectName, PageName, PreferenceKey, RecordId, ViewId
from tenant_schema.apps.items.service import MOST_FAVOURITES, MOST_RECENTS, ItemService
from tenant_schema.scope import TenantScope
from tenant_schema.users.preferences.service import LONGEST_VALUE, MOST_PREFERENCES, Preferences
from tenant_schema.users.rights.permissions import Access

__all__ = ["FavouriteController", "PreferenceController", "RecentController"]

_Order: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(FavouriteOrder)]]
_MARKED: Final = "All favourites, the new one last."


class PreferenceController(Controller):
    """Small values that a frontend keeps for the caller. Nobody else sees them."""

    path = "/me/preferences"
    tags = ("Account",)

    @get(
        "/",
        operation_id="readPreferences",
        summary="What frontends keep for the caller",
        response_description="All values by key.",
        conditional=True,
    )
    async def read_preferences(
        self, request: TenantRequest, access: Injected[Access], preferences: Injected[Preferences]
    ) -> Prepared[PreferencesResponse]:
        """All preferences."""
        found = shown_preferences(await preferences.all(access))
        return request.tagged(PreferencesResponse(preferences=found))

    @put(
        "/{key:str}",
        status_code=204,
        operation_id="replacePreference",
        summary="Keep a value for the caller",
        description=(
            f"Any JSON of at most {LONGEST_VALUE // 1024} KiB under a key of the frontend's own, such as "
            f"`list.density`; at most {MOST_PREFERENCES} keys."
        ),
        response_description="Kept.",
        responses=problems(404, 409),
        body_example={"value": "compact"},
    )
    async def replace_preference(
        self,
        access: Injected[Access],
        preferences: Injected[Preferences],
        key: PreferenceKey,
        data: JSONBody[PreferenceBody],
    ) -> None:
        """Keep a value."""
        await preferences.put(access, key, data.value)

    @delete(
        "/{key:str}",
        status_code=204,
        operation_id="deletePreference",
        summary="Forget a value",
        response_description="It is not there any more.",
    )
    async def delete_preference(
        self, access: Injected[Access], preferences: Injected[Preferences], key: PreferenceKey
    ) -> None:
        """Forget a value."""
        await preferences.delete(access, key)


class FavouriteController(Controller):
    """Records, views and pages that the caller has marked. Nobody else sees them."""

    path = "/me/favourites"
    tags = ("Account",)

    @get(
        "/",
        operation_id="listFavourites",
        summary="The caller's favourites, in order",
        description=(
            f"At most {MOST_FAVOURITES}. What was deleted or may not be read any more is not among them; it "
            "comes back when it may be read again."
        ),
        response_description="The favourites.",
        conditional=True,
    )
    async def list_favourites(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
    ) -> Prepared[FavouriteList]:
        """The favourites."""
        return request.tagged(FavouriteList.of(await items.favourites(tenant, access)))

    @put(
        "/order",
        status_code=200,
        operation_id="orderFavourites",
        summary="Put the favourites into another order",
        response_description="The favourites in the new order.",
        body_example={"favourites": ["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"]},
    )
    async def order_favourites(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
        data: _Order,
    ) -> FavouriteList:
        """Put the favourites into another order."""
        return FavouriteList.of(await items.order(tenant, access, data))

    @put(
        "/views/{view:str}",
        status_code=200,
        operation_id="markView",
        summary="Make a view a favourite",
        response_description=_MARKED,
        responses=problems(409),
    )
    async def mark_view(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
        view_id: ViewId,
    ) -> FavouriteList:
        """Mark a view."""
        return FavouriteList.of(await items.mark_view(tenant, access, view_id))

    @delete(
        "/views/{view:str}",
        status_code=204,
        operation_id="unmarkView",
        summary="Make a view no favourite any more",
        response_description="It is none any more.",
    )
    async def unmark_view(
        self, access: Injected[Access], items: Injected[ItemService], view_id: ViewId
    ) -> None:
        """Unmark a view."""
        await items.unmark(access, view_id)

    @put(
        "/pages/{app:str}/{page:str}",
        status_code=200,
        operation_id="markPage",
        summary="Make a page a favourite",
        response_description=_MARKED,
        responses=problems(409),
    )
    async def mark_page(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
        app_name: AppName,
        page_name: PageName,
    ) -> FavouriteList:
        """Mark a page."""
        return FavouriteList.of(await items.mark_page(tenant, access, app_name, page_name))

    @delete(
        "/pages/{app:str}/{page:str}",
        status_code=204,
        operation_id="unmarkPage",
        summary="Make a page no favourite any more",
        response_description="It is none any more.",
    )
    async def unmark_page(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
        app_name: AppName,
        page_name: PageName,
    ) -> None:
        """Unmark a page."""
        await items.unmark_page(tenant, access, app_name, page_name)

    @put(
        "/{object:str}/{id:str}",
        status_code=200,
        operation_id="markRecord",
        summary="Make a record a favourite",
        response_description=_MARKED,
        responses=problems(409),
    )
    async def mark_record(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
        object_name: ObjectName,
        record_id: RecordId,
    ) -> FavouriteList:
        """Mark a record."""
        return FavouriteList.of(await items.mark_record(tenant, access, object_name, record_id))

    @delete(
        "/{object:str}/{id:str}",
        status_code=204,
        operation_id="unmarkRecord",
        summary="Make a record no favourite any more",
        response_description="It is none any more.",
    )
    async def unmark_record(
        self,
        access: Injected[Access],
        items: Injected[ItemService],
        object_name: ObjectName,
        record_id: RecordId,
    ) -> None:
        """Unmark a record."""
        await items.unmark_record(access, object_name, record_id)


class RecentController(Controller):
    """The records that the caller saw lately. Nobody else sees them."""

    path = "/me/recents"
    tags = ("Account",)

    @get(
        "/",
        operation_id="listRecents",
        summary="The records that the caller saw lately, the newest first",
        description=f"At most {MOST_RECENTS}, without what was deleted or may not be read any more.",
        response_description="The records.",
        conditional=True,
    )
    async def list_recents(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
    ) -> Prepared[RecentList]:
        """The records."""
        return request.tagged(RecentList.of(await items.recents(tenant, access)))

    @put(
        "/{object:str}/{id:str}",
        status_code=204,
        operation_id="noteRecent",
        summary="Note that the caller looks at a record",
        description=f"The newest {MOST_RECENTS} are kept. Reading a record does not note it by itself.",
        response_description="Noted.",
    )
    async def note_recent(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        items: Injected[ItemService],
        object_name: ObjectName,
        record_id: RecordId,
    ) -> None:
        """Note a record."""
        await items.see(tenant, access, object_name, record_id)
