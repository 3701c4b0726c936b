"""Tells users by mail that somebody has signed in from a browser that is new to them."""

from collections.abc import Callable
from datetime import datetime

from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.tables import User

__all__ = ["NewBrowserNotice"]


class NewBrowserNotice:
    """Writes the mail into the outbox, in the transaction of the sign-in. 3 statements.

    Without a mail server it does nothing, with no statement.
    """

    def __init__(self, mails: Mails, *, now: Callable[[], datetime] = utc_now) -> None:
        self._mails = mails
        self._now = now

    async def __call__(self, scope: TenantScope, user: SessionUser, arrival: Arrival) -> None:
        if not self._mails.can_send:
            return
        row = await User.select(User.email, User.name, User.language).where(User.id == user.id).first()
        if row is not None:
            to = Recipient.of(row)
            await self._mails.new_browser(scope, to, self._now(), arrival.address, arrival.user_agent)
