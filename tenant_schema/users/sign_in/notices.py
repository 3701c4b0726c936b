"""Mails about how a user signs in: from a browser that is new to them, and that a second factor was removed.

Each writes into the outbox, in the transaction of what it is about: 3 statements. Without a mail server they
do nothing, with no statement.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.tables import User

__all__ = ["FactorRemovedNotice", "NewBrowserNotice"]


class NewBrowserNotice:
    """Called when a user signs in from a browser that is new to them."""

    def __init__(self, mails: Mails, *, now: Callable[[], datetime] = utc_now) -> None:
        self._mails = mails
        self._now = now

    async def __call__(self, scope: TenantScope, user: SessionUser, arrival: Arrival) -> None:
        if self._mails.can_send and (to := await _recipient(user.id)) is not None:
            await self._mails.new_browser(scope, to, self._now(), arrival.address, arrival.user_agent)


class FactorRemovedNotice:
    """Called with the names of the factors that a user, or who manages users, has removed."""

    def __init__(self, mails: Mails, *, now: Callable[[], datetime] = utc_now) -> None:
        self._mails = mails
        self._now = now

    async def __call__(self, scope: TenantScope, user_id: UUID, names: Sequence[str]) -> None:
        if self._mails.can_send and names and (to := await _recipient(user_id)) is not None:
            await self._mails.factor_removed(scope, to, ", ".join(names), self._now())


async def _recipient(user_id: UUID) -> Recipient | None:
    """Return a user as mails address them. 1 statement."""
    row = await User.select(User.email, User.name, User.language).where(User.id == user_id).first()
    return None if row is None else Recipient.of(row)
