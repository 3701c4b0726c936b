"""One-time links in use: a user chooses a password, or confirms a new e-mail address."""

from collections.abc import Callable
from datetime import datetime

from piccolo_engines.columns import utc_now
from piccolo_engines.errors import UniqueViolation
from tenant_schema.problems import Problem
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import Taken, WeakPassword
from tenant_schema.users.links.store import (
    FOR_PASSWORDS,
    MAILED,
    FoundLink,
    LinkPurpose,
    find_link,
    take_link,
    withdraw_links,
)
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.passwords.policy import password_problems
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.sessions.store import EndReason, SessionUser, end_sessions_of
from tenant_schema.users.tables import User

__all__ = ["Invitations"]

_LONGEST_NAME = 200


class Invitations:
    """Accepts one-time links. Call it with the tenant's engine bound, outside of transactions."""

    def __init__(
        self,
        passwords: PasswordHashing,
        cache: VersionedCache,
        changes: AccountChanges,
        mails: Mails,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._passwords = passwords
        self._cache = cache
        self._changes = changes
        self._mails = mails
        self._now = now

    async def find(self, token: str) -> FoundLink:
        """Return what a link is for, and whose it is; the link stays valid. 1 statement.

        Raises :class:`LinkInvalid`.
        """
        return await find_link(token, self._now(), MAILED)

    async def accept(
        self, scope: TenantScope, token: str, password: str, name: str | None = None
    ) -> SessionUser:
        """Set the password (and the name) of the link's user, and end all of the user's sessions.

        The user's other links and tickets become invalid. The user gets a notice by
        mail, unless it was an invitation.

        :raises LinkInvalid: the link was used, has expired, or is not one of this tenant's.
        :raises WeakPassword: the policy refuses the password, or the name is too long; the link stays valid.
        :raises TooBusy: as for signing in.
        """
        link = await find_link(token, self._now(), FOR_PASSWORDS)
        problems = password_problems(password, link.email)
        if name is not None and len(name.strip()) > _LONGEST_NAME:
            problems += (Problem("name", "too-long", f"At most {_LONGEST_NAME} characters."),)
        if problems:
            raise WeakPassword(problems)
        password_hash = await self._passwords.hash(password)
        user = SessionUser(link.user_id, link.email, link.name if name is None else name.strip())
        async with changing_access(self._cache, scope):
            now = self._now()
            await take_link(link, now)
            await withdraw_links(user.id)
            await User.update({User.password_hash: password_hash, User.name: user.name}).where(
                User.id == user.id
            )
            await end_sessions_of(user.id, EndReason.PASSWORD_RESET, now)
            if link.purpose is LinkPurpose.PASSWORD_RESET:
                await self._mails.password_changed(scope, Recipient(user.email, user.name, link.language))
            subject = Subject("user", user.id, user.email)
            await record_event(None, "user.link-used", subject, {"purpose": link.purpose.value})
        return user

    async def confirm_email(self, scope: TenantScope, token: str) -> SessionUser:
        """Give the link's user the new address that the link was mailed to; both addresses get a notice.

        Links that were mailed to the old address become invalid.

        :raises LinkInvalid: as for :meth:`accept`.
        :raises Taken: another user has got the address meanwhile; the link stays valid.
        """
        link = await find_link(token, self._now(), {LinkPurpose.EMAIL_CHANGE})
        async with changing_access(self._cache, scope):
            await take_link(link, self._now())
            await withdraw_links(link.user_id)
            try:
                await User.update({User.email: link.new_email}).where(User.id == link.user_id)
            except UniqueViolation as error:
                raise Taken("email", "user") from error
            await self._changes.note(scope, link.email, link.new_email)
            old = Recipient(link.email, link.name, link.language)
            await self._mails.email_changed(scope, old, link.new_email)
            detail = {"was": {"email": link.email}}
            subject = Subject("user", link.user_id, link.new_email)
            await record_event(None, "user.email-confirmed", subject, detail)
        return SessionUser(link.user_id, link.new_email, link.name)
