"""Users, their roles, and one-time links: request and response bodies."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from api.one_time_links import TenantLinks
from api.schemas.common import Input, NextLink, Output
from api.schemas.links import Delivery
from piccolo_engines.paging import MAX_LIMIT, Page
from tenant_schema.users.links.store import Link, LinkPurpose
from tenant_schema.users.service import NewUser, UserChanges, UserFilter, UserRecord, UserStatus

__all__ = [
    "CreatedUser",
    "LinkResponse",
    "NewUserBody",
    "PasswordChoice",
    "RoleNames",
    "UserChangesBody",
    "UserDetail",
    "UserPage",
    "UserQuery",
]

_Id = Annotated[str, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Roles = Annotated[
    list[Annotated[str, Meta(max_length=40, examples=["member"])]],
    Meta(max_length=100, description="Names of roles, or their ids.", examples=[["member"]]),
]
_EmailIn = Annotated[str, Meta(max_length=1_000, examples=["grace@acme.example"])]
_NameIn = Annotated[str, Meta(max_length=1_000, examples=["Grace Hopper"])]
_LONGEST = 4_096


class UserQuery(Input):
    """Parameters that select users."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT, description="The maximum number of items in a page.")] = 25
    cursor: (
        Annotated[str, Meta(description="`page.next` of the previous page.", max_length=200)] | UnsetType
    ) = UNSET
    search: Annotated[
        str, Meta(description="Only users whose name or e-mail address contains this text.", max_length=200)
    ] = ""
    active: (
        Annotated[bool, Meta(description="Only users who may sign in, or only those who may not.")]
        | UnsetType
    ) = UNSET
    status: Annotated[UserStatus, Meta(description="Only users with this status.")] | UnsetType = UNSET
    role: (
        Annotated[
            str,
            Meta(
                description="Only users who have this role, by name or id. Requires `users:manage`.",
                max_length=40,
                examples=["member"],
            ),
        ]
        | UnsetType
    ) = UNSET

    def wanted(self) -> UserFilter:
        """The arguments for the service."""
        return UserFilter(
            self.search,
            None if self.active is UNSET else self.active,
            None if self.status is UNSET else self.status,
            None if self.role is UNSET else self.role,
        )


class NewUserBody(Input):
    """A new user. Without a password, the user is invited."""

    email: _EmailIn
    name: _NameIn = ""
    roles: _Roles = []
    password: (
        Annotated[
            str, Meta(max_length=_LONGEST, description="Without one, the user is invited to choose it.")
        ]
        | None
    ) = None

    def wanted(self) -> NewUser:
        """The arguments for the service."""
        return NewUser(self.email, self.name, self.roles, self.password)


class UserChangesBody(Input):
    """Changes of a user."""

    email: _EmailIn | UnsetType = UNSET
    name: _NameIn | UnsetType = UNSET

    def wanted(self) -> UserChanges:
        """The arguments for the service."""
        return UserChanges(
            None if self.email is UNSET else self.email, None if self.name is UNSET else self.name
        )


class RoleNames(Input):
    """All roles that the user will have."""

    roles: _Roles


class UserDetail(Output):
    """A user. Roles, times and factors are shown to callers who may manage users."""

    id: _Id
    email: Annotated[str, Meta(examples=["grace@acme.example"])]
    name: Annotated[str, Meta(examples=["Grace Hopper"])]
    status: Annotated[
        UserStatus,
        Meta(description="`invited`: has not chosen a password yet; `inactive`: may not sign in."),
    ]
    roles: Annotated[list[str], Meta(examples=[["member"]])] | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    last_sign_in_at: datetime | UnsetType | None = UNSET
    factors: (
        Annotated[int, Meta(description="How many second factors the user has.", examples=[1])] | UnsetType
    ) = UNSET
    last_administrator: (
        Annotated[
            bool,
            Meta(
                description="Nobody else could manage users and roles: the user stays active, and keeps a "
                "role for it. In the response for one user that was read."
            ),
        ]
        | UnsetType
    ) = UNSET

    @classmethod
    def of(cls, user: UserRecord) -> "UserDetail":
        shown = cls(id=str(user.id), email=user.email, name=user.name, status=user.status)
        if user.roles is not None and user.created_at is not None:
            shown.roles, shown.created_at = list(user.roles), user.created_at
            shown.last_sign_in_at = user.last_sign_in_at
            shown.factors = UNSET if user.factors is None else user.factors
        if user.is_last_administrator is not None:
            shown.last_administrator = user.is_last_administrator
        return shown


class UserPage(Output):
    """A page of users."""

    data: list[UserDetail]
    page: NextLink

    @classmethod
    def of(cls, page: Page[UserRecord]) -> "UserPage":
        return cls(data=[UserDetail.of(one) for one in page.items], page=NextLink(next=page.next))


class LinkResponse(Output):
    """A one-time link. It is shown only in this response; pass it to the user if it is not mailed."""

    token: Annotated[
        str | None,
        Meta(
            description="For `POST /api/v1/auth/accept`; works once. Null in a repeated response.",
            examples=["fhl_…"],
        ),
    ]
    link: Annotated[
        str | None,
        Meta(
            description="The page that uses the token. Null in a repeated response.",
            examples=["https://acme.example.com/invite/fhl_…"],
        ),
    ]
    purpose: Literal["invitation", "password-reset"]
    expires_at: datetime
    delivery: Delivery

    @classmethod
    def of(cls, link: Link, links: TenantLinks) -> "LinkResponse":
        return cls(
            token=link.token,
            link=links.url(link),
            purpose="invitation" if link.purpose is LinkPurpose.INVITATION else "password-reset",
            expires_at=link.expires_at,
            delivery=links.delivery,
        )


class CreatedUser(Output):
    """The new user, and an invitation if there is no password yet."""

    user: UserDetail
    invitation: LinkResponse | None


class PasswordChoice(Input):
    """A one-time link's token and the password to set."""

    token: Annotated[str, Meta(max_length=_LONGEST, examples=["fhl_…"])]
    password: Annotated[str, Meta(max_length=_LONGEST, examples=["correct horse battery"])]
    name: Annotated[str, Meta(max_length=1_000, description="The user's new name.")] | None = None
