"""Records by a unique field, and what became of a record."""

from typing import Final
from urllib.parse import unquote

from litestar import get, put
from litestar.exceptions import NotFoundException

from api.openapi.operation import Operation, Parameter, Reply
from api.requests.etags import parse_if_match, parse_if_none_match
from api.requests.request import TenantRequest
from api.responses import Answer, json
from api.routes.records.records import IF_MATCH, ONE_RECORD, RECORD_BODY, record_answer
from api.schemas.records import HistoryPage, HistoryQuery, RecordAnswer

__all__ = ["ROUTES", "put_record", "read_history"]

_TAG = "Records"
_IF_NONE_MATCH: Final = Parameter(
    name="If-None-Match",
    where="header",
    description="`*`: only make the record; 412 if it is there.",
    schema={"type": "string", "enum": ["*"]},
)
_ADA: Final = {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e00", "name": "Ada"}
_HISTORY: Final = {
    "data": [
        {
            "version": 2,
            "action": "update",
            "at": "2026-02-28T12:31:00.250000Z",
            "by": _ADA,
            "changes": [{"field": "industry", "from": "technology", "to": "finance"}],
        },
        {
            "version": 1,
            "action": "create",
            "at": "2026-02-28T12:30:00.250000Z",
            "by": _ADA,
            "changes": [],
        },
    ],
    "page": {"next": None, "prev": None},
}


@get(
    "/data/{object:str}/{id:str}/history",
    operation=Operation(
        id="readRecordHistory",
        tag=_TAG,
        summary="Who changed what in a record, newest first",
        description=(
            "Who may read a record may read its history, in the trash as well. Of a destroyed record "
            "nothing is left but that it was destroyed, when and by whom."
        ),
        query=HistoryQuery,
        replies={200: Reply("A page of changes.", HistoryPage, _HISTORY)},
    ),
)
async def read_history(request: TenantRequest) -> Answer:
    """What became of a record."""
    record_id = request.path_id("id")
    if record_id is None:
        raise NotFoundException
    query = request.query_as(HistoryQuery)
    page = await request.platform.records.history(
        request.tenant, request.access, request.path_params["object"], record_id, query.limit, query.cursor
    )
    return json({"data": page.data, "page": {"next": page.next, "prev": page.prev}})


@put(
    "/data/{object:str}/by/{uniqueField:str}/{value:path}",
    operation=Operation(
        id="putRecord",
        tag=_TAG,
        summary="Make or change the record that has this value in a unique field",
        description=(
            "For those who may create and update. Two who do it at once make one record. The body need not "
            "name the field; if it does, it says the same as the address. `If-Match` only changes, and only "
            "that version; `If-None-Match: *` only makes."
        ),
        parameters=(IF_MATCH, _IF_NONE_MATCH),
        body=RECORD_BODY,
        body_example={"first_name": "Ada", "last_name": "Lovelace"},
        replies={
            200: Reply("It was there, and is like this now.", RecordAnswer, ONE_RECORD, ("ETag",)),
            201: Reply("It was made.", RecordAnswer, ONE_RECORD, ("Location", "ETag")),
        },
        problems=(409, 412),
    ),
)
async def put_record(request: TenantRequest) -> Answer:
    """Make or change the record that has this value in a unique field."""
    name = request.path_params["object"]
    if_match = parse_if_match(request.header(b"if-match"))
    only_new = parse_if_none_match(request.header(b"if-none-match"))
    record, is_new = await request.platform.records.put(
        request.tenant,
        request.access,
        name,
        (request.path_params["uniqueField"], _last_part(request)),
        await request.read_object(),
        if_match=if_match,
        only_new=only_new,
    )
    if not is_new:
        return record_answer(record)
    location = (b"location", f"/api/v1/data/{name}/{record.data['id']}".encode())
    return record_answer(record, 201, location)


def _last_part(request: TenantRequest) -> str:
    """What the client put behind the name of the field, slashes and all: ``https%3A%2F%2Fb.example`` is one
    value, and the path is decoded before it is split.
    """
    path = request.scope["raw_path"].partition(b"?")[0].decode("ascii", "surrogateescape")
    encoded = path.partition("/data/")[2].split("/", 3)[3]  # object, by, field, value
    return unquote(encoded, errors="replace")


ROUTES: Final = (put_record, read_history)
