"""/api/v1/objects/drift: whether the tables are what the definitions say, and making them so."""

from typing import Final

from litestar import get, post

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse, json
from api.schemas.objects import DriftAnswer, DriftItem, RepairAnswer

__all__ = ["ROUTES", "read_drift", "repair_drift"]

_TAG: Final = "Objects"


@get(
    "/objects/drift",
    operation=Operation(
        id="readDrift",
        tag=_TAG,
        summary="Where the tables are not what the definitions say",
        description="There is nothing to see unless somebody has changed tables by hand.",
        replies={200: Reply("Every difference.", DriftAnswer, {"data": []})},
        problems=(409,),
    ),
)
async def read_drift(request: TenantRequest) -> RawResponse:
    """Every difference."""
    found = await request.platform.schema.drift(request.access)
    return json(DriftAnswer([DriftItem.of(one) for one in found]))


@post(
    "/objects/drift",
    status_code=200,
    operation=Operation(
        id="repairDrift",
        tag=_TAG,
        summary="Finish what was cut short, and make tables what the definitions say",
        description="Only what can be done without losing data is done.",
        replies={
            200: Reply("What was done.", RepairAnswer, {"recovered": [], "repaired": [], "remaining": []})
        },
        problems=(409,),
    ),
)
async def repair_drift(request: TenantRequest) -> RawResponse:
    """Make the tables what the definitions say."""
    recovered, repaired, remaining = await request.platform.schema.repair(request.tenant, request.access)
    answer = RepairAnswer(
        recovered, [DriftItem.of(one) for one in repaired], [DriftItem.of(one) for one in remaining]
    )
    return json(answer)


ROUTES = (read_drift, repair_drift)
