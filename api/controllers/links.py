"""/api/v1/auth: one-time links, forgotten passwords, and the ways to sign in."""

from litestar import Controller, get, post
from litestar.params import JSONBody

from api.one_time_links import TenantLinks
from api.openapi.described import problems
from api.requests.guards import admits_anyone
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.auth import UserResponse
from api.schemas.links import (
    EmailAddress,
    LinkToken,
    MailsSent,
    OneTimeLinkResponse,
    Provider,
    SignInOptions,
)
from api.schemas.users import PasswordChoice
from tenant_schema.scope import TenantScope
from tenant_schema.users.account.forgotten import ForgottenPasswords
from tenant_schema.users.links.service import Invitations
from tenant_schema.users.sign_in.options import sign_in_ways

__all__ = ["LinkController"]


class LinkController(Controller):
    """What a sign-in page needs before anybody is signed in."""

    path = "/auth"
    tags = ("Signing in",)
    before_request = staticmethod(admits_anyone)

    @get(
        "/options",
        operation_id="readSignInOptions",
        summary="The ways to sign in, for a sign-in page",
        response_description="The ways to sign in.",
        example={
            "password": True,
            "passkeys": True,
            "providers": [{"id": "example", "label": "Example"}],
            "forgot": True,
        },
    )
    async def read_options(self, links: Injected[TenantLinks]) -> SignInOptions:
        """The ways to sign in."""
        ways = await sign_in_ways()
        return SignInOptions(
            password=ways.passwords,
            passkeys=True,
            providers=[Provider(id=one.name, label=one.label) for one in ways.providers],
            forgot=ways.passwords and links.delivery != "none",
        )

    @post(
        "/forgot",
        status_code=202,
        operation_id="forgotPassword",
        summary="Request a link for a new password by mail",
        description=(
            "The response, and the time that it takes, are the same for every address. If an active user "
            "with a password has it, a link is mailed that works once, for an hour. Further requests for one "
            "address, and from one client, are ignored for a while."
        ),
        response_description="The request was accepted.",
        body_example={"email": "ada@acme.example"},
    )
    async def forgot_password(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        links: Injected[TenantLinks],
        forgotten: Injected[ForgottenPasswords],
        data: JSONBody[EmailAddress],
    ) -> MailsSent:
        """Request a link for a new password."""
        await forgotten.request(tenant, data.email, request.address)
        return MailsSent(delivery=links.delivery)

    @post(
        "/link",
        status_code=200,
        operation_id="readLink",
        summary="What a one-time link is for",
        description="Does not use the link up. The token is in the body, so that no log has it.",
        response_description="The purpose of the link, and its user.",
        body_example={"token": "fhl_…"},
    )
    async def read_link(
        self, invitations: Injected[Invitations], data: JSONBody[LinkToken]
    ) -> Json[OneTimeLinkResponse]:
        """What a one-time link is for."""
        found = await invitations.find(data.token)
        return Json(OneTimeLinkResponse.of(found), headers=[NOT_STORED])

    @post(
        "/accept",
        status_code=200,
        operation_id="acceptLink",
        summary="Choose a password with a one-time link",
        description=(
            "For invitations and password resets. Ends all sessions of the user. Sign in with the new "
            "password afterwards."
        ),
        response_description="The user.",
        body_example={"token": "fhl_…", "password": "correct horse battery"},
    )
    async def accept_link(
        self,
        tenant: Injected[TenantScope],
        invitations: Injected[Invitations],
        data: JSONBody[PasswordChoice],
    ) -> Json[UserResponse]:
        """Choose a password with a one-time link."""
        user = await invitations.accept(tenant, data.token, data.password, data.name)
        return Json(UserResponse.of(user), headers=[NOT_STORED])

    @post(
        "/confirm-email",
        status_code=200,
        operation_id="confirmEmail",
        summary="Confirm a new e-mail address with a one-time link",
        description="The user signs in with the new address from then on. Both addresses get a notice.",
        response_description="The user.",
        responses=problems(409),
        body_example={"token": "fhl_…"},
    )
    async def confirm_email(
        self, tenant: Injected[TenantScope], invitations: Injected[Invitations], data: JSONBody[LinkToken]
    ) -> Json[UserResponse]:
        """Confirm a new e-mail address."""
        user = await invitations.confirm_email(tenant, data.token)
        return Json(UserResponse.of(user), headers=[NOT_STORED])
