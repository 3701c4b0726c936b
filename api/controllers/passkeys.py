"""/api/v1/auth/passkeys: signing in with a passkey; /api/v1/auth/confirm: authenticating again."""

from typing import cast

from litestar import Controller, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.openapi.described import problems
from api.requests.cookies import arrival_of, keep_session
from api.requests.guards import admits_own_pages
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.browser_sessions import SessionState
from api.schemas.factors import (
    PasskeyBegin,
    PasskeyFinish,
    PasskeyOptions,
    SessionConfirmation,
    one_confirmation,
)
from tenant_schema.scope import TenantScope
from tenant_schema.users.factors.passkeys import RelyingParty
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in.confirmation import Confirmation
from tenant_schema.users.sign_in.passkeys import Passkeys

__all__ = ["PasskeyController"]


class PasskeyController(Controller):
    """A passkey signs in instead of a password, or is the second factor after one."""

    path = "/auth"
    tags = ("Signing in",)

    @post(
        "/passkeys/begin",
        before_request=admits_own_pages,
        status_code=200,
        operation_id="beginPasskey",
        summary="Ask for a passkey",
        description=(
            "Without `challenge`, the passkey replaces the password, and the authenticator must verify the "
            "user. With the `challenge` of a `factor-required`, it is the second factor after the password. "
            "Give the options to `navigator.credentials.get()`. The challenge is good once, for five minutes."
        ),
        response_description="The request for the authenticator.",
        responses=problems(401),
        body_example={},
    )
    async def begin_passkey(
        self,
        tenant: Injected[TenantScope],
        passkeys: Injected[Passkeys],
        relying_party: Injected[RelyingParty],
        data: JSONBody[PasskeyBegin],
    ) -> Json[PasskeyOptions]:
        """Ask for a passkey."""
        challenge = None if data.challenge is UNSET else data.challenge
        found = await passkeys.begin(tenant, relying_party, challenge)
        return Json(PasskeyOptions.of(found), headers=[NOT_STORED])

    @post(
        "/passkeys/finish",
        before_request=admits_own_pages,
        status_code=200,
        operation_id="finishPasskey",
        summary="Sign in with a passkey",
        description="Starts a session of the browser, as `POST /api/v1/auth/session` does.",
        response_description="The session; its cookie is in the headers.",
        responses=problems(401),
    )
    async def finish_passkey(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        passkeys: Injected[Passkeys],
        relying_party: Injected[RelyingParty],
        data: JSONBody[PasskeyFinish],
    ) -> Json[SessionState]:
        """Sign in with a passkey."""
        arrival = arrival_of(request)
        session = await passkeys.sign_in(tenant, relying_party, data.challenge, data.credential, arrival)
        state = SessionState.of(session.user, session.expires_at)
        return Json(state, headers=[NOT_STORED, *keep_session(request, session)])

    @post(
        "/confirm",
        without_factor=True,
        status_code=204,
        operation_id="confirmSession",
        summary="Authenticate again in this session",
        description=(
            "With the password, a code, or a passkey. Changes of factors need a confirmation of the last ten "
            "minutes. A code or a passkey also completes a session that lacks a second factor."
        ),
        response_description="The session is confirmed.",
        responses=problems(401, 403, 429),
        body_example={"code": "123456"},
    )
    async def confirm_session(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        confirmation: Injected[Confirmation],
        relying_party: Injected[RelyingParty],
        data: JSONBody[SessionConfirmation],
    ) -> None:
        """Authenticate again in this session."""
        given = one_confirmation(data)
        if given == "password":
            password = cast("str", data.password)
            await confirmation.with_password(tenant, access, password, request.address)
        elif given == "code":
            await confirmation.with_code(tenant, access, cast("str", data.code), request.address)
        else:
            challenge, credential = cast("str", data.challenge), cast("dict[str, object]", data.credential)
            await confirmation.with_passkey(tenant, access, relying_party, challenge, credential)
