"""Records in numbers: lists by query string and by JSON."""

from typing import Final

from litestar import get, post

from api.answers import Answer, json
from api.openapi.operation import Operation, Parameter, Reply
from api.requests import TenantRequest
from api.schemas.records import RECORD_EXAMPLE, RecordPage
from tenant_schema.records.query import DEFAULT_LIMIT, MAX_LIMIT

__all__ = ["FIELDS", "ROUTES", "list_records", "query_records"]

_TAG = "Records"
_MANY: Final = {"data": [RECORD_EXAMPLE], "page": {"next": "AbCd…", "prev": None}}
FIELDS: Final = Parameter(
    name="fields",
    description="Names of the fields to answer with, separated by commas; all of them otherwise.",
    schema={"type": "string"},
    more={"examples": {"some": {"value": "id,name"}}},
)
_FILTER: Final = Parameter(
    name="filter",
    description=(
        "Conditions that must all hold: `filter[industry]=technology`, `filter[annual_revenue][gte]=1000`, "
        "`filter[industry][in]=technology,finance`, `filter[phone][null]=true`; either of several: "
        "`filter[or][0][industry]=finance&filter[or][1][owner]=$me`. Operators: eq ne gt gte lt lte in "
        "nin contains icontains startswith endswith between null, as the field's type allows. `$me` is who "
        "calls."
    ),
    schema={"type": "object", "additionalProperties": {"type": "string"}},
    more={
        "style": "deepObject",
        "explode": True,
        "examples": {"one": {"value": {"industry": "technology"}}, "none": {"value": {}}},
    },
)
_LIST_PARAMETERS: Final = (
    _FILTER,
    Parameter(
        name="sort",
        description="Names of fields, separated by commas; `-` in front is descending.",
        schema={"type": "string"},
        more={"examples": {"some": {"value": "-annual_revenue,name"}}},
    ),
    FIELDS,
    Parameter(
        name="limit",
        description="How many records a page has at most.",
        schema={"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    Parameter(
        name="cursor",
        description="Where to go on: `page.next` or `page.prev` of a page of the same filter and sort.",
        schema={"type": "string", "minLength": 1},
    ),
)


@get(
    "/data/{object:str}",
    operation=Operation(
        id="listRecords",
        tag=_TAG,
        summary="Records that match a filter, page by page",
        parameters=_LIST_PARAMETERS,
        replies={200: Reply("A page.", RecordPage, _MANY)},
    ),
)
async def list_records(request: TenantRequest) -> Answer:
    """A page of a list."""
    page = await request.platform.records.page(
        request.tenant, request.access, request.path_params["object"], request.pairs()
    )
    return json({"data": page.data, "page": {"next": page.next, "prev": page.prev}})


@post(
    "/data/{object:str}/query",
    operation=Operation(
        id="queryRecords",
        tag=_TAG,
        summary="The same as a list, with the query as JSON",
        body={"type": "object", "additionalProperties": True},
        body_example={
            "filter": {"or": [{"industry": {"eq": "technology"}}, {"owner": "$me"}]},
            "sort": ["-name"],
        },
        replies={200: Reply("A page.", RecordPage, _MANY)},
    ),
)
async def query_records(request: TenantRequest) -> Answer:
    """A page of what a JSON document asks for."""
    document = await request.read_object()
    page = await request.platform.records.query(
        request.tenant, request.access, request.path_params["object"], document
    )
    return json({"data": page.data, "page": {"next": page.next, "prev": page.prev}})


ROUTES: Final = (list_records, query_records)
