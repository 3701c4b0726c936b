"""Signing in on a central host: one password, tried in every tenant in which the address has an account.

Nothing reveals whether an address is known. The attempt is counted before anything is looked up, by the hash
of the address, so that counters and blocks are the same for every address. The lookup is the same statement.
Without a tenant to try, one password is verified against nobody's hash. And a refusal is sent at a fixed time
after the request, whatever was tried until then (ADR 128).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from time import monotonic
from typing import Final

from central.directory.service import Directory
from central.registry import TenantRef
from central.tables import CentralThrottle
from central.tenancy.tenancy import Tenancy
from piccolo_conf import DB
from piccolo_engines.retrying import retrying
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Origin, came_from
from tenant_schema.users.emails import normalise_email
from tenant_schema.users.errors import InvalidCredentials, PasswordDisabled, TooBusy, TooManyAttempts
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.sign_in.service import Authentication, VerifiedPassword
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.sign_in.tickets import Tickets

__all__ = ["MOST_TENANTS", "CentralSignIn", "TenantTicket", "central_throttle"]

MOST_TENANTS: Final = 20
"""The maximum number of tenants in which a password is tried."""
_AT_ONCE: Final = 4
_LONGEST_EMAIL: Final = 1_000
_REFUSED_AFTER: Final = 2.0
_RETRY_AFTER: Final = 1

_log: Final = logging.getLogger(__name__)


def central_throttle() -> Throttle:
    """Return the limit of failures per account and per address, across all tenants."""
    return Throttle(table=CentralThrottle, prefix="user-")


@dataclass(frozen=True, slots=True)
class TenantTicket:
    """A tenant in which the password is right, and the ticket for a session there."""

    tenant: TenantRef
    ticket: str = field(repr=False)


class _Refusal(Enum):
    """Why there is no ticket of a tenant."""

    WRONG = auto()
    BUSY = auto()
    NOT_TRIED = auto()


class CentralSignIn:
    """Tries a password in several tenants. The caller binds ``CENTRAL``, and no tenant.

    :param throttle: see :func:`central_throttle`. Each tenant counts with its own in addition.
    :param seconds: how long after the request a refusal is sent. Tenants that have not responded by then are
        left out.
    :ivar pause: waits for so many seconds.
    """

    def __init__(
        self,
        directory: Directory,
        tenancy: Tenancy,
        authentication: Authentication,
        tickets: Tickets,
        passwords: PasswordHashing,
        throttle: Throttle,
        *,
        seconds: float = _REFUSED_AFTER,
    ) -> None:
        self._directory = directory
        self._tenancy = tenancy
        self._authentication = authentication
        self._tickets = tickets
        self._passwords = passwords
        self._throttle = throttle
        self.seconds = seconds
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def sign_in(self, email: str, password: str, origin: Origin) -> list[TenantTicket]:
        """Return the tenants in which this is the password of the address, each with a ticket.

        6 or 7 statements in the central database, 5 if refused, 1 if throttled; in each tenant those of
        verifying a password, and of a ticket. At most :data:`MOST_TENANTS` tenants are tried, the oldest
        first, four at a time; an engine is leased for one tenant only while it is tried. Tenants that do not
        admit passwords, that block the account, or whose database does not respond are left out.

        :raises InvalidCredentials: the password is right in none of them.
        :raises TooManyAttempts: the account or the client's address has too many failures across all tenants.
        :raises TooBusy: too many passwords are waiting to be verified; the attempt is not counted.
        """
        refused_at = monotonic() + self.seconds
        address = normalise_email(email[:_LONGEST_EMAIL])
        account = self._directory.hashes.account_of(address)
        async with self._throttle.attempt(account, origin.address) as attempt:
            tenants = await self._directory.tenants_of(address, MOST_TENANTS)
            found = await self._try_all(tenants, address, password, origin, refused_at)
            tickets = [one for one in found if isinstance(one, TenantTicket)]
            if not tickets:
                error = await self._refusal(found, password)
                await self.pause(max(0.0, refused_at - monotonic()))
                raise error
            if len(tickets) == len(tenants):
                await self._throttle.clear(attempt)
            else:  # failures that concern the other tenants stay counted
                await self._throttle.give_back(attempt)
        return tickets

    async def _refusal(self, found: Iterable[TenantTicket | _Refusal], password: str) -> Exception:
        """Return the error of an attempt without a ticket, after at least one password was verified."""
        refusals = set(found)
        if _Refusal.BUSY in refusals:
            return TooBusy(_RETRY_AFTER)
        if _Refusal.WRONG not in refusals:
            try:
                await self._passwords.verify(password, None)
            except TooBusy as error:
                return error
        return InvalidCredentials()

    async def _try_all(
        self, tenants: list[TenantRef], address: str, password: str, origin: Origin, until: float
    ) -> list[TenantTicket | _Refusal]:
        """Try the tenants until all have responded, or the time is over."""
        found: dict[TenantRef, TenantTicket | _Refusal] = {}
        left = iter(tenants)

        async def work() -> None:
            for tenant in left:
                with came_from(origin):
                    found[tenant] = await self._try(tenant, address, password, origin.address)

        try:
            async with asyncio.timeout(until - monotonic()), asyncio.TaskGroup() as group:
                for _ in range(min(_AT_ONCE, len(tenants))):
                    group.create_task(work())
        except TimeoutError:
            late = [one.slug for one in tenants if one not in found]
            _log.warning("Tenants did not respond in time to a sign-in: %s", ", ".join(late))
        return [found[one] for one in tenants if one in found]  # in their order, not that of the responses

    async def _try(
        self, tenant: TenantRef, address: str, password: str, client: str
    ) -> TenantTicket | _Refusal:
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        try:
            async with self._tenancy.use(tenant):
                verified = await self._authentication.verify_password(scope, address, password, client)
                return TenantTicket(tenant, await retrying(partial(self._ticket, scope, verified)))
        except InvalidCredentials:
            return _Refusal.WRONG
        except TooBusy:
            return _Refusal.BUSY
        except (PasswordDisabled, TooManyAttempts):
            return _Refusal.NOT_TRIED
        except Exception:  # noqa: BLE001 # a fault of one tenant is neither seen nor keeps others out
            _log.warning("The tenant %s is left out of a sign-in", tenant.slug, exc_info=True)
            return _Refusal.NOT_TRIED

    async def _ticket(self, scope: TenantScope, verified: VerifiedPassword) -> str:
        async with DB.transaction():
            await self._authentication.hand_over(verified)
            return await self._tickets.issue(scope, verified.user.id)
