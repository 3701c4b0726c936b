"""API keys, sessions and the audit trail: request and response bodies."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, NextLink, Output
from piccolo_engines.paging import MAX_LIMIT, Page
from tenant_schema.users.api_keys.service import ApiKeyRecord
from tenant_schema.users.audit.service import AuditFilter, AuditRecord
from tenant_schema.users.sessions.service import SessionRecord

__all__ = [
    "ApiKeyList",
    "ApiKeyResponse",
    "AuditActor",
    "AuditExportQuery",
    "AuditPage",
    "AuditQuery",
    "AuditResponse",
    "AuditSubject",
    "ListQuery",
    "NewApiKey",
    "NewApiKeyResponse",
    "SessionList",
    "SessionResponse",
    "WhoseQuery",
]

_EXAMPLE_ID = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
_Id = Annotated[str, Meta(description="UUIDv7.", examples=[_EXAMPLE_ID])]
_UserName = Annotated[
    str, Meta(description="The user's name, which may be empty.", examples=["Ada Lovelace"])
]
_UserEmail = Annotated[str, Meta(examples=["ada@acme.example"])]


class WhoseQuery(Input):
    """Whose keys or sessions; by default the caller's. Those of others require `users:manage`."""

    user: Annotated[UUID, Meta(description="Another user's id.")] | UnsetType = UNSET

    @property
    def user_id(self) -> UUID | None:
        """The user, None for the caller."""
        return None if self.user is UNSET else self.user


class ListQuery(WhoseQuery):
    """Whose keys or sessions are listed."""

    everyone: Annotated[
        bool,
        Meta(description="Those of all users that are in force, 500 at most; `user` is then ignored."),
    ] = False


class NewApiKey(Input):
    """A key for a program."""

    name: Annotated[str, Meta(min_length=1, max_length=100, examples=["Nightly import"])]
    roles: (
        Annotated[
            list[Annotated[str, Meta(max_length=40)]],
            Meta(max_length=100, description="Some of your roles; by default all of them."),
        ]
        | None
    ) = None
    expires_at: (
        Annotated[datetime, Meta(tz=True, description="When it expires; by default never.")] | None
    ) = None


class ApiKeyResponse(Output):
    """A key. Of its roles, those apply that its user still has."""

    id: _Id
    user: _Id
    user_name: _UserName
    user_email: _UserEmail
    name: Annotated[str, Meta(examples=["Nightly import"])]
    prefix: Annotated[str, Meta(description="How the key begins.", examples=["fhk_3fB9zQ1x"])]
    roles: Annotated[list[str], Meta(examples=[["member"]])]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: Annotated[datetime, Meta(description="To the minute.")] | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKeyRecord) -> "ApiKeyResponse":
        return cls(
            id=str(key.id),
            user=str(key.user_id),
            user_name=key.user_name,
            user_email=key.user_email,
            name=key.name,
            prefix=key.prefix,
            roles=list(key.roles),
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
        )


class ApiKeyList(Output):
    """API keys, the newest first."""

    data: list[ApiKeyResponse]


class NewApiKeyResponse(Output):
    """The new key. The token is shown only in this response."""

    token: Annotated[
        str, Meta(description="The key itself, for `Authorization: Bearer …`.", examples=["fhk_…"])
    ]
    key: ApiKeyResponse


class SessionResponse(Output):
    """A device that is signed in."""

    id: _Id
    user: _Id
    user_name: _UserName
    user_email: _UserEmail
    address: Annotated[
        str, Meta(description="The address from which it signed in.", examples=["203.0.113.7"])
    ]
    user_agent: Annotated[str, Meta(examples=["Mozilla/5.0"])]
    created_at: datetime
    last_used_at: Annotated[
        datetime,
        Meta(
            description="When its tokens were last refreshed; of a browser, within five minutes of its use."
        ),
    ]
    expires_at: datetime
    current: Annotated[bool, Meta(description="Whether it is the session of this request.")]
    kind: Annotated[
        Literal["browser", "tokens", "support"],
        Meta(description="A browser's cookie, a program's tokens, or an operator's support access."),
    ]
    methods: Annotated[
        list[str], Meta(description="How the user was authenticated (RFC 8176).", examples=[["pwd", "otp"]])
    ]
    second_factor: Annotated[bool, Meta(description="Whether a second factor was verified.")]

    @classmethod
    def of(cls, session: SessionRecord) -> "SessionResponse":
        return cls(
            id=str(session.id),
            user=str(session.user_id),
            user_name=session.user_name,
            user_email=session.user_email,
            address=session.address,
            user_agent=session.user_agent,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            current=session.current,
            kind=session.kind,
            methods=list(session.methods),
            second_factor=session.has_second_factor,
        )


class SessionList(Output):
    """Active sessions, the newest first."""

    data: list[SessionResponse]


class AuditExportQuery(Input):
    """Parameters that select events."""

    actor: Annotated[UUID, Meta(description="Only events caused by this user.")] | UnsetType = UNSET
    subject: (
        Annotated[UUID, Meta(description="Only events that concern this user, role, object …")] | UnsetType
    ) = UNSET
    operator: (
        Annotated[str, Meta(description="Only acts with support access of this operator.", max_length=100)]
        | UnsetType
    ) = UNSET
    action: (
        Annotated[
            str, Meta(description="`role.update`; `role.*` selects all actions of that kind.", max_length=60)
        ]
        | UnsetType
    ) = UNSET
    since: Annotated[datetime, Meta(tz=True, description="From this time on.")] | UnsetType = UNSET
    until: Annotated[datetime, Meta(tz=True, description="Before this time.")] | UnsetType = UNSET

    def wanted(self) -> AuditFilter:
        """The filter for the service."""
        return AuditFilter(
            actor=None if self.actor is UNSET else self.actor,
            action=None if self.action is UNSET else self.action,
            subject=None if self.subject is UNSET else self.subject,
            operator=None if self.operator is UNSET else self.operator,
            since=None if self.since is UNSET else self.since,
            until=None if self.until is UNSET else self.until,
        )


class AuditQuery(AuditExportQuery):
    """Parameters that select a page of events."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT, description="The maximum number of items in a page.")] = 50
    cursor: (
        Annotated[str, Meta(description="`page.next` of the previous page.", max_length=200)] | UnsetType
    ) = UNSET


class AuditActor(Output):
    """The user who acted, with the e-mail address at that time."""

    id: _Id
    email: str
    api_key: Annotated[str, Meta(description="The API key that was used.")] | None


class AuditSubject(Output):
    """What the event concerns, with the name at that time."""

    kind: Annotated[str, Meta(examples=["role"])]
    id: str | None
    name: str


class AuditResponse(Output):
    """An event of the audit trail."""

    id: _Id
    at: datetime
    action: Annotated[str, Meta(examples=["role.permissions"])]
    actor: Annotated[AuditActor, Meta(description="Null when nobody was signed in.")] | None
    subject: AuditSubject | None
    detail: dict[str, Any]
    address: Annotated[str, Meta(examples=["203.0.113.7"])]
    request_id: str
    operator: (
        Annotated[str, Meta(description="The operator who acted, with support access.", examples=["grace"])]
        | None
    )

    @classmethod
    def of(cls, event: AuditRecord) -> "AuditResponse":
        actor = subject = None
        if event.actor is not None:
            key = None if event.api_key is None else str(event.api_key)
            actor = AuditActor(id=str(event.actor), email=event.actor_email, api_key=key)
        if event.subject_kind:
            subject_id = None if event.subject is None else str(event.subject)
            subject = AuditSubject(kind=event.subject_kind, id=subject_id, name=event.subject_name)
        return cls(
            id=str(event.id),
            at=event.at,
            action=event.action,
            actor=actor,
            subject=subject,
            detail=dict(event.detail),
            address=event.address,
            request_id=event.request_id,
            operator=event.operator or None,
        )


class AuditPage(Output):
    """A page of events."""

    data: list[AuditResponse]
    page: NextLink

    @classmethod
    def of(cls, page: Page[AuditRecord]) -> "AuditPage":
        return cls(data=[AuditResponse.of(one) for one in page.items], page=NextLink(next=page.next))
