"""Tickets: with one, a user who has signed in on a central host begins a session of this tenant, once.

A ticket is signed with a key of the tenant, so that another tenant's, and an invented one, is refused without
a statement. Its row has a hash.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import SessionEnded, TicketInvalid
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession, BrowserSessions
from tenant_schema.users.sign_in.second_factors import SecondFactors, methods_of
from tenant_schema.users.sign_in.session_secrets import SessionSecrets
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import OneTimeLink

__all__ = ["TICKET_GOOD_FOR", "TICKET_PREFIX", "Tickets"]

TICKET_PREFIX: Final = "fht_"
TICKET_GOOD_FOR: Final = timedelta(seconds=60)
_PURPOSE: Final = "ticket"


@dataclass(frozen=True, slots=True)
class _Found:
    id: UUID
    user: SessionUser


class Tickets:
    """Issues tickets, and exchanges them for sessions. Call it with the tenant's engine bound.

    :param secrets: with keys for this purpose only.
    :param throttle: that of passwords, which also limits attempts at codes. A session forgets the failures
        of its user's account.
    """

    def __init__(
        self,
        secrets: SessionSecrets,
        sessions: BrowserSessions,
        throttle: Throttle,
        factors: SecondFactors,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._secrets = secrets
        self._sessions = sessions
        self._throttle = throttle
        self._factors = factors
        self._now = now

    async def issue(self, scope: TenantScope, user_id: UUID) -> str:
        """Return a new ticket of a user whose password was verified, and delete the user's expired ones.

        2 statements. Other tickets of the user stay valid.
        """
        now, secret = self._now(), self._secrets.create(scope)
        is_expired = (OneTimeLink.purpose == _PURPOSE) & (OneTimeLink.expires_at <= now)
        await OneTimeLink.delete().where((OneTimeLink.user == user_id) & is_expired)
        row = OneTimeLink(user=user_id, purpose=_PURPOSE, expires_at=now + TICKET_GOOD_FOR)
        digest = self._secrets.hash_of(scope, secret)
        assert digest is not None
        row.token_hash = digest
        await OneTimeLink.insert(row)
        return f"{TICKET_PREFIX}{secret}"

    async def open_session(
        self, scope: TenantScope, ticket: str, arrival: Arrival, code: str | None = None
    ) -> BrowserSession:
        """Use a ticket up, and start a session for its user. 4 statements and those of the session; 1 for a
        ticket that is not valid any more, none for one of another tenant. More for a user with a second
        factor.

        Of two concurrent requests with one ticket, one succeeds. A missing or wrong code does not use it up.

        :param code: for users with a second factor.
        :raises TicketInvalid: it was used, has expired, was withdrawn, or is not one of this tenant's.
        :raises FactorRequired: no code is given. :raises CodeInvalid: it is wrong or was used.
        :raises TooManyAttempts: too many wrong codes or passwords.
        """
        found = await self._find(scope, ticket)
        proof = None
        if await self._factors.needs_factor(scope, found.user.id):
            async with self._throttle.attempt(found.user.email, arrival.address) as attempt:
                proof = await self._factors.complete(scope, found.user, attempt, code)
            await self._throttle.give_back(attempt)
        arrival = replace(arrival, methods=methods_of(proof), second_factor=proof is not None)
        try:
            async with DB.transaction():
                await self._take(found)
                await self._throttle.forget(found.user.email)
                return await self._sessions.open(scope, found.user, arrival)
        except SessionEnded as error:  # deactivated since
            raise TicketInvalid from error

    async def _find(self, scope: TenantScope, ticket: str) -> _Found:
        digest = self._secrets.hash_of(scope, ticket.removeprefix(TICKET_PREFIX))
        if digest is None or not ticket.startswith(TICKET_PREFIX):
            raise TicketInvalid
        user = OneTimeLink.user
        is_it = (OneTimeLink.token_hash == digest) & (OneTimeLink.purpose == _PURPOSE)
        is_good = OneTimeLink.used_at.is_null() & (OneTimeLink.expires_at > self._now())
        columns = (OneTimeLink.id, OneTimeLink.user, user.email, user.name, user.active)
        row = await OneTimeLink.select(*columns).where(is_it & is_good).first()
        if row is None or not row["user.active"]:
            raise TicketInvalid
        return _Found(row["id"], SessionUser(row["user"], row["user.email"], row["user.name"]))

    async def _take(self, found: _Found) -> None:
        is_unused = (OneTimeLink.id == found.id) & OneTimeLink.used_at.is_null()
        taken = OneTimeLink.update({OneTimeLink.used_at: self._now()}).where(is_unused)
        if not await taken.returning(OneTimeLink.id):
            raise TicketInvalid
