"""/setup/plans: what tenants may use."""

from typing import Annotated

from litestar import Controller, delete, get, put
from litestar.params import JSONBody

from api.composition import Platform
from api.openapi.described import problems
from api.operations.plan_acts import PlanActs, plan_faults
from api.requests.bodies import Check
from api.requests.request import ApiRequest
from api.requests.sources import CheckedBy, Injected
from api.schemas.paths import PlanName
from api.schemas.plans import TenantPlanBody, TenantPlanList, TenantPlanResponse
from api.schemas.tenants import Deleted
from central.operators.audit import Actor

__all__ = ["PlanController"]


def _faults(_request: ApiRequest) -> Check:
    return plan_faults


class PlanController(Controller):
    """The plans of the installation."""

    path = "/plans"
    tags = ("Plans and usage",)

    @get(
        "/",
        operation_id="listPlans",
        summary="All plans, by name",
        response_description="The plans.",
    )
    async def list_plans(self, platform: Injected[Platform]) -> TenantPlanList:
        """All plans."""
        return TenantPlanList(data=[TenantPlanResponse.of(*one) for one in await platform.plans.all()])

    @get(
        "/{plan:str}",
        operation_id="readPlan",
        summary="One plan",
        response_description="The plan.",
        responses=problems(404),
    )
    async def read_plan(self, platform: Injected[Platform], plan: PlanName) -> TenantPlanResponse:
        """One plan."""
        return TenantPlanResponse.of(*await platform.plans.get(plan))

    @put(
        "/{plan:str}",
        operation_id="putPlan",
        summary="Create a plan, or replace its limits",
        description=(
            "The limits apply to the tenants of the plan within half a second, in all processes. A tenant "
            "that uses more than the plan allows loses nothing: what would add to it is refused."
        ),
        response_description="The plan.",
        body_example={"requestsPerSecond": 50, "burst": 100, "rows": 100_000, "users": 25},
    )
    async def put_plan(
        self,
        platform: Injected[Platform],
        actor: Injected[Actor],
        plan: PlanName,
        data: JSONBody[Annotated[TenantPlanBody, CheckedBy(_faults)]],
    ) -> TenantPlanResponse:
        """Create a plan, or replace its limits."""
        acts = PlanActs(platform.plans, platform.registry, actor)
        return TenantPlanResponse.of(*await acts.put(data.limits(plan)))

    @delete(
        "/{plan:str}",
        status_code=200,
        operation_id="deletePlan",
        summary="Delete a plan that no tenant has",
        response_description="It is gone.",
        responses=problems(404, 409),
        example={"success": True},
    )
    async def delete_plan(
        self, platform: Injected[Platform], actor: Injected[Actor], plan: PlanName
    ) -> Deleted:
        """Delete a plan that no tenant has."""
        await PlanActs(platform.plans, platform.registry, actor).delete(plan)
        return Deleted(success=True)
