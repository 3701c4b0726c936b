"""Support access: request and response bodies, for operators and for users of the tenant."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, NextLink, Output
from piccolo_engines.paging import MAX_LIMIT, Page
from tenant_schema.users.support.records import (
    DEFAULT_MINUTES,
    MOST_MINUTES,
    REASON_LENGTHS,
    ActiveSupport,
    SupportRecord,
    SupportState,
)

__all__ = [
    "ActiveSupportResponse",
    "NewSupportRequest",
    "SupportPage",
    "SupportQuery",
    "SupportResponse",
    "SupportTicketResponse",
]

_ID = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
_Operator = Annotated[str, Meta(description="The operator's name.", examples=["grace"])]


class NewSupportRequest(Input):
    """A request for support access to the tenant."""

    reason: Annotated[
        str,
        Meta(
            description="What for; the tenant's administrators read it.",
            min_length=REASON_LENGTHS[0],
            max_length=REASON_LENGTHS[1],
            examples=["Ticket 4711: totals of the quarter are missing"],
        ),
    ]
    minutes: Annotated[
        int, Meta(description="How long, from the moment of the grant.", ge=1, le=MOST_MINUTES)
    ] = DEFAULT_MINUTES


class SupportResponse(Output):
    """A request for support access, and what became of it."""

    id: Annotated[UUID, Meta(examples=[_ID])]
    operator: _Operator
    reason: Annotated[str, Meta(examples=["Ticket 4711: totals of the quarter are missing"])]
    minutes: Annotated[int, Meta(examples=[30])]
    state: Annotated[
        SupportState,
        Meta(description="`ended` also when the time is over, or nobody decided for 24 hours."),
    ]
    asked_at: datetime
    decided_by: Annotated[UUID, Meta(description="The user who granted or refused it.")] | None
    decided_at: datetime | None
    expires_at: Annotated[datetime, Meta(description="When it ends, once it is granted.")] | None
    ended_at: datetime | None

    @classmethod
    def of(cls, record: SupportRecord) -> "SupportResponse":
        """The response for a record."""
        return cls(
            id=record.id,
            operator=record.operator.name,
            reason=record.reason,
            minutes=record.minutes,
            state=record.state,
            asked_at=record.asked_at,
            decided_by=record.decided_by,
            decided_at=record.decided_at,
            expires_at=record.expires_at,
            ended_at=record.ended_at,
        )


class SupportTicketResponse(Output):
    """A way into the tenant, once."""

    ticket_url: Annotated[
        str,
        Meta(
            description=(
                "A page of the tenant, with a ticket in the fragment, which browsers send to nobody. The "
                "page sends it to POST /api/v1/auth/ticket."
            ),
            examples=["https://acme.example.com/login#ticket=fhs_…"],
        ),
    ]
    expires_at: Annotated[datetime, Meta(description="Until when the ticket begins a session, once.")]


class SupportPage(Output):
    """Requests for support access, the newest first."""

    data: list[SupportResponse]
    page: NextLink

    @classmethod
    def of(cls, page: Page[SupportRecord]) -> "SupportPage":
        """The response for a page."""
        return cls(data=[SupportResponse.of(one) for one in page.items], page=NextLink(next=page.next))


class SupportQuery(Input):
    """Which page."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT, description="The maximum number of items in a page.")] = 25
    cursor: (
        Annotated[str, Meta(description="`page.next` of the previous page.", max_length=200)] | UnsetType
    ) = UNSET

    @property
    def start(self) -> str | None:
        """The cursor, None for the first page."""
        return None if self.cursor is UNSET else self.cursor


class ActiveSupportResponse(Output):
    """An operator who may be in the tenant now."""

    id: Annotated[UUID, Meta(description="Of the request for support access.", examples=[_ID])]
    operator: _Operator
    expires_at: datetime

    @classmethod
    def of(cls, active: ActiveSupport) -> "ActiveSupportResponse":
        """The response for a grant in force."""
        return cls(id=active.grant, operator=active.operator_name, expires_at=active.expires_at)
