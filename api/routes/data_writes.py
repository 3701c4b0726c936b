"""What became of a record."""

from typing import Final

from litestar import get
from litestar.exceptions import NotFoundException

from api.answers import Answer, json
from api.openapi.operation import Operation, Reply
from api.requests import TenantRequest
from api.schemas.records import HistoryPage, HistoryQuery

__all__ = ["ROUTES", "read_history"]

_TAG = "Records"
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


ROUTES: Final = (read_history,)
