"""/api/v1/support: requests of operators for support access, and the access in force."""

from litestar import Controller, get, post

from api.openapi.described import problems
from api.operations.support_decisions import SupportDecisions
from api.requests.sources import Injected, Query
from api.schemas.paths import SupportGrantId
from api.schemas.support import SupportPage, SupportQuery, SupportResponse

__all__ = ["SupportController"]


class SupportController(Controller):
    """Administrators decide about requests for support access. `users:manage` is required."""

    path = "/support"
    tags = ("Support access",)

    @get(
        "/",
        operation_id="listSupport",
        summary="Requests for support access, newest first",
        description="Those in the state `granted` are operators who may be in the tenant now.",
        response_description="A page.",
        dependencies={"params": Query(SupportQuery)},
    )
    async def list_support(
        self, support: Injected[SupportDecisions], params: Injected[SupportQuery]
    ) -> SupportPage:
        """A page of requests."""
        return SupportPage.of(await support.page(params.limit, params.start))

    @post(
        "/{grantId:str}/grant",
        status_code=200,
        operation_id="grantSupport",
        summary="Let the operator in",
        description=(
            "The minutes of the request begin now. The operator may do what the role `administrator` may, "
            "except change users, roles, keys, sessions and how somebody signs in. Every request of theirs "
            "is in the audit trail. An API key cannot grant it (403 `key-not-enough`)."
        ),
        response_description="The request as it is now.",
        responses=problems(409),
    )
    async def grant_support(
        self, support: Injected[SupportDecisions], grant_id: SupportGrantId
    ) -> SupportResponse:
        """Let the operator in."""
        return SupportResponse.of(await support.grant(grant_id))

    @post(
        "/{grantId:str}/refuse",
        status_code=200,
        operation_id="refuseSupport",
        summary="Refuse a request",
        response_description="The request as it is now.",
        responses=problems(409),
    )
    async def refuse_support(
        self, support: Injected[SupportDecisions], grant_id: SupportGrantId
    ) -> SupportResponse:
        """Refuse a request."""
        return SupportResponse.of(await support.refuse(grant_id))

    @post(
        "/{grantId:str}/end",
        status_code=200,
        operation_id="endSupport",
        summary="End support access",
        description="The operator's sessions end at once.",
        response_description="The request as it is now.",
        responses=problems(409),
    )
    async def end_support(
        self, support: Injected[SupportDecisions], grant_id: SupportGrantId
    ) -> SupportResponse:
        """End support access."""
        return SupportResponse.of(await support.end(grant_id))
