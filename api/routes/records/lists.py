"""Records in numbers: lists by query string and by JSON."""

from typing import Final

from litestar import get, post

from api.openapi.operation import Operation, Parameter, Reply
from api.requests.request import TenantRequest
from api.responses import Answer, json
from api.schemas.records import RECORD_EXAMPLE, RecordPage
from tenant_schema.records.query.model import DEFAULT_LIMIT, MAX_COUNTED, MAX_LIMIT, MAX_SEARCH, Count
from tenant_schema.records.reading.pages import Page

__all__ = [
    "EXPAND",
    "FIELDS",
    "FILTER",
    "ROUTES",
    "SEARCH",
    "SORT",
    "TIME_ZONE",
    "list_records",
    "list_trash",
    "query_records",
]

_TAG = "Records"
_MANY: Final = {"data": [RECORD_EXAMPLE], "page": {"next": "AbCd…", "prev": None}}
FIELDS: Final = Parameter(
    name="fields",
    description=(
        "Names of the fields to answer with, separated by commas; all of them otherwise. A path such as "
        "`owner.name` gives an object under the lookup."
    ),
    schema={"type": "string"},
    more={"examples": {"some": {"value": "id,name"}}},
)
EXPAND: Final = Parameter(
    name="expand",
    description=(
        "Lookups to show the record of, and related lists (by the name of the object that looks this one "
        "up), separated by commas, up to three within one another: `owner,contacts,contacts.owner`. A list "
        "shows its first ten records as `{data, hasMore}`."
    ),
    schema={"type": "string"},
    more={"examples": {"owner": {"value": "owner"}}},
)
FILTER: Final = Parameter(
    name="filter",
    description=(
        "Conditions that must all hold: `filter[industry]=technology`, `filter[annual_revenue][gte]=1000`, "
        "`filter[industry][in]=technology,finance`, `filter[phone][null]=true`, `filter[owner.name]=Ada` "
        "(up to three lookups); either of several: `filter[or][0][industry]=finance&filter[or][1][owner]="
        "$me`; what does not match: `filter[not][industry]=finance`; no value: `filter[phone]=`. Values of "
        "in, nin and between are separated by commas; one with a comma or a quote in front stands in "
        'double quotes: `filter[name][in]="Doe, John",Smith`. A date means the whole day where a moment is '
        "asked for, see `timeZone`. Operators: eq ne gt gte lt lte in nin "
        "contains icontains startswith endswith between null, as the field's type allows. `$me` is who calls."
    ),
    schema={"type": "object", "additionalProperties": {"type": "string"}},
    more={
        "style": "deepObject",
        "explode": True,
        "examples": {"one": {"value": {"industry": "technology"}}, "none": {"value": {}}},
    },
)
TIME_ZONE: Final = Parameter(
    name="timeZone",
    description=(
        "The time zone (IANA) of the days in the filter, and of the parts of moments in groups. A cursor "
        "holds for its time zone alone."
    ),
    schema={"type": "string", "default": "UTC"},
    more={"examples": {"berlin": {"value": "Europe/Berlin"}}},
)
SEARCH: Final = Parameter(
    name="search",
    description=(
        "Words, each of which begins a word in one of the fields that the object marks as searchable."
    ),
    schema={"type": "string", "maxLength": MAX_SEARCH},
    more={"examples": {"words": {"value": "globex amst"}}},
)
SORT: Final = Parameter(
    name="sort",
    description="Names of fields, or paths, separated by commas; `-` in front is descending.",
    schema={"type": "string"},
    more={"examples": {"some": {"value": "-annual_revenue,name"}}},
)
_LIST_PARAMETERS: Final = (
    FILTER,
    SEARCH,
    SORT,
    FIELDS,
    EXPAND,
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
    Parameter(
        name="count",
        description=f"Whether to count all records: `exact`, or `capped`, which stops at {MAX_COUNTED:,}.",
        schema={"type": "string", "enum": [one.value for one in Count], "default": "none"},
    ),
    TIME_ZONE,
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
    return _page(page)


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
            "expand": {"owner": {"fields": ["name"]}},
            "count": "capped",
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
    return _page(page)


@get(
    "/data/{object:str}/trash",
    operation=Operation(
        id="listTrash",
        tag=_TAG,
        summary="Records in the trash that match a filter, page by page",
        description=(
            "As a list of records, for those who may read and delete them. `deleted_at` is a field here: "
            "`sort=-deleted_at`."
        ),
        parameters=_LIST_PARAMETERS,
        replies={200: Reply("A page.", RecordPage, _MANY)},
    ),
)
async def list_trash(request: TenantRequest) -> Answer:
    """A page of the trash."""
    page = await request.platform.records.trash(
        request.tenant, request.access, request.path_params["object"], request.pairs()
    )
    return _page(page)


def _page(page: Page) -> Answer:
    answer = {"data": page.data, "page": {"next": page.next, "prev": page.prev}}
    if page.count is not None:
        answer["count"] = {"value": page.count.value, "capped": page.count.capped}
    return json(answer)


ROUTES: Final = (list_records, query_records, list_trash)
