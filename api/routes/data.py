"""Records of every object: create, list, query, read, change, delete, restore."""

from typing import Final
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.exceptions import NotFoundException

from api.answers import Answer, empty, json
from api.etags import etag, parse_if_match
from api.openapi.operation import Operation, Parameter, Reply
from api.requests import TenantRequest
from api.schemas.records import RECORD_EXAMPLE, DeleteQuery, RecordAnswer, RecordPage
from tenant_schema.records.query import DEFAULT_LIMIT, MAX_LIMIT
from tenant_schema.records.rendering import Record

__all__ = [
    "ROUTES",
    "create_record",
    "delete_record",
    "list_records",
    "query_records",
    "read_record",
    "restore_record",
    "update_record",
]

_TAG = "Records"
_BODY: Final = {
    "type": "object",
    "description": "Field names to values. Decimals are text, times RFC 3339, lookups the other record's id.",
    "additionalProperties": True,
}
_BODY_EXAMPLE: Final = {"name": "Globex", "industry": "technology", "annual_revenue": "2500000"}
_ONE: Final = {"data": RECORD_EXAMPLE}
_MANY: Final = {"data": [RECORD_EXAMPLE], "page": {"next": "AbCd…", "prev": None}}
_FIELDS: Final = Parameter(
    name="fields",
    description="Names of the fields to answer with, separated by commas; all of them otherwise.",
    schema={"type": "string"},
    more={"examples": {"some": {"value": "id,name"}}},
)
_IF_MATCH: Final = Parameter(
    name="If-Match",
    where="header",
    description='Do it only to this version, as its ETag gave it: `"7"`. If it is at another one: 412.',
    schema={"type": "string"},
    more={"examples": {"version": {"value": '"7"'}, "any": {"value": "*"}}},
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
    _FIELDS,
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


@post(
    "/data/{object:str}",
    operation=Operation(
        id="createRecord",
        tag=_TAG,
        summary="Make a record",
        description="The caller becomes its owner unless the body says otherwise.",
        body=_BODY,
        body_example=_BODY_EXAMPLE,
        replies={201: Reply("The record.", RecordAnswer, _ONE, ("Location", "ETag"))},
        problems=(409,),
    ),
)
async def create_record(request: TenantRequest) -> Answer:
    """Make a record."""
    name = request.path_params["object"]
    body = await request.read_object()
    record = await request.platform.records.create(request.tenant, request.access, name, body)
    location = (b"location", f"/api/v1/data/{name}/{record.data['id']}".encode())
    return json({"data": record.data}, 201, [etag(record.version), location])


@get(
    "/data/{object:str}/{id:str}",
    operation=Operation(
        id="readRecord",
        tag=_TAG,
        summary="One record",
        parameters=(_FIELDS,),
        replies={200: Reply("The record.", RecordAnswer, _ONE, ("ETag",))},
    ),
)
async def read_record(request: TenantRequest) -> Answer:
    """One record."""
    record = await request.platform.records.read(
        request.tenant, request.access, request.path_params["object"], _record_id(request), request.pairs()
    )
    return _answer(record)


@patch(
    "/data/{object:str}/{id:str}",
    operation=Operation(
        id="updateRecord",
        tag=_TAG,
        summary="Change some fields of a record",
        parameters=(_IF_MATCH,),
        body=_BODY,
        body_example={"phone": "+31 20 123 4567"},
        replies={200: Reply("The record as it is now.", RecordAnswer, _ONE, ("ETag",))},
        problems=(409, 412),
    ),
)
async def update_record(request: TenantRequest) -> Answer:
    """Change some fields."""
    version = parse_if_match(request.header(b"if-match"))
    changes = await request.read_object()
    record = await request.platform.records.update(
        request.tenant, request.access, request.path_params["object"], _record_id(request), changes, version
    )
    return _answer(record)


@delete(
    "/data/{object:str}/{id:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="deleteRecord",
        tag=_TAG,
        summary="Put a record into the trash, or destroy it",
        parameters=(_IF_MATCH,),
        query=DeleteQuery,
        replies={204: Reply("It is gone.")},
        problems=(409, 412),
    ),
)
async def delete_record(request: TenantRequest) -> Answer:
    """Put a record into the trash, or destroy it."""
    version = parse_if_match(request.header(b"if-match"))
    permanent = request.query_as(DeleteQuery).permanent
    name = request.path_params["object"]
    await request.platform.records.delete(
        request.tenant, request.access, name, _record_id(request), version, permanent=permanent
    )
    return empty()


@post(
    "/data/{object:str}/{id:str}/restore",
    operation=Operation(
        id="restoreRecord",
        tag=_TAG,
        summary="Take a record out of the trash",
        parameters=(_IF_MATCH,),
        replies={200: Reply("The record.", RecordAnswer, _ONE, ("ETag",))},
        problems=(412,),
    ),
)
async def restore_record(request: TenantRequest) -> Answer:
    """Take a record out of the trash."""
    version = parse_if_match(request.header(b"if-match"))
    record = await request.platform.records.restore(
        request.tenant, request.access, request.path_params["object"], _record_id(request), version
    )
    return _answer(record)


def _record_id(request: TenantRequest) -> UUID:
    found = request.path_id("id")
    if found is None:
        raise NotFoundException
    return found


def _answer(record: Record) -> Answer:
    return json({"data": record.data}, headers=[etag(record.version)])


ROUTES: Final = (
    list_records,
    query_records,
    create_record,
    read_record,
    update_record,
    delete_record,
    restore_record,
)
