"""/api/v1/me/factors: the caller's second factors; /api/v1/users/{userId}/factors: those of others."""

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from api.openapi.described import problems
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.factors import (
    ConfirmedFactorResponse,
    FactorList,
    FactorName,
    FactorProof,
    FactorResponse,
    NewFactorRequest,
    NewFactorResponse,
    one_proof,
)
from api.schemas.paths import FactorId, UserId
from tenant_schema.scope import TenantScope
from tenant_schema.users.factors.passkeys import RelyingParty
from tenant_schema.users.factors.service import Factors
from tenant_schema.users.rights.permissions import Access

__all__ = ["FactorController", "UserFactorController"]


class FactorController(Controller):
    """Users add, name and remove their own factors. A session that lacks one may do this and nothing else."""

    path = "/me/factors"
    tags = ("Second factors",)

    @get(
        "/",
        without_factor=True,
        operation_id="listFactors",
        summary="The caller's second factors",
        response_description="The factors, oldest first, and the number of recovery codes that are left.",
    )
    async def list_factors(
        self, tenant: Injected[TenantScope], access: Injected[Access], factors: Injected[Factors]
    ) -> FactorList:
        """The caller's second factors."""
        return FactorList.of(await factors.overview(tenant, access))

    @post(
        "/",
        without_factor=True,
        operation_id="addFactor",
        summary="Add a factor, or replace the recovery codes",
        description=(
            "A factor counts once it is confirmed (`POST /api/v1/me/factors/{factorId}`) within ten minutes. "
            "Needs a sign-in or a confirmation of the last ten minutes, with a second factor if the caller "
            "has one (`POST /api/v1/auth/confirm`)."
        ),
        response_description="What the authenticator needs, or the new codes; in this response only.",
        responses=problems(403, 409),
        body_example={"kind": "totp", "name": "Ada's phone"},
    )
    async def add_factor(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        factors: Injected[Factors],
        relying_party: Injected[RelyingParty],
        data: JSONBody[NewFactorRequest],
    ) -> Json[NewFactorResponse]:
        """Add a factor, or replace the recovery codes."""
        if data.kind == "recovery-codes":
            codes = await factors.replace_codes(tenant, access)
            added = NewFactorResponse(kind="recovery-codes", recovery_codes=list(codes))
        elif data.kind == "passkey":
            added = NewFactorResponse.of(
                await factors.begin_passkey(tenant, access, relying_party, data.name)
            )
        else:
            added = NewFactorResponse.of(await factors.begin_totp(tenant, access, data.name))
        return Json(added, headers=[NOT_STORED])

    @post(
        "/{factorId:str}",
        without_factor=True,
        status_code=200,
        operation_id="confirmFactor",
        summary="Confirm a new factor",
        description=(
            "With a code of the app, or the credential that the browser has created. The caller's first "
            "factor completes the session, and the response has ten recovery codes."
        ),
        response_description="The factor.",
        responses=problems(403),
        body_example={"code": "123456"},
    )
    async def confirm_factor(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        factors: Injected[Factors],
        relying_party: Injected[RelyingParty],
        factor_id: FactorId,
        data: JSONBody[FactorProof],
    ) -> Json[ConfirmedFactorResponse]:
        """Confirm a new factor."""
        code, credential = one_proof(data)
        if credential is not None:
            confirmed = await factors.confirm_passkey(tenant, access, factor_id, relying_party, credential)
        else:
            confirmed = await factors.confirm_totp(tenant, access, factor_id, code)
        return Json(ConfirmedFactorResponse.of(confirmed), headers=[NOT_STORED])

    @patch(
        "/{factorId:str}",
        operation_id="renameFactor",
        summary="Rename a factor",
        response_description="The factor.",
        responses=problems(403),
        body_example={"name": "Ada's phone"},
    )
    async def rename_factor(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        factors: Injected[Factors],
        factor_id: FactorId,
        data: JSONBody[FactorName],
    ) -> FactorResponse:
        """Rename a factor."""
        return FactorResponse.of(await factors.rename(tenant, access, factor_id, data.name))

    @delete(
        "/{factorId:str}",
        operation_id="removeFactor",
        summary="Remove a factor",
        description=(
            "With the last one the recovery codes are removed. The last one of a user whose role requires a "
            "factor stays (409). Needs a confirmation like adding one."
        ),
        response_description="The factor was removed.",
        responses=problems(403, 409),
    )
    async def remove_factor(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        factors: Injected[Factors],
        factor_id: FactorId,
    ) -> None:
        """Remove a factor."""
        await factors.remove(tenant, access, factor_id)


class UserFactorController(Controller):
    """Who may manage users takes factors away, for instance after a phone was lost."""

    path = "/users/{userId:str}/factors"
    tags = ("Second factors",)

    @get(
        "/",
        operation_id="listUserFactors",
        summary="The second factors of a user",
        response_description="The factors, oldest first, and the number of recovery codes that are left.",
    )
    async def list_user_factors(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        factors: Injected[Factors],
        user_id: UserId,
    ) -> FactorList:
        """The second factors of a user."""
        return FactorList.of(await factors.overview(tenant, access, user_id))

    @delete(
        "/",
        operation_id="removeUserFactors",
        summary="Remove all second factors of a user",
        description="Recovery codes included. The user gets a mail. Needs a confirmation of the caller.",
        response_description="The factors were removed.",
        responses=problems(409),
    )
    async def remove_user_factors(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        factors: Injected[Factors],
        user_id: UserId,
    ) -> None:
        """Remove all second factors of a user."""
        await factors.remove_of(tenant, access, user_id)

    @delete(
        "/{factorId:str}",
        operation_id="removeUserFactor",
        summary="Remove a second factor of a user",
        description="The user gets a mail. Needs a confirmation of the caller.",
        response_description="The factor was removed.",
        responses=problems(409),
    )
    async def remove_user_factor(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        factors: Injected[Factors],
        user_id: UserId,
        factor_id: FactorId,
    ) -> None:
        """Remove a second factor of a user."""
        await factors.remove_of(tenant, access, user_id, factor_id)
