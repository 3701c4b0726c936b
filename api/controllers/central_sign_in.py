"""/sign-in and /find on a central host: one place to begin for the users of all tenants."""

from litestar import Controller, post
from litestar.params import JSONBody

from api.composition import Platform
from api.openapi.described import problems
from api.requests.guards import admits_own_pages
from api.requests.request import CentralRequest
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.central_sign_in import FindRequest, Found, FoundTenant, SignInRequest
from api.schemas.links import MailsSent
from tenant_schema.users.audit.write import Origin

__all__ = ["CentralSignInController"]


class CentralSignInController(Controller):
    """Users who know their password, but not where their tenant is."""

    path = "/"
    tags = ("Signing in",)

    @post(
        "/sign-in",
        before_request=admits_own_pages,
        status_code=200,
        operation_id="signIn",
        summary="Sign in without knowing the tenant's host name",
        description=(
            "The password is tried in the tenants in which the address has an account, at most 20. Each in "
            "which it is right is in the response, with a ticket: for one session, within 60 seconds, on the "
            "tenant's own host. Tenants that require a second factor ask for it there. An unknown address "
            "and a wrong password have the same response after the same time. After repeated failures the "
            "account and the client's address have to wait (429, with Retry-After), in all tenants together. "
            "A request from another origin's page is 403 `cross-site`."
        ),
        response_description="The tenants.",
        responses=problems(401, 403, 429),
        body_example={"email": "ada@acme.example", "password": "correct horse battery"},
        example={
            "tenants": [
                {
                    "name": "Acme Corporation",
                    "slug": "acme",
                    "url": "https://acme.example.com",
                    "ticketUrl": "https://acme.example.com/login#ticket=fht_…",
                }
            ]
        },
    )
    async def sign_in(
        self, request: CentralRequest, platform: Injected[Platform], data: JSONBody[SignInRequest]
    ) -> Json[Found]:
        """Sign in without knowing the tenant's host name."""
        origin = Origin(request.context.id, request.address)
        found = await platform.central_sign_in.sign_in(data.email, data.password, origin)
        tenants = [
            FoundTenant.of(one.tenant, platform.settings.url_of(one.tenant.primary_domain), one.ticket)
            for one in found
        ]
        return Json(Found(tenants=tenants), headers=[NOT_STORED])

    @post(
        "/find",
        before_request=admits_own_pages,
        status_code=202,
        operation_id="findTenants",
        summary="Get one's tenants by mail",
        description=(
            "Sends a mail with the tenants in which the address has an account. The response is the same "
            "whether it has one or not, and whether the mail is sent or not: after several requests for an "
            "address, or from one client, none is sent for a while. `delivery` is `none` if this "
            "installation has no mail server."
        ),
        response_description="The request was received.",
        responses=problems(403),
        body_example={"email": "ada@acme.example"},
        example={"delivery": "mail"},
    )
    async def find(
        self, request: CentralRequest, platform: Injected[Platform], data: JSONBody[FindRequest]
    ) -> MailsSent:
        """Get one's tenants by mail."""
        await platform.find_tenants.request(data.email, request.address)
        return MailsSent(delivery=platform.settings.mail_delivery)
