"""Records of every object, one by one: create, read, change, delete, restore."""

from typing import Final
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.exceptions import NotFoundException

from api.openapi.operation import Operation, Parameter, Reply
from api.requests.etags import digest_tag, etag, parse_if_match
from api.requests.request import TenantRequest
from api.responses import Answer, RawHeader, empty, encoded, json_bytes
from api.routes.records.lists import EXPAND, FIELDS
from api.schemas.records import RECORD_EXAMPLE, DeleteQuery, RecordAnswer
from tenant_schema.records.record import Record

__all__ = [
    "IF_MATCH",
    "ONE_RECORD",
    "RECORD_BODY",
    "ROUTES",
    "create_record",
    "delete_record",
    "read_record",
    "record_answer",
    "restore_record",
    "update_record",
]

_TAG = "Records"
RECORD_BODY: Final = {
    "type": "object",
    "description": "Field names to values. Decimals are text, times RFC 3339, lookups the other record's id.",
    "additionalProperties": True,
}
_BODY_EXAMPLE: Final = {"name": "Globex", "industry": "technology", "annual_revenue": "2500000"}
ONE_RECORD: Final = {"data": RECORD_EXAMPLE}
IF_MATCH: Final = Parameter(
    name="If-Match",
    where="header",
    description=(
        'Do it only to this version, as its ETag gave it: `"7"`; or to one of several, separated by commas. '
        "If it is at another one: 412. Weak tags match none."
    ),
    schema={"type": "string"},
    more={"examples": {"version": {"value": '"7"'}, "several": {"value": '"6", "7"'}, "any": {"value": "*"}}},
)


@post(
    "/data/{object:str}",
    operation=Operation(
        id="createRecord",
        tag=_TAG,
        summary="Make a record",
        description="The caller becomes its owner unless the body says otherwise.",
        body=RECORD_BODY,
        body_example=_BODY_EXAMPLE,
        replies={201: Reply("The record.", RecordAnswer, ONE_RECORD, ("Location", "ETag"))},
        problems=(409,),
    ),
)
async def create_record(request: TenantRequest) -> Answer:
    """Make a record."""
    name = request.path_params["object"]
    body = await request.read_object()
    record = await request.platform.records.create(request.tenant, request.access, name, body)
    location = (b"location", f"/api/v1/data/{name}/{record.data['id']}".encode())
    return record_answer(record, 201, location)


@get(
    "/data/{object:str}/{id:str}",
    operation=Operation(
        id="readRecord",
        tag=_TAG,
        summary="One record",
        parameters=(FIELDS, EXPAND),
        replies={200: Reply("The record.", RecordAnswer, ONE_RECORD)},
        conditional=True,
    ),
)
async def read_record(request: TenantRequest) -> Answer:
    """One record."""
    record = await request.platform.records.read(
        request.tenant, request.access, request.path_params["object"], _record_id(request), request.pairs()
    )
    body = encoded({"data": record.data})
    is_plain = record.is_whole and not request.scope["query_string"]
    tag = etag(record.version) if is_plain else digest_tag(body, record.version)
    return request.unchanged(tag) or json_bytes(body, headers=[tag])


@patch(
    "/data/{object:str}/{id:str}",
    operation=Operation(
        id="updateRecord",
        tag=_TAG,
        summary="Change some fields of a record",
        parameters=(IF_MATCH,),
        body=RECORD_BODY,
        body_example={"phone": "+31 20 123 4567"},
        replies={200: Reply("The record as it is now.", RecordAnswer, ONE_RECORD, ("ETag",))},
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
    return record_answer(record)


@delete(
    "/data/{object:str}/{id:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="deleteRecord",
        tag=_TAG,
        summary="Put a record into the trash, or destroy it",
        description=(
            "What refers to it by a lookup with `cascade` goes along; what refers to it by `restrict` is in "
            "the way (409, with its objects and fields). Lookups with `set_null` are emptied when it is "
            "destroyed, and of its history no values stay then."
        ),
        parameters=(IF_MATCH,),
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
        description="With what went there with it.",
        parameters=(IF_MATCH,),
        replies={200: Reply("The record.", RecordAnswer, ONE_RECORD, ("ETag",))},
        problems=(409, 412),
    ),
)
async def restore_record(request: TenantRequest) -> Answer:
    """Take a record out of the trash."""
    version = parse_if_match(request.header(b"if-match"))
    record = await request.platform.records.restore(
        request.tenant, request.access, request.path_params["object"], _record_id(request), version
    )
    return record_answer(record)


def _record_id(request: TenantRequest) -> UUID:
    found = request.path_id("id")
    if found is None:
        raise NotFoundException
    return found


def record_answer(record: Record, status: int = 200, *more: RawHeader) -> Answer:
    """A record that was written. When the caller may not read all of it, its tag has a digest, so that it is
    told from the whole record at the same version.
    """
    body = encoded({"data": record.data})
    tag = etag(record.version) if record.is_whole else digest_tag(body, record.version)
    return json_bytes(body, status, headers=[tag, *more])


ROUTES: Final = (
    create_record,
    read_record,
    update_record,
    delete_record,
    restore_record,
)
