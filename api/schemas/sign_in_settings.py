"""Settings of signing in: request and response bodies."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from central.errors import InvalidOrigin
from central.origins import parse_allowed_origin
from tenant_schema.problems import Problem
from tenant_schema.users.sign_in.rules import SignInRules, SupportChoice
from tenant_schema.users.sign_in.settings import SettingsChanges

__all__ = ["SignInSettingsChanges", "SignInSettingsResponse", "origin_problems"]

_MOST_ORIGINS = 50
_Password = Annotated[
    bool,
    Meta(
        description=(
            "Whether users may sign in with passwords. Without them, users with `users:manage` keep theirs "
            "until an identity provider has signed somebody in."
        )
    ),
]
_Origins = Annotated[
    list[Annotated[str, Meta(max_length=300, examples=["https://app.example.com"])]],
    Meta(
        max_length=_MOST_ORIGINS,
        description="Origins whose pages may call the API, with bearer tokens.",
        examples=[["https://app.example.com"]],
    ),
]
_Support = Annotated[
    SupportChoice,
    Meta(description="Whether operators may get access: never, when somebody grants it, or always."),
]


class SignInSettingsChanges(Input):
    """The settings to change."""

    password_enabled: _Password | UnsetType = UNSET
    allowed_origins: _Origins | UnsetType = UNSET
    support_access: _Support | UnsetType = UNSET

    def wanted(self) -> SettingsChanges:
        """The changes for the service. Raises InvalidOrigin."""
        origins = None
        if not isinstance(self.allowed_origins, UnsetType):
            origins = tuple(dict.fromkeys(map(parse_allowed_origin, self.allowed_origins)))
        return SettingsChanges(
            None if self.password_enabled is UNSET else self.password_enabled,
            origins,
            None if self.support_access is UNSET else self.support_access,
        )


class SignInSettingsResponse(Output):
    """How users sign in to the tenant, and who may call its API."""

    password_enabled: _Password
    allowed_origins: _Origins
    support_access: _Support

    @classmethod
    def of(cls, rules: SignInRules) -> "SignInSettingsResponse":
        return cls(rules.password_enabled, list(rules.allowed_origins), rules.support_access)


def origin_problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    """The problems of origins that are texts; others are found with the types."""
    origins = body.get("allowedOrigins")
    for number, text in enumerate(origins[:_MOST_ORIGINS] if isinstance(origins, list) else ()):
        if isinstance(text, str):
            try:
                parse_allowed_origin(text)
            except InvalidOrigin as error:
                yield Problem(f"allowedOrigins[{number}]", error.code, error.reason)
