"""/api/v1/sign-in-settings: how users sign in to the tenant, and which pages may call its API."""

from typing import Annotated

from litestar import Controller, get, patch
from litestar.params import JSONBody

from api.openapi.described import problems
from api.requests.bodies import Check
from api.requests.request import ApiRequest
from api.requests.sources import CheckedBy, Injected
from api.schemas.sign_in_settings import SignInSettingsChanges, SignInSettingsResponse, origin_problems
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in.settings import SignInSettingsService

__all__ = ["SignInSettingsController"]

_EXAMPLE = {"passwordEnabled": True, "allowedOrigins": ["https://app.example.com"], "supportAccess": "ask"}


def _origins(_request: ApiRequest) -> Check:
    return origin_problems


class SignInSettingsController(Controller):
    """For users with ``users:manage``."""

    path = "/sign-in-settings"
    tags = ("Signing in",)

    @get(
        "/",
        operation_id="readSignInSettings",
        summary="How users sign in to this tenant",
        response_description="The settings.",
        example=_EXAMPLE,
    )
    async def read_settings(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        sign_in_settings: Injected[SignInSettingsService],
    ) -> SignInSettingsResponse:
        """How users sign in to this tenant."""
        return SignInSettingsResponse.of(await sign_in_settings.read(tenant, access))

    @patch(
        "/",
        operation_id="updateSignInSettings",
        summary="Change how users sign in to this tenant",
        description=(
            "Each setting that is not given stays. An origin is a scheme and a host, with a port where it is "
            "not the usual one. A user who is signed in is needed, not an API key. Passwords can be disabled "
            "once an active identity provider has signed in somebody who manages users and roles."
        ),
        response_description="The settings.",
        responses=problems(409),
        body_example={"allowedOrigins": ["https://app.example.com", "http://localhost:5173"]},
        example=_EXAMPLE,
    )
    async def update_settings(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        sign_in_settings: Injected[SignInSettingsService],
        data: JSONBody[Annotated[SignInSettingsChanges, CheckedBy(_origins)]],
    ) -> SignInSettingsResponse:
        """Change how users sign in to this tenant."""
        return SignInSettingsResponse.of(await sign_in_settings.change(tenant, access, data.wanted()))
