"""Accepting one-time links: a user chooses a password, as an invited user or after a password reset."""

from collections.abc import Callable
from datetime import datetime

from piccolo_engines.columns import utc_now
from tenant_schema.problems import Problem
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import WeakPassword
from tenant_schema.users.links.store import find_link, take_link
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
        self, passwords: PasswordHashing, cache: VersionedCache, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._passwords = passwords
        self._cache = cache
        self._now = now

    async def accept(
        self, scope: TenantScope, token: str, password: str, name: str | None = None
    ) -> SessionUser:
        """Set the password (and the name) of the link's user, and end all of the user's sessions.

        :raises LinkInvalid: the link was used, has expired, or is not one of this tenant's.
        :raises WeakPassword: the policy refuses the password, or the name is too long; the link stays valid.
        :raises TooBusy: as for signing in.
        """
        link = await find_link(token, self._now())
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
            await User.update({User.password_hash: password_hash, User.name: user.name}).where(
                User.id == user.id
            )
            await end_sessions_of(user.id, EndReason.PASSWORD_RESET, now)
            subject = Subject("user", user.id, user.email)
            await record_event(None, "user.link-used", subject, {"purpose": link.purpose.value})
        return user
