"""Many records at once."""

from typing import Final

from litestar import post

from api.openapi.operation import Operation, Reply
from api.problems.table import field_problem
from api.requests.request import TenantRequest
from api.responses import Answer, json
from api.schemas.bulk import BulkAnswer, BulkRequest
from tenant_schema.records.writing.bulk import Item

__all__ = ["ROUTES", "write_records"]

_EXAMPLE: Final = {
    "op": "update",
    "records": [
        {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "version": 1, "industry": "finance"},
        {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e12", "industry": "finance"},
    ],
}
_RESULTS: Final = {
    "ok": 1,
    "failed": 1,
    "results": [
        {"id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "status": 200, "version": 2},
        {
            "id": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e12",
            "status": 404,
            "errors": [{"field": "id", "code": "record-not-found", "message": "There is no such record."}],
        },
    ],
}


@post(
    "/data/{object:str}/bulk",
    status_code=200,
    operation=Operation(
        id="writeRecords",
        tag="Records",
        summary="Create, update or delete up to 1,000 records",
        description=(
            "Each record on its own, with results by position: `status` is what a request for that record "
            "alone would have been answered. With `atomic`, all of them or none: if one is refused nothing "
            "is done, and the 422 names it by its position. For an update each record has its `id` beside "
            "what it changes, for a delete the `id` alone; a `version` beside it demands that the record be "
            "at that version (412 otherwise). Of each record that is refused one problem at least is "
            "reported, and 50 more of all of them; `errorsLeftOut` counts the others of a record."
        ),
        body=BulkRequest,
        body_example=_EXAMPLE,
        replies={200: Reply("What became of each record.", BulkAnswer, _RESULTS)},
        problems=(409,),
    ),
)
async def write_records(request: TenantRequest) -> Answer:
    """Do the same to many records."""
    given = await request.read(BulkRequest)
    items = await request.platform.records.bulk(
        request.tenant,
        request.access,
        request.path_params["object"],
        given.op,
        given.records,
        atomic=given.atomic,
    )
    failed = sum(bool(item.problems) for item in items)
    return json({"ok": len(items) - failed, "failed": failed, "results": [_result(item) for item in items]})


def _result(item: Item) -> dict[str, object]:
    if not item.problems:
        return {"id": item.id, "status": item.status, "version": item.version}
    errors = [field_problem(one) for one in item.problems]
    left_out = {"errorsLeftOut": item.left_out} if item.left_out else {}
    return {"id": item.id, "status": item.status, "errors": errors, **left_out}


ROUTES: Final = (write_records,)
