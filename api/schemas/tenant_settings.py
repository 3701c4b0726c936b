"""The tenant as it presents itself: request and response bodies."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from tenant_schema.colours import COLOURS
from tenant_schema.scope import TenantScope
from tenant_schema.users.tenant_settings.reader import Presentation
from tenant_schema.users.tenant_settings.service import PresentationChanges

__all__ = [
    "LogoQuery",
    "PresentedTenantResponse",
    "TenantSettingsChanges",
    "TenantSettingsResponse",
    "logo_version",
]

_VERSION = 12
"""Characters of a logo's digest that its address has."""
_LOGO = "/api/v1/tenant/logo"

_Language = Annotated[
    str,
    Meta(
        max_length=100,
        description="A language tag (RFC 5646), for users who have set none; empty: not set.",
        examples=["de-CH"],
    ),
]
_TimeZone = Annotated[
    str,
    Meta(
        max_length=100,
        description="A name of the IANA database, for users who have set none; empty: not set.",
        examples=["Europe/Zurich"],
    ),
]
_Currency = Annotated[
    str,
    Meta(
        max_length=10,
        description="A code of ISO 4217: that of `currency` fields; empty: not set.",
        examples=["CHF"],
    ),
]
_Accent = Annotated[
    str,
    Meta(
        max_length=20,
        description=f"A colour: {', '.join(COLOURS)}, or `#rrggbb`; empty: not set.",
        examples=["teal"],
    ),
]
_Logo = Annotated[
    str | None,
    Meta(
        description="Where the logo is; another one has another address. Null without a logo.",
        examples=[f"{_LOGO}?v=3f2a91c04b5d"],
    ),
]


class PresentedTenantResponse(Output):
    """The tenant, as a sign-in page shows it."""

    name: Annotated[str, Meta(examples=["Acme Corporation"])]
    slug: Annotated[str, Meta(examples=["acme"])]
    display_name: Annotated[
        str, Meta(description="The name to show: `name`, or the one of the settings.", examples=["Acme"])
    ]
    language: _Language
    time_zone: _TimeZone
    currency: _Currency
    accent: _Accent
    logo: _Logo

    @classmethod
    def of(cls, tenant: TenantScope, found: Presentation) -> "PresentedTenantResponse":
        return cls(
            name=tenant.name,
            slug=tenant.slug,
            display_name=found.named(tenant),
            language=found.language,
            time_zone=found.time_zone,
            currency=found.currency,
            accent=found.accent,
            logo=_logo_of(found),
        )


class TenantSettingsResponse(Output):
    """How the tenant presents itself."""

    display_name: Annotated[
        str, Meta(description="Empty: the name that operators have given.", examples=["Acme"])
    ]
    language: _Language
    time_zone: _TimeZone
    currency: _Currency
    accent: _Accent
    logo: _Logo

    @classmethod
    def of(cls, found: Presentation) -> "TenantSettingsResponse":
        return cls(
            display_name=found.display_name,
            language=found.language,
            time_zone=found.time_zone,
            currency=found.currency,
            accent=found.accent,
            logo=_logo_of(found),
        )


class TenantSettingsChanges(Input):
    """The settings to change. An empty text removes one."""

    display_name: Annotated[str, Meta(max_length=1_000, examples=["Acme"])] | UnsetType = UNSET
    language: _Language | UnsetType = UNSET
    time_zone: _TimeZone | UnsetType = UNSET
    currency: _Currency | UnsetType = UNSET
    accent: _Accent | UnsetType = UNSET

    def wanted(self) -> PresentationChanges:
        """The arguments for the service."""
        return PresentationChanges(
            display_name=None if self.display_name is UNSET else self.display_name,
            language=None if self.language is UNSET else self.language,
            time_zone=None if self.time_zone is UNSET else self.time_zone,
            currency=None if self.currency is UNSET else self.currency,
            accent=None if self.accent is UNSET else self.accent,
        )


class LogoQuery(Input):
    """Which logo the client means."""

    v: (
        Annotated[
            str,
            Meta(
                max_length=64,
                description="The version in the address that /tenant gives: clients may keep that image.",
            ),
        ]
        | UnsetType
    ) = UNSET


def logo_version(digest: str) -> str:
    """The version of a logo in its address."""
    return digest[:_VERSION]


def _logo_of(found: Presentation) -> str | None:
    return f"{_LOGO}?v={logo_version(found.logo_digest)}" if found.logo_digest else None
