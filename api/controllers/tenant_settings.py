"""/api/v1/tenant: how the tenant presents itself; /api/v1/tenant-settings: how administrators change it."""

from typing import Final

from litestar import Controller, delete, get, patch, put
from litestar.params import JSONBody

from api.openapi.described import BodySchema, problems
from api.requests.guards import admits_anyone
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import Prepared, RawHeader, RawResponse
from api.schemas.tenant_settings import (
    LogoQuery,
    PresentedTenantResponse,
    TenantSettingsChanges,
    TenantSettingsResponse,
    logo_version,
)
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tenant_settings.service import LONGEST_LOGO, Logo, TenantSettingsService

__all__ = ["PresentationController", "TenantSettingsController"]

_IMAGE: Final = BodySchema({"type": "string", "format": "binary"}, "image/*")
_FOR_GOOD: Final[RawHeader] = (b"cache-control", b"public, max-age=31536000, immutable")
_REVALIDATED: Final[RawHeader] = (b"cache-control", b"public, no-cache")
_TENANT_EXAMPLE: Final = {
    "name": "Acme Corporation",
    "slug": "acme",
    "displayName": "Acme",
    "language": "de-CH",
    "timeZone": "Europe/Zurich",
    "currency": "CHF",
    "accent": "teal",
    "logo": "/api/v1/tenant/logo?v=3f2a91c04b5d",
}
_EXAMPLE: Final = {name: value for name, value in _TENANT_EXAMPLE.items() if name not in ("name", "slug")}


class PresentationController(Controller):
    """What a sign-in page shows, without a token."""

    path = "/tenant"
    tags = ("Signing in",)

    @get(
        "/",
        before_request=admits_anyone,
        operation_id="readTenantName",
        summary="The tenant of this host name, for a sign-in page",
        response_description="Its names, its logo, and what users' settings fall back to.",
        example=_TENANT_EXAMPLE,
    )
    async def read_tenant(
        self, tenant: Injected[TenantScope], tenant_settings: Injected[TenantSettingsService]
    ) -> PresentedTenantResponse:
        """The tenant of this host name."""
        return PresentedTenantResponse.of(tenant, await tenant_settings.presentation(tenant))

    @get(
        "/logo",
        before_request=admits_anyone,
        operation_id="readLogo",
        summary="The tenant's logo",
        description="A PNG, JPEG or WebP image, as it was uploaded.",
        media_type="image/*",
        response_description="The image.",
        responses=problems(404),
        dependencies={"params": Query(LogoQuery)},
        conditional=True,
    )
    async def read_logo(
        self,
        request: TenantRequest,
        tenant_settings: Injected[TenantSettingsService],
        params: Injected[LogoQuery],
    ) -> Prepared[bytes]:
        """The tenant's logo."""
        logo = await tenant_settings.logo()
        is_named = params.v == logo_version(logo.digest)
        return request.unless_known(_image(logo, _FOR_GOOD if is_named else _REVALIDATED))


def _image(logo: Logo, cached: RawHeader) -> RawResponse:
    headers = [
        (b"content-type", logo.media_type.encode()),
        (b"content-length", b"%d" % len(logo.content)),
        (b"etag", b'"%s"' % logo_version(logo.digest).encode()),
        cached,
    ]
    return RawResponse(200, headers, logo.content)


class TenantSettingsController(Controller):
    """For users with ``tenant:manage``."""

    path = "/tenant-settings"
    tags = ("Tenant settings",)

    @get(
        "/",
        operation_id="readTenantSettings",
        summary="How the tenant presents itself, as its administrators have set it",
        description="Requires `tenant:manage`. Everybody reads what follows from it at /tenant.",
        response_description="The settings.",
        example=_EXAMPLE,
    )
    async def read_settings(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        tenant_settings: Injected[TenantSettingsService],
    ) -> TenantSettingsResponse:
        """The settings."""
        return TenantSettingsResponse.of(await tenant_settings.read(tenant, access))

    @patch(
        "/",
        operation_id="updateTenantSettings",
        summary="Change how the tenant presents itself",
        description=(
            "Each setting that is not given stays; an empty text removes it. Users who have set no language "
            "or no time zone have those of the tenant, in mails as well. Requires `tenant:manage`."
        ),
        response_description="The settings.",
        body_example={"displayName": "Acme", "language": "de-CH", "currency": "CHF", "accent": "teal"},
        example=_EXAMPLE,
    )
    async def update_settings(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        tenant_settings: Injected[TenantSettingsService],
        data: JSONBody[TenantSettingsChanges],
    ) -> TenantSettingsResponse:
        """Change the settings."""
        return TenantSettingsResponse.of(await tenant_settings.change(tenant, access, data.wanted()))

    @put(
        "/logo",
        status_code=200,
        operation_id="replaceLogo",
        summary="Upload the tenant's logo",
        description=(
            f"The body is the image: PNG, JPEG or WebP, at most {LONGEST_LOGO // 1024} KiB and 4,096 pixels "
            "in width and height. What it is decide its bytes, not its Content-Type. Everybody can see it. "
            "Requires `tenant:manage`."
        ),
        response_description="The settings.",
        body=_IMAGE,
        example=_EXAMPLE,
    )
    async def replace_logo(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        tenant_settings: Injected[TenantSettingsService],
    ) -> TenantSettingsResponse:
        """Upload the logo."""
        content = await request.read_image(LONGEST_LOGO)
        return TenantSettingsResponse.of(await tenant_settings.set_logo(tenant, access, content))

    @delete(
        "/logo",
        status_code=204,
        operation_id="deleteLogo",
        summary="Remove the tenant's logo",
        description="Requires `tenant:manage`. Without a logo nothing happens.",
        response_description="Removed.",
    )
    async def delete_logo(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        tenant_settings: Injected[TenantSettingsService],
    ) -> None:
        """Remove the logo."""
        await tenant_settings.remove_logo(tenant, access)
