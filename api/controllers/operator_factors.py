"""/setup/me/factors: second factors of the operator, for the operators' admin."""

from litestar import Controller, get, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.openapi.described import problems
from api.operations.operator_factors import OperatorFactors
from api.requests.request import CentralRequest
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.factors import ConfirmedFactorResponse, FactorList, NewFactorResponse
from api.schemas.operator_factors import FactorCode, NewOperatorFactor, OperatorCode
from api.schemas.paths import FactorId
from central.operators.audit import Actor
from central.operators.service import OperatorRef

__all__ = ["OperatorFactorController"]


class OperatorFactorController(Controller):
    """With a factor, an operator signs in to the admin with name, token and code. Programs need the token."""

    path = "/me/factors"
    tags = ("Second factors",)

    @get(
        "/",
        operation_id="listOperatorFactors",
        summary="The operator's second factors",
        response_description="The factors, oldest first, and the number of recovery codes that are left.",
    )
    async def list_factors(
        self, operator: Injected[OperatorRef], operator_factors: Injected[OperatorFactors]
    ) -> FactorList:
        """The operator's second factors."""
        return FactorList.of(await operator_factors.overview(operator))

    @post(
        "/",
        operation_id="addOperatorFactor",
        summary="Add an authenticator app, or replace the recovery codes",
        description=(
            "A factor counts once it is confirmed (`POST /setup/me/factors/{factorId}`) within ten minutes. "
            "An operator who has a factor gives a code of it."
        ),
        response_description="The secret, or the new codes; in this response only.",
        responses=problems(404, 409, 429),
        body_example={"kind": "totp", "name": "Ada's phone"},
    )
    async def add_factor(
        self,
        request: CentralRequest,
        operator: Injected[OperatorRef],
        actor: Injected[Actor],
        operator_factors: Injected[OperatorFactors],
        data: JSONBody[NewOperatorFactor],
    ) -> Json[NewFactorResponse]:
        """Add an authenticator app, or replace the recovery codes."""
        code = None if data.code is UNSET else data.code
        if data.kind == "recovery-codes":
            codes = await operator_factors.replace_codes(operator, actor, code)
            added = NewFactorResponse(kind="recovery-codes", recovery_codes=list(codes))
        else:
            new = await operator_factors.begin_totp(operator, data.name, code, request.address)
            added = NewFactorResponse.of(new)
        return Json(added, headers=[NOT_STORED])

    @post(
        "/{factorId:str}",
        status_code=200,
        operation_id="confirmOperatorFactor",
        summary="Confirm a new factor",
        description="With a code of it. The operator's first factor comes with ten recovery codes.",
        response_description="The factor.",
        responses=problems(404),
        body_example={"code": "123456"},
    )
    async def confirm_factor(
        self,
        actor: Injected[Actor],
        operator_factors: Injected[OperatorFactors],
        factor_id: FactorId,
        data: JSONBody[FactorCode],
    ) -> Json[ConfirmedFactorResponse]:
        """Confirm a new factor."""
        confirmed = await operator_factors.confirm_totp(actor, factor_id, data.code)
        return Json(ConfirmedFactorResponse.of(confirmed), headers=[NOT_STORED])

    @post(
        "/{factorId:str}/remove",
        status_code=204,
        operation_id="removeOperatorFactor",
        summary="Remove a factor",
        description=(
            "With a code of any factor of the operator. Without one, use `freehold operators factors remove`."
        ),
        response_description="The factor was removed.",
        responses=problems(404, 429),
        body_example={"code": "123456"},
    )
    async def remove_factor(
        self,
        operator: Injected[OperatorRef],
        actor: Injected[Actor],
        operator_factors: Injected[OperatorFactors],
        factor_id: FactorId,
        data: JSONBody[OperatorCode],
    ) -> None:
        """Remove a factor."""
        code = None if data.code is UNSET else data.code
        await operator_factors.remove(operator, actor, factor_id, code)
