"""Signing in: request and response bodies."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output, SignInCode
from api.schemas.support import ActiveSupportResponse
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.service import Profile, SignedIn
from tenant_schema.users.support.records import ActiveSupport

__all__ = ["Credentials", "NewPassword", "ProfileResponse", "Refresh", "TenantName", "Tokens", "UserResponse"]

_Id = Annotated[str, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Email = Annotated[str, Meta(examples=["ada@acme.example"])]
_Password = Annotated[str, Meta(examples=["correct horse battery"])]
_LONGEST = 4_096


class Credentials(Input):
    """An e-mail address and its password."""

    email: Annotated[str, Meta(max_length=_LONGEST, examples=["ada@acme.example"])]
    password: Annotated[str, Meta(max_length=_LONGEST, examples=["correct horse battery"])]
    code: SignInCode | UnsetType = UNSET


class Refresh(Input):
    """A refresh token. It is valid once, and again for 10 seconds after its first use."""

    refresh_token: Annotated[str, Meta(max_length=_LONGEST, examples=["fhr_…"])]


class NewPassword(Input):
    """The caller's current password and the new one."""

    current: Annotated[str, Meta(max_length=_LONGEST, examples=["correct horse battery"])]
    new: Annotated[str, Meta(max_length=_LONGEST, examples=["staple battery horse"])]


class UserResponse(Output):
    """A user, as others of the tenant may see them."""

    id: _Id
    email: _Email
    name: Annotated[str, Meta(examples=["Ada Lovelace"])]

    @classmethod
    def of(cls, user: SessionUser) -> "UserResponse":
        return cls(id=str(user.id), email=user.email, name=user.name)


class Tokens(Output):
    """A session: a short-lived access token, and the refresh token for the next one."""

    access_token: Annotated[str, Meta(description="For `Authorization: Bearer …`.")]
    refresh_token: Annotated[str, Meta(description="Valid once, at /api/v1/auth/refresh.")]
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Meta(description="Seconds until the access token expires.", examples=[900])]
    user: UserResponse

    @classmethod
    def of(cls, signed_in: SignedIn) -> "Tokens":
        return cls(
            access_token=signed_in.access_token,
            refresh_token=signed_in.refresh_token,
            token_type="Bearer",  # noqa: S106 (the word, not a secret)
            expires_in=signed_in.expires_in,
            user=UserResponse.of(signed_in.user),
        )


class ProfileResponse(Output):
    """Who the caller is and what their roles allow."""

    user: UserResponse
    roles: Annotated[list[str], Meta(examples=[["member"]])]
    permissions: Annotated[list[str], Meta(examples=[["*:create", "*:read", "*:update"]])]
    support: Annotated[
        list[ActiveSupportResponse], Meta(description="The operators who may be in the tenant now.")
    ]

    @classmethod
    def of(cls, profile: Profile, support: Sequence[ActiveSupport]) -> "ProfileResponse":
        return cls(
            user=UserResponse.of(profile.user),
            roles=list(profile.roles),
            permissions=list(profile.permissions),
            support=[ActiveSupportResponse.of(one) for one in support],
        )


class TenantName(Output):
    """The tenant's name and slug, for a sign-in page."""

    name: Annotated[str, Meta(examples=["Acme Corporation"])]
    slug: Annotated[str, Meta(examples=["acme"])]
