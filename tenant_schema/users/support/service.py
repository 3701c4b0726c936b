"""Support access of the bound tenant: operators ask, administrators decide, both can end it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from piccolo_engines.columns import utc_now
from piccolo_engines.paging import Page
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import NotThere, SupportEnded, SupportRefused, WrongSupportState
from tenant_schema.users.mails import Mails
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in_tables import SupportGrant
from tenant_schema.users.support.records import (
    ActiveSupport,
    SupportOperator,
    SupportRecord,
    SupportState,
    checked_request,
)
from tenant_schema.users.support.store import (
    deciders,
    end_sessions_of_grant,
    find_grant,
    grants_in_force,
    insert_grant,
    move_grant,
    page_of_grants,
    policy,
    withdraw_requests,
)

__all__ = ["Support"]

_MANAGE: Final = "users:manage"
_ACTIVE: Final = "support"


class Support:
    """Grants of support access. Methods with ``access`` are for users of the tenant and require
    ``users:manage``; those with ``operator`` are for operators.

    :param cache: of the ``access`` version.
    :param mails: tells those who may decide about a request.
    :param now: returns aware UTC time.
    """

    def __init__(self, cache: VersionedCache, mails: Mails, *, now: Callable[[], datetime] = utc_now) -> None:
        self._cache = cache
        self._mails = mails
        self._now = now

    async def ask(
        self, scope: TenantScope, operator: SupportOperator, reason: str, minutes: int
    ) -> SupportRecord:
        """Request support access. It is granted at once if the tenant always allows it. 7 statements,
        and those of the mails.

        The operator's earlier requests that are not decided are withdrawn. Raises InvalidInput, and
        SupportRefused if the tenant never allows it.
        """
        reason = checked_request(reason, minutes)
        async with changing_access(self._cache, scope):
            now, allowed = self._now(), await policy()
            if allowed == "never":
                raise SupportRefused
            await withdraw_requests(operator, now)
            grant_id = await insert_grant(operator, reason, minutes, now)
            if allowed == "always":
                await self._grant(await find_grant(grant_id, now), None, now)
            made = await find_grant(grant_id, now)
            if made.state == "asked" and self._mails.can_send:
                for to in await deciders():
                    await self._mails.support_asked(scope, to, operator.name, reason, minutes)
            detail = {"reason": reason, "minutes": minutes, "state": made.state}
            await record_event(None, "support.ask", _subject(made), detail)
        return made

    async def of_tenant(self, limit: int, cursor: str | None = None) -> Page[SupportRecord]:
        """Return a page of the requests, newest first, for operators. 1 statement. Raises InvalidCursor."""
        return await page_of_grants(limit, cursor, self._now())

    async def find(self, grant_id: UUID) -> SupportRecord:
        """Return one request, for operators. 1 statement. Raises NotThere."""
        return await find_grant(grant_id, self._now())

    async def page(self, access: Access, limit: int, cursor: str | None = None) -> Page[SupportRecord]:
        """Return a page of the requests, newest first. 1 statement. Raises InvalidCursor."""
        access.require_system(_MANAGE)
        return await self.of_tenant(limit, cursor)

    async def active(self, scope: TenantScope) -> tuple[ActiveSupport, ...]:
        """Return who may be in the tenant now, for every user. 1 statement, none with a warm cache."""
        now = self._now()
        found = await self._cache.get(scope, _ACTIVE, lambda: grants_in_force(now))
        return tuple(one for one in found if one.expires_at > now)

    async def grant(self, scope: TenantScope, access: Access, grant_id: UUID) -> SupportRecord:
        """Grant a request: its minutes begin now.

        Raises NotThere, WrongSupportState, KeyNotEnough for an API key, and SupportNotEnough for an operator.
        """
        access.require_system(_MANAGE)
        access.require_person()
        async with self._moving(scope, grant_id, "asked") as (found, now):
            await self._grant(found, access.user_id, now)
            await record_event(access, "support.grant", _subject(found), {"minutes": found.minutes})
        return await find_grant(grant_id, now)

    async def refuse(self, scope: TenantScope, access: Access, grant_id: UUID) -> SupportRecord:
        """Refuse a request. Raises NotThere, WrongSupportState and SupportNotEnough."""
        access.require_system(_MANAGE)
        access.require_no_support()
        async with self._moving(scope, grant_id, "asked") as (found, now):
            values = {SupportGrant.decided_by: access.user_id, SupportGrant.decided_at: now}
            await move_grant(found, "refused", values)
            await record_event(access, "support.refuse", _subject(found))
        return await find_grant(grant_id, now)

    async def end(self, scope: TenantScope, access: Access, grant_id: UUID) -> SupportRecord:
        """End support access, with its sessions, from the next request on.

        In other processes it ends within ``CACHE_SECONDS``. Raises NotThere, WrongSupportState and
        SupportNotEnough.
        """
        access.require_system(_MANAGE)
        access.require_no_support()
        return await self._end(scope, grant_id, access)

    async def end_for(self, scope: TenantScope, grant_id: UUID) -> SupportRecord:
        """End support access or withdraw the request, for an operator. Raises NotThere, WrongSupportState."""
        return await self._end(scope, grant_id, None)

    async def end_expelled(self, scope: TenantScope, access: Access) -> None:
        """End the access of an operator who is none any more, unless it has ended."""
        support = access.support
        if support is not None:
            try:
                await self._end(scope, support.grant, access)
            except (NotThere, WrongSupportState):
                return

    def require_in_force(self, access: Access) -> None:
        """Raise :class:`SupportEnded` from the moment on when the caller's support access has expired. No
        statement.
        """
        if access.support is not None and access.support.expires_at <= self._now():
            raise SupportEnded

    async def _grant(self, found: SupportRecord, decided_by: UUID | None, now: datetime) -> None:
        values = {
            SupportGrant.decided_by: decided_by,
            SupportGrant.decided_at: now,
            SupportGrant.expires_at: now + timedelta(minutes=found.minutes),
        }
        await move_grant(found, "granted", values)

    async def _end(self, scope: TenantScope, grant_id: UUID, access: Access | None) -> SupportRecord:
        async with self._moving(scope, grant_id, "asked", "granted") as (found, now):
            await move_grant(found, "ended", {SupportGrant.ended_at: now})
            await end_sessions_of_grant(grant_id, now)
            await record_event(access, "support.end", _subject(found))
        return await find_grant(grant_id, now)

    @asynccontextmanager
    async def _moving(
        self, scope: TenantScope, grant_id: UUID, *states: SupportState
    ) -> AsyncIterator[tuple[SupportRecord, datetime]]:
        """Open a transaction with a grant that is in one of these states. Raises NotThere and
        WrongSupportState.
        """
        async with changing_access(self._cache, scope):
            now = self._now()
            found = await find_grant(grant_id, now)
            if found.state not in states:
                raise WrongSupportState(found.state)
            yield found, now


def _subject(grant: SupportRecord) -> Subject:
    return Subject("support", grant.id, grant.operator.name)
