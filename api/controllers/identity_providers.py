"""/api/v1/identity-providers: the OpenID Connect providers through which a tenant's users sign in."""

from functools import partial

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from api.openapi.described import LOCATION, problems
from api.requests.origins import own_origin
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import Json
from api.schemas.identity_providers import (
    IdentityProviderChanges,
    IdentityProviderList,
    IdentityProviderResponse,
    IdentityProviderTest,
    NewIdentityProvider,
    ProviderDropQuery,
)
from api.schemas.paths import IdentityProviderId
from tenant_schema.scope import TenantScope
from tenant_schema.users.identity_providers.records import ProviderRecord
from tenant_schema.users.identity_providers.service import IdentityProviders
from tenant_schema.users.rights.permissions import Access

__all__ = ["IdentityProviderController", "callback_uri"]

_EXAMPLE = {
    "name": "company",
    "label": "Company account",
    "issuer": "https://login.acme.example",
    "clientId": "freehold",
    "clientSecret": "…",
    "domains": ["acme.example"],
    "defaultRoles": ["member"],
    "roleRules": [{"claim": "groups", "value": "sales-leads", "roles": ["manager"]}],
}


def callback_uri(request: TenantRequest, name: str) -> str:
    """Return the redirect URI of a provider, on the host of the request."""
    return f"{own_origin(request)}/api/v1/auth/oidc/{name}/callback"


def _response(request: TenantRequest, provider: ProviderRecord) -> IdentityProviderResponse:
    return IdentityProviderResponse.of(provider, partial(callback_uri, request))


class IdentityProviderController(Controller):
    """Providers decide who signs in and with which roles: `users:manage` and `roles:manage` are needed."""

    path = "/identity-providers"
    tags = ("Single sign-on",)

    @get(
        "/",
        operation_id="listIdentityProviders",
        summary="All identity providers, by name",
        response_description="The providers.",
    )
    async def list_identity_providers(
        self,
        request: TenantRequest,
        access: Injected[Access],
        identity_providers: Injected[IdentityProviders],
    ) -> IdentityProviderList:
        """All identity providers."""
        found = await identity_providers.all(access)
        return IdentityProviderList(data=[_response(request, one) for one in found])

    @post(
        "/",
        operation_id="createIdentityProvider",
        summary="Set up an identity provider",
        description=(
            "Register `redirectUri` of the response at the provider, and check the provider with "
            "`POST …/{providerId}/test`. Who has the provider's client credentials and can write its claims "
            "decides who signs in to this tenant."
        ),
        response_description="The provider.",
        response_headers=[LOCATION],
        responses=problems(409),
        body_example=_EXAMPLE,
    )
    async def create_identity_provider(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        identity_providers: Injected[IdentityProviders],
        data: JSONBody[NewIdentityProvider],
    ) -> Json[IdentityProviderResponse]:
        """Set up an identity provider."""
        made = await identity_providers.create(tenant, access, data.wanted())
        location = f"/api/v1/identity-providers/{made.id}".encode()
        return Json(_response(request, made), headers=[(b"location", location)])

    @get(
        "/{providerId:str}",
        operation_id="readIdentityProvider",
        summary="One identity provider",
        response_description="The provider.",
    )
    async def read_identity_provider(
        self,
        request: TenantRequest,
        access: Injected[Access],
        identity_providers: Injected[IdentityProviders],
        provider_id: IdentityProviderId,
    ) -> IdentityProviderResponse:
        """One identity provider."""
        return _response(request, await identity_providers.get(access, provider_id))

    @patch(
        "/{providerId:str}",
        operation_id="updateIdentityProvider",
        summary="Change an identity provider",
        description=(
            "Another name changes the redirect URI. Another issuer removes the links of users to their "
            "accounts. While passwords are disabled, the last provider that works stays active."
        ),
        response_description="The changed provider.",
        responses=problems(409),
        body_example={"active": False},
    )
    async def update_identity_provider(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        identity_providers: Injected[IdentityProviders],
        provider_id: IdentityProviderId,
        data: JSONBody[IdentityProviderChanges],
    ) -> IdentityProviderResponse:
        """Change an identity provider."""
        changed = await identity_providers.update(tenant, access, provider_id, data.wanted())
        return _response(request, changed)

    @delete(
        "/{providerId:str}",
        operation_id="deleteIdentityProvider",
        summary="Delete an identity provider",
        description="Its users stay, and can sign in in other ways. If there are any, `confirm` is needed.",
        response_description="The provider was deleted.",
        responses=problems(409),
        dependencies={"params": Query(ProviderDropQuery)},
    )
    async def delete_identity_provider(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        identity_providers: Injected[IdentityProviders],
        provider_id: IdentityProviderId,
        params: Injected[ProviderDropQuery],
    ) -> None:
        """Delete an identity provider."""
        await identity_providers.delete(tenant, access, provider_id, params.confirm or None)

    @post(
        "/{providerId:str}/test",
        status_code=200,
        operation_id="testIdentityProvider",
        summary="Read what the provider publishes, and report what is wrong with it",
        description="Reads the provider's metadata and signing keys again. Takes up to 20 seconds.",
        response_description="What was found.",
    )
    async def test_identity_provider(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        identity_providers: Injected[IdentityProviders],
        provider_id: IdentityProviderId,
    ) -> IdentityProviderTest:
        """Read what the provider publishes."""
        return IdentityProviderTest.of(await identity_providers.test(tenant, access, provider_id))
