"""SingleSignOn: the two requests of a sign-in through a provider, each as a list of steps."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Subject, record_if_possible
from tenant_schema.users.errors import NotThere
from tenant_schema.users.identity_providers.accounts import Accounts
from tenant_schema.users.identity_providers.challenges import Pending, create_challenge, take_challenge
from tenant_schema.users.identity_providers.errors import RefusalCode, SignInRefused
from tenant_schema.users.identity_providers.service import Seal
from tenant_schema.users.identity_providers.store import (
    is_provider_name,
    provider_named,
    provider_row,
)
from tenant_schema.users.oidc.authorization import authorization_url, new_secret
from tenant_schema.users.oidc.claims import claim_of, has_second_factor
from tenant_schema.users.oidc.errors import (
    InvalidToken,
    ProviderError,
    ProviderUnavailable,
)
from tenant_schema.users.oidc.http_client import ProviderClient
from tenant_schema.users.oidc.id_token import check_claims, parse_header
from tenant_schema.users.oidc.provider_cache import ProviderCache, ProviderKey
from tenant_schema.users.oidc.tokens import exchange_code, read_userinfo
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.back_off import BackOff
from tenant_schema.users.sign_in.browser_sessions import BrowserSession
from tenant_schema.users.sign_in.throttle import Throttle, network_of

__all__ = ["RATE", "Finished", "Returned", "SingleSignOn", "Started", "Vault"]

RATE: Final = BackOff(100, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))
"""How many sign-ins of one address may be begun in an hour, each of two requests, that do not succeed."""
_SIGN_IN_PAGE: Final = "/login"
_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_CODE: Final = 4_000


@dataclass(frozen=True, slots=True, repr=False)
class Started:
    """Where to send the browser, and the secret for its cookie."""

    location: str
    browser: str


@dataclass(frozen=True, slots=True, repr=False)
class Returned:
    """Parameters of the provider's redirect (RFC 6749, section 4.1.2; RFC 9207), '' if missing."""

    state: str = ""
    code: str = ""
    error: str = ""
    iss: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Finished:
    """Where to send the browser, with a session if the sign-in has succeeded."""

    location: str
    session: BrowserSession | None = None


@dataclass(frozen=True, slots=True)
class Vault:
    """Encrypts and decrypts texts for a tenant."""

    seal: Seal
    unseal: Callable[[str, UUID], str]


class SingleSignOn:
    """Signs people in through the providers of the bound tenant. Call it outside of transactions.

    :param throttle: counts requests by address; made with :data:`RATE` for accounts.
    """

    def __init__(
        self,
        client: ProviderClient,
        providers: ProviderCache,
        accounts: Accounts,
        vault: Vault,
        throttle: Throttle,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._client = client
        self._providers = providers
        self._accounts = accounts
        self._vault = vault
        self._throttle = throttle
        self._now = now

    async def start(
        self,
        scope: TenantScope,
        name: str,
        *,
        return_to: str,
        redirect_uri: Callable[[str], str],
        browser: str,
        address: str,
    ) -> Started:
        """Begin a sign-in. 8 or 9 statements, 1 if throttled, and 1 request unless the metadata is cached.

        :param return_to: a path that :func:`~tenant_schema.users.identity_providers.return_to.is_own_path`
            accepts.
        :param name: the provider's name or id.
        :param redirect_uri: returns the redirect URI for a provider's name.
        :param browser: the secret of the browser's cookie, '' without one.

        Raises NotThere without an active provider of this name, and TooManyAttempts.
        """
        async with self._throttle.attempt(_counter(address), ""):
            row = await provider_named(name)
            browser = browser if _BROWSER.fullmatch(browser) else new_secret()
            try:
                metadata = await self._providers.metadata(_key(scope, row))
            except ProviderError as error:
                refused = _refused(error)
                await _record_refusal(row, refused)
                return Started(_sign_in_page(refused.code), browser)
            back = redirect_uri(row["name"])
            state, nonce, verifier = new_secret(), new_secret(), new_secret()
            pending = Pending(row["id"], nonce, verifier, back, return_to, "")
            await create_challenge(scope, state, browser, pending, self._vault.seal, self._now())
        location = authorization_url(
            metadata,
            client_id=row["client_id"],
            scopes=row["scopes"],
            redirect_uri=back,
            state=state,
            nonce=nonce,
            verifier=verifier,
        )
        return Started(location, browser)

    async def finish(
        self, scope: TenantScope, name: str, returned: Returned, browser: str, arrival: Arrival
    ) -> Finished:
        """Finish a sign-in: the session is started after every check. 21 statements for a known user whose
        roles stay, up to 45 for others, 1 if throttled; 1 request, and at most 5.

        A sign-in that is refused leads to the sign-in page, with the code of the reason.

        Raises NotThere for what cannot be a provider's name, and TooManyAttempts.
        """
        if not is_provider_name(name):
            raise NotThere("identity provider")
        async with self._throttle.attempt(_counter(arrival.address), "") as attempt:
            row: Mapping[str, Any] | None = None
            try:
                pending = await take_challenge(
                    scope, returned.state, browser, self._vault.unseal, self._now()
                )
                row = await _provider_of(pending, name)
                claims = await self._authenticated(scope, row, pending, returned)
                session = await self._accounts.admit(scope, row, claims, _arrival(row, claims, arrival))
            except (ProviderError, SignInRefused) as error:
                refused = _refused(error)
                if row is not None:
                    await _record_refusal(row, refused)
                return Finished(_sign_in_page(refused.code))
            await self._throttle.clear(attempt)
        return Finished(pending.return_to, session)

    async def _authenticated(
        self, scope: TenantScope, row: Mapping[str, Any], pending: Pending, returned: Returned
    ) -> Mapping[str, Any]:
        """Return the claims of the person whom the provider has authenticated."""
        key = _key(scope, row)
        metadata = await self._providers.metadata(key)
        _check_returned(returned, metadata.issuer, sends_issuer=metadata.sends_issuer)
        secret = row["client_secret"]
        tokens = await exchange_code(
            self._client,
            scope.id,
            metadata,
            client_id=row["client_id"],
            client_secret=self._vault.unseal(secret, scope.id) if secret else "",
            code=returned.code,
            redirect_uri=pending.redirect_uri,
            verifier=pending.verifier,
        )
        claims = await self._providers.verified_claims(key, tokens.id_token)
        check_claims(
            claims,
            issuer=row["issuer"],
            client_id=row["client_id"],
            nonce=pending.nonce,
            now=self._now().timestamp(),
            header=parse_header(tokens.id_token),
            access_token=tokens.access_token,
        )
        if claim_of(claims, row["email_claim"]) is not None or tokens.access_token is None:
            return claims
        if metadata.userinfo_endpoint is None:
            return claims
        more = await read_userinfo(self._client, scope.id, metadata, tokens.access_token, claims["sub"])
        return {**more, **claims}


def _key(scope: TenantScope, row: Mapping[str, Any]) -> ProviderKey:
    return ProviderKey(scope.id, row["id"], row["issuer"])


def _counter(address: str) -> str:
    """The name of an address's counter. No account has it: addresses of accounts are in lower case."""
    return f"SSO {network_of(address)}"


async def _provider_of(pending: Pending, name: str) -> Mapping[str, Any]:
    """Return the provider of a sign-in. Raises SignInRefused if it is not the one of the request's path."""
    try:
        row = await provider_row(pending.provider_id)
    except NotThere:
        raise SignInRefused(RefusalCode.STATE_INVALID) from None
    if row["name"] != name or not row["active"]:
        raise SignInRefused(RefusalCode.STATE_INVALID)
    return row


def _check_returned(returned: Returned, issuer: str, *, sends_issuer: bool) -> None:
    if returned.iss not in {"", issuer}:
        raise SignInRefused(RefusalCode.PROVIDER_ERROR, "The response is of another issuer.")
    if returned.error == "access_denied":
        raise SignInRefused(RefusalCode.ACCESS_DENIED, "The provider has denied access.")
    if returned.error:
        raise SignInRefused(RefusalCode.PROVIDER_ERROR, "The provider responds with an error.")
    if sends_issuer and not returned.iss:
        raise SignInRefused(RefusalCode.PROVIDER_ERROR, "The response does not name its issuer.")
    if not 0 < len(returned.code) <= _LONGEST_CODE:
        raise SignInRefused(RefusalCode.PROVIDER_ERROR, "The response has no authorization code.")


def _arrival(row: Mapping[str, Any], claims: Mapping[str, Any], arrival: Arrival) -> Arrival:
    if not (row["second_factor"] and has_second_factor(claims)):
        return replace(arrival, methods=("fed",), second_factor=False)
    return replace(arrival, methods=("fed", "mfa"), second_factor=True)


def _refused(error: ProviderError | SignInRefused) -> SignInRefused:
    if isinstance(error, SignInRefused):
        return error
    code = RefusalCode.PROVIDER_ERROR
    if isinstance(error, ProviderUnavailable):
        code = RefusalCode.PROVIDER_UNAVAILABLE
    elif isinstance(error, InvalidToken):
        code = RefusalCode.TOKEN_INVALID
    return SignInRefused(code, error.reason)


def _sign_in_page(code: RefusalCode) -> str:
    return f"{_SIGN_IN_PAGE}?error={code.value}"


async def _record_refusal(row: Mapping[str, Any], refused: SignInRefused) -> None:
    subject = Subject("identity-provider", row["id"], row["name"])
    detail = {"code": refused.code.value, "reason": refused.reason}
    await record_if_possible(None, "sign-in.refused", subject, detail)
