"""/api/v1/counts and /api/v1/search: reads over several objects at once."""

from typing import Any, Final

from litestar import Controller, get, post
from litestar.params import JSONBody

from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.schemas.overview import CountsRequest, CountsResponse, SearchQuery, SearchResponse
from tenant_schema.apps.counts import CountService
from tenant_schema.records.overview import RecordOverview
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["CountController", "SearchController"]

_LISTS: Final[dict[str, Any]] = {
    "counts": [
        {"object": "accounts", "filter": {"owner": "$me"}},
        {"object": "contacts", "search": "ada"},
    ]
}
_COUNTS: Final[dict[str, Any]] = {
    "counts": [{"value": 12, "capped": False}, {"value": 1000, "capped": True}],
}
_HITS: Final[dict[str, Any]] = {
    "data": [
        {
            "object": "contacts",
            "id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11",
            "label": "Ada Lovelace",
            "detail": "ada@globex.example",
        },
        {"object": "accounts", "id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e12", "label": "Adams Ltd"},
    ]
}


class CountController(Controller):
    """Counts of several lists."""

    path = "/counts"
    tags = ("All objects",)

    @post(
        "/",
        status_code=200,
        operation_id="countRecords",
        summary="The numbers of records of up to 20 lists",
        description=(
            "Of views, related lists and tiles, in one request. Each list has a result of its own: the "
            "number, which stops at 1,000 (`capped`), or the problem that a request for this list alone "
            "would have had."
        ),
        response_description="The results, in the order of the lists.",
        body_example=_LISTS,
        example=_COUNTS,
    )
    async def count_records(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        counts: Injected[CountService],
        data: JSONBody[CountsRequest],
    ) -> CountsResponse:
        """Count several lists."""
        lists = [one.asked for one in data.counts]
        return CountsResponse.of(await counts.count(tenant, access, lists), request.context.id)


class SearchController(Controller):
    """A search over all objects."""

    path = "/search"
    tags = ("All objects",)

    @get(
        "/",
        operation_id="searchRecords",
        summary="Records of all objects that contain certain words",
        description=(
            "Looks into the searched fields of all objects that the caller may read, as the `search` of each "
            "list does. Records whose label is the text come first, then those whose label begins with it; "
            "newer ones before older ones."
        ),
        response_description="The records.",
        dependencies={"params": Query(SearchQuery)},
        example=_HITS,
    )
    async def search_records(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        overview: Injected[RecordOverview],
        params: Injected[SearchQuery],
    ) -> SearchResponse:
        """Search all objects."""
        return SearchResponse.of(await overview.search(tenant, access, params.q, params.names, params.limit))
