"""/api/v1/objects/drift: differences between the tables and the definitions, and their repair."""

from litestar import Controller, get, post

from api.openapi.described import problems
from api.requests.sources import Injected
from api.schemas.objects import DriftItem, DriftResponse, RepairResponse
from tenant_schema.objects.service import SchemaService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["DriftController"]


class DriftController(Controller):
    """Users who may manage objects compare the tables with the definitions, and repair them."""

    path = "/objects/drift"
    tags = ("Objects",)

    @get(
        "/",
        operation_id="readDrift",
        summary="The differences between the tables and the definitions",
        description="There are none unless tables were changed by hand.",
        response_description="Every difference.",
        responses=problems(409),
        example={"data": []},
    )
    async def read_drift(self, access: Injected[Access], objects: Injected[SchemaService]) -> DriftResponse:
        """Every difference between the tables and the definitions."""
        return DriftResponse([DriftItem.of(one) for one in await objects.drift(access)])

    @post(
        "/",
        status_code=200,
        operation_id="repairDrift",
        summary="Complete interrupted changes, and change the tables to match the definitions",
        description="Only differences that can be repaired without losing data are repaired.",
        response_description="What was repaired, and what remains.",
        responses=problems(409),
        example={"recovered": [], "repaired": [], "remaining": []},
    )
    async def repair_drift(
        self, tenant: Injected[TenantScope], access: Injected[Access], objects: Injected[SchemaService]
    ) -> RepairResponse:
        """Change the tables to match the definitions."""
        recovered, repaired, remaining = await objects.repair(tenant, access)
        return RepairResponse(
            recovered, [DriftItem.of(one) for one in repaired], [DriftItem.of(one) for one in remaining]
        )
