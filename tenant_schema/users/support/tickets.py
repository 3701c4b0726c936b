"""Tickets: with one, an operator who has support access begins a session of the tenant, once.

A ticket is ``fhs_<grant>.<secret>``. The secret is signed with a key of the tenant, so that another tenant's
is refused without a statement; the row has a hash of both parts, so that a ticket belongs to one grant.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import NotThere, TicketInvalid, WrongSupportState
from tenant_schema.users.sessions.store import SessionLimits, SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession, BrowserSessions
from tenant_schema.users.sign_in.session_secrets import SessionSecrets
from tenant_schema.users.support.records import SupportOperator, SupportRecord
from tenant_schema.users.support.store import find_grant, user_of_operator
from tenant_schema.users.tables import OneTimeLink

__all__ = ["SUPPORT_TICKET", "FoundTicket", "SupportTicket", "SupportTickets"]

SUPPORT_TICKET: Final = "fhs_"
"""How a support ticket begins."""
_PURPOSE: Final = "support"
_GOOD_FOR: Final = timedelta(seconds=60)
_GRANT_LENGTH: Final = 32
_HEXADECIMAL: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class SupportTicket:
    """A new ticket. Its ``repr`` does not show the token."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FoundTicket:
    """A valid ticket. ``issued_at`` is when the operator got it."""

    id: UUID
    user: SessionUser
    grant: SupportRecord
    issued_at: datetime


class SupportTickets:
    """Creates and redeems tickets. Call it with the tenant's engine bound.

    :param secrets: with keys for this purpose only.
    :param sessions: starts the sessions.
    :param now: returns aware UTC time.
    """

    def __init__(
        self, secrets: SessionSecrets, sessions: BrowserSessions, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._secrets = secrets
        self._sessions = sessions
        self._now = now

    async def create(self, scope: TenantScope, operator: SupportOperator, grant_id: UUID) -> SupportTicket:
        """Create a ticket for a grant of the operator's; earlier ones become invalid. 5 or 6 statements.

        Raises NotThere, for another operator's grant too, and WrongSupportState if it is not in force.
        """
        async with DB.transaction():
            now = self._now()
            grant = await find_grant(grant_id, now)
            if grant.operator.id != operator.id:
                raise NotThere("request for support access")
            if grant.state != "granted":
                raise WrongSupportState(grant.state)
            user_id, _, _ = await user_of_operator(operator)
            await OneTimeLink.delete().where(OneTimeLink.user == user_id)
            ticket = SupportTicket(
                f"{SUPPORT_TICKET}{grant_id.hex}.{self._secrets.create(scope)}", now + _GOOD_FOR
            )
            row = OneTimeLink(
                id=new_id(),
                user=user_id,
                purpose=_PURPOSE,
                token_hash=self._parse(scope, ticket.token)[1],
                expires_at=ticket.expires_at,
                created_at=now,
            )
            await OneTimeLink.insert(row)
            await record_event(None, "support.ticket", Subject("support", grant.id, operator.name))
        return ticket

    async def find(self, scope: TenantScope, token: str) -> FoundTicket:
        """Return the valid ticket with this token. 2 statements.

        :raises TicketInvalid: used, expired, of another tenant, or of a grant that is not in force; which one
            is not revealed.
        """
        grant_id, token_hash = self._parse(scope, token)
        user, now = OneTimeLink.user, self._now()
        is_good = (OneTimeLink.expires_at > now) & OneTimeLink.used_at.is_null()
        its = (OneTimeLink.token_hash == token_hash) & (OneTimeLink.purpose == _PURPOSE)
        columns = (OneTimeLink.id, OneTimeLink.created_at, user, user.email, user.name)
        row = await OneTimeLink.select(*columns).where(its & is_good).first()
        if row is None:
            raise TicketInvalid
        grant = await find_grant(grant_id, now)
        if grant.state != "granted":
            raise TicketInvalid
        one = SessionUser(row["user"], row["user.email"], row["user.name"])
        return FoundTicket(row["id"], one, grant, row["created_at"])

    async def redeem(self, scope: TenantScope, found: FoundTicket, arrival: Arrival) -> BrowserSession:
        """Start a session that lasts as long as the grant. Raises TicketInvalid if the ticket is used.

        Of two concurrent requests with the same ticket one succeeds.
        """
        async with DB.transaction():
            now, unused = self._now(), (OneTimeLink.id == found.id) & OneTimeLink.used_at.is_null()
            used = OneTimeLink.update({OneTimeLink.used_at: now}).where(unused)
            grant = await find_grant(found.grant.id, now)
            if not await used.returning(OneTimeLink.id) or grant.expires_at is None:
                raise TicketInvalid
            if grant.state != "granted":
                raise TicketInvalid
            lasts = grant.expires_at - now
            return await self._sessions.open(
                scope,
                found.user,
                arrival,
                support_grant=grant.id,
                limits=SessionLimits(idle=lasts, absolute=lasts),
            )

    def _parse(self, scope: TenantScope, token: str) -> tuple[UUID, str]:
        """Return the grant's id and the hash of a ticket. Raises TicketInvalid unless it is one of the
        tenant's.
        """
        grant, _, secret = token.removeprefix(SUPPORT_TICKET).partition(".")
        digest = self._secrets.hash_of(scope, secret)
        if digest is None or len(grant) != _GRANT_LENGTH or not set(grant) <= _HEXADECIMAL:
            raise TicketInvalid
        return UUID(hex=grant), hashlib.sha256(f"{grant}.{digest}".encode()).hexdigest()
