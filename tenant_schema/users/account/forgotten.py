"""Forgotten passwords: a request that reveals nothing, and the reset link that may follow from it.

A request is a message in the outbox, for every address alike: only when the message is sent, after the
response, is it looked up whether a user has the address. So a request for an address that nobody has sends
the same statements.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.emails import EMAIL_LENGTH, email_problem, normalise_email
from tenant_schema.users.errors import TooManyAttempts
from tenant_schema.users.links.store import LinkPurpose, create_link
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.sign_in.back_off import BackOff
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import User

__all__ = ["ForgottenPasswords", "mail_throttle"]

_RECIPIENT: Final = BackOff(3, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24))
_CLIENT: Final = BackOff(20, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))


def mail_throttle(now: Callable[[], datetime] = utc_now) -> Throttle:
    """Return the limit of mails that somebody may have sent to an address, and have sent from one client.

    Its counters are not those of signing in: nobody is kept from signing in by requests for mails.
    """
    return Throttle(_RECIPIENT, _CLIENT, now, prefix="mail-")


class ForgottenPasswords:
    """Password resets that users request. Call it with the tenant's engine bound.

    :param throttle: see :func:`mail_throttle`.
    """

    def __init__(self, mails: Mails, throttle: Throttle, *, now: Callable[[], datetime] = utc_now) -> None:
        self._mails = mails
        self._throttle = throttle
        self._now = now

    async def request(self, scope: TenantScope, email: str, address: str = "") -> None:
        """Request a reset for an address. The same statements for each, whether a user has it or not.

        Nothing happens, without an error, for what is not an e-mail address, nor after too many requests for
        this one or from this client. 7 statements, 1 if throttled, 1 more when a counter is new.
        """
        email = normalise_email(email[: 2 * EMAIL_LENGTH])
        if email_problem(email) is not None:
            return
        try:
            await self._throttle.reserve(email, address)
        except TooManyAttempts:
            return
        async with DB.transaction():
            await self._mails.password_forgotten(scope, email)

    async def create_link(self, scope: TenantScope, email: str) -> None:
        """Create the link for a request and put its mail into the outbox, if a user has the address.

        Users who are not active, and users without a password, get none: the latter are invited, or sign in
        with an identity provider. 1 statement without such a user.
        """
        columns = (User.id, User.email, User.name, User.language)
        can_reset = (User.email == email) & User.active.eq(True) & (User.password_hash != "")
        async with DB.transaction():
            row = await User.select(*columns).where(can_reset & (User.kind == "person")).first()
            if row is None or row["email"] != email:  # found by a collation that folds more than we do
                return
            link = await create_link(row["id"], LinkPurpose.PASSWORD_RESET, self._now())
            await self._mails.password_reset(scope, Recipient.of(row), link.in_mail)
            subject = Subject("user", row["id"], row["email"])
            await record_event(None, "user.link", subject, {"purpose": link.purpose.value, "forgot": True})
