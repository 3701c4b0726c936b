"""/api/v1/auth/oidc: signing in through an identity provider."""

from functools import partial
from typing import Final

from litestar import Controller, get

from api.controllers.identity_providers import callback_uri
from api.errors import InvalidQuery
from api.openapi.described import LOCATION, problems
from api.requests.cookies import arrival_of, cookie_header, cookie_name, cookies_named, keep_session
from api.requests.guards import admits_anyone
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query, QueryPairs, grammar
from api.responses import NOT_STORED, Prepared, RawHeader, RawResponse
from api.schemas.identity_providers import CallbackQuery, StartQuery
from api.schemas.paths import IdentityProviderName
from tenant_schema.problems import Problem
from tenant_schema.scope import TenantScope
from tenant_schema.users.identity_providers.challenges import LIFETIME
from tenant_schema.users.identity_providers.return_to import is_own_path
from tenant_schema.users.identity_providers.single_sign_on import Returned, SingleSignOn

__all__ = ["SingleSignOnController"]

_BROWSER: Final = "freehold-sso"
_PARAMETERS: Final = ("state", "code", "error", "iss")


class SingleSignOnController(Controller):
    """The browser is sent to the provider, and comes back with a code that is exchanged for an id token."""

    path = "/auth/oidc"
    tags = ("Single sign-on",)

    @get(
        "/{provider:str}/start",
        before_request=admits_anyone,
        status_code=302,
        operation_id="startSingleSignOn",
        summary="Send the browser to an identity provider",
        description=(
            "For browsers: a link or a button leads here. If the provider cannot be reached, the browser is "
            "sent to `/login?error=provider-unavailable`."
        ),
        response_description="The address of the provider.",
        response_headers=[LOCATION],
        responses=problems(404, 429),
        dependencies={"params": Query(StartQuery)},
    )
    async def start_single_sign_on(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        single_sign_on: Injected[SingleSignOn],
        provider: IdentityProviderName,
        params: Injected[StartQuery],
    ) -> Prepared[None]:
        """Send the browser to an identity provider."""
        if not is_own_path(params.return_to):
            message = "Must be a path on this host, such as /deals?view=open."
            raise InvalidQuery([Problem("returnTo", "invalid-path", message)])
        started = await single_sign_on.start(
            tenant,
            provider,
            return_to=params.return_to,
            redirect_uri=partial(callback_uri, request),
            browser=_browser(request),
            address=request.address,
        )
        attributes = f"Max-Age={int(LIFETIME.total_seconds())}; SameSite=Lax; HttpOnly"
        cookie = cookie_header(request, cookie_name(request, _BROWSER), started.browser, attributes)
        return _redirect(started.location, [cookie])

    @get(
        "/{provider:str}/callback",
        before_request=admits_anyone,
        status_code=302,
        operation_id="finishSingleSignOn",
        summary="Take the browser back from an identity provider",
        description=(
            "The redirect URI to register at the provider. A sign-in that succeeds sets the cookie of a "
            "session and leads to `returnTo`; one that does not leads to `/login?error=<code>`: "
            "`state-invalid` (too late, used, or begun in another browser), `access-denied`, "
            "`provider-error`, `provider-unavailable`, `token-invalid`, `email-missing`, `email-unverified`, "
            "`no-account` or `account-inactive`."
        ),
        response_description="A path on this host.",
        response_headers=[LOCATION],
        responses=problems(429),
        dependencies={"pairs": grammar(CallbackQuery)},
    )
    async def finish_single_sign_on(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        single_sign_on: Injected[SingleSignOn],
        provider: IdentityProviderName,
        pairs: Injected[QueryPairs],
    ) -> Prepared[None]:
        """Take the browser back from an identity provider."""
        finished = await single_sign_on.finish(
            tenant, provider, _returned(pairs), _browser(request), arrival_of(request)
        )
        cookies = [] if finished.session is None else keep_session(request, finished.session)
        return _redirect(finished.location, cookies)


def _returned(pairs: QueryPairs) -> Returned:
    """Return the parameters. One that is repeated is invalid (RFC 6749, section 3.1), and so is ''."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in _PARAMETERS:
            found[name] = "" if name in found else value
    return Returned(**found)


def _browser(request: TenantRequest) -> str:
    values = cookies_named(request, cookie_name(request, _BROWSER))
    return values[0] if len(values) == 1 else ""


def _redirect(location: str, cookies: list[RawHeader]) -> Prepared[None]:
    headers = [(b"location", location.encode("ascii")), NOT_STORED, (b"referrer-policy", b"no-referrer")]
    return Prepared(RawResponse(302, [*headers, (b"content-length", b"0"), *cookies]))
