"""Users, their roles, and one-time links: bodies and answers."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, NextLink, Output
from piccolo_engines.paging import MAX_LIMIT, Page
from tenant_schema.users.links.store import Link
from tenant_schema.users.service import NewUser, UserChanges, UserRecord, UserStatus

__all__ = [
    "Acceptance",
    "CreatedUser",
    "LinkAnswer",
    "NewUserBody",
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
    """Which users."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT, description="How many a page has at most.")] = 25
    cursor: (
        Annotated[str, Meta(description="`page.next` of the page before.", max_length=200)] | UnsetType
    ) = UNSET
    search: Annotated[
        str, Meta(description="Only those whose name or address holds this text.", max_length=200)
    ] = ""
    active: (
        Annotated[bool, Meta(description="Only those who are let in, or only those who are not.")] | UnsetType
    ) = UNSET


class NewUserBody(Input):
    """A new user; without a password, one who is invited."""

    email: _EmailIn
    name: _NameIn = ""
    roles: _Roles = []
    password: (
        Annotated[str, Meta(max_length=_LONGEST, description="Without one they are invited to choose it.")]
        | None
    ) = None

    def wanted(self) -> NewUser:
        """What the service is asked for."""
        return NewUser(self.email, self.name, self.roles, self.password)


class UserChangesBody(Input):
    """What is to be changed."""

    email: _EmailIn | UnsetType = UNSET
    name: _NameIn | UnsetType = UNSET

    def wanted(self) -> UserChanges:
        """What the service is asked for."""
        return UserChanges(
            None if self.email is UNSET else self.email, None if self.name is UNSET else self.name
        )


class RoleNames(Input):
    """The roles that a user shall have, and no others."""

    roles: _Roles


class UserDetail(Output):
    """A user. Roles and times are there for those who may manage users."""

    id: _Id
    email: Annotated[str, Meta(examples=["grace@acme.example"])]
    name: Annotated[str, Meta(examples=["Grace Hopper"])]
    status: Annotated[
        UserStatus,
        Meta(description="`invited` until they have chosen a password; `inactive` is not let in."),
    ]
    roles: Annotated[list[str], Meta(examples=[["member"]])] | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    last_sign_in_at: datetime | UnsetType | None = UNSET

    @classmethod
    def of(cls, user: UserRecord) -> "UserDetail":
        shown = cls(id=str(user.id), email=user.email, name=user.name, status=user.status)
        if user.roles is not None and user.created_at is not None:
            shown.roles, shown.created_at = list(user.roles), user.created_at
            shown.last_sign_in_at = user.last_sign_in_at
        return shown


class UserPage(Output):
    """Some users, and how to go on."""

    data: list[UserDetail]
    page: NextLink

    @classmethod
    def of(cls, page: Page[UserRecord]) -> "UserPage":
        return cls(data=[UserDetail.of(one) for one in page.items], page=NextLink(next=page.next))


class LinkAnswer(Output):
    """A one-time link. It is shown here and never again: hand it to its user."""

    token: Annotated[
        str | None,
        Meta(
            description="For `POST /api/v1/auth/accept`; works once. Null in an answer that is given again.",
            examples=["fhl_…"],
        ),
    ]
    purpose: Literal["invitation", "password-reset"]
    expires_at: datetime

    @classmethod
    def of(cls, link: Link) -> "LinkAnswer":
        return cls(token=link.token, purpose=link.purpose.value, expires_at=link.expires_at)


class CreatedUser(Output):
    """The new user, and the invitation when they have no password yet."""

    user: UserDetail
    invitation: LinkAnswer | None


class Acceptance(Input):
    """A one-time link's token and the password to set."""

    token: Annotated[str, Meta(max_length=_LONGEST, examples=["fhl_…"])]
    password: Annotated[str, Meta(max_length=_LONGEST, examples=["correct horse battery"])]
    name: Annotated[str, Meta(max_length=1_000, description="What to be called from now on.")] | None = None
