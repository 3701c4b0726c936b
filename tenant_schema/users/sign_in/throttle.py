"""Counts failed attempts at passwords per account and per address, in the tenant's database.

The counters hold across processes and restarts. An attempt is counted *before* the password is verified, and
taken back if it succeeds, so that fifty concurrent attempts do not get fifty tries. Accounts that do not
exist are counted in the same way, so that a block does not reveal whether an account exists.
"""

import hashlib
import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from piccolo_engines.columns import utc_now
from tenant_schema.users.errors import TooBusy, TooManyAttempts
from tenant_schema.users.sign_in.back_off import (
    ACCOUNT,
    ADDRESS,
    Attempts,
    BackOff,
    after_attempt,
    seconds_to_wait,
)
from tenant_schema.users.tables import SignInThrottle

__all__ = ["Reservation", "Throttle", "network_of"]


@dataclass(frozen=True, slots=True)
class Reservation:
    """One allowed attempt: its counters, each with the end of the block that it caused."""

    account: str
    blocked_until: Mapping[str, datetime | None]


class Throttle:
    """Allows attempts, or raises :class:`TooManyAttempts`.

    :param account: the rule for one account, from any address.
    :param address: the rule for one address (IPv6: one /64), for any account.
    :param now: returns aware UTC time.
    :param table: a table with the columns of :class:`SignInThrottle`.
    :param prefix: distinguishes counters that share the table.
    """

    def __init__(
        self,
        account: BackOff = ACCOUNT,
        address: BackOff = ADDRESS,
        now: Callable[[], datetime] = utc_now,
        table: type[Any] = SignInThrottle,
        prefix: str = "",
    ) -> None:
        self._table = table
        self._prefix = prefix
        self._account = account
        self._address = address
        self._now = now

    @asynccontextmanager
    async def attempt(self, email: str, address: str) -> AsyncIterator[Reservation]:
        """Reserve one attempt for the block, and take it back if the block raises :class:`TooBusy`.

        Otherwise the attempt stays counted, also when the client disconnects; call :meth:`clear` if it
        succeeds.
        """
        reservation = await self.reserve(email, address)
        try:
            yield reservation
        except TooBusy:
            await self.give_back(reservation)
            raise

    async def reserve(self, email: str, address: str) -> Reservation:
        """Count one attempt for the account with this normalised e-mail, from this address ('' if unknown).

        Refused: 1 statement, no lock. Allowed: 4 statements, and 1 that deletes old rows when it adds a row.

        :raises TooManyAttempts: the account or the address is blocked; the attempt is not counted.
        """
        rules = self._rules(email, address)
        known = await _read(self._table, rules)
        self._refuse_if_blocked(known)
        if len(known) < len(rules):  # the table is about to grow
            await self._purge()
        async with self._table._meta.db.transaction():
            return await self._count(rules)

    async def give_back(self, reservation: Reservation) -> None:
        """Take one attempt back from its counters. At most 4 statements."""
        for key, blocked_until in reservation.blocked_until.items():
            await _give_back(self._table, key, blocked_until)

    async def clear(self, reservation: Reservation) -> None:
        """Delete the account's counter and take the attempt back from the address. At most 3 statements.

        Other failures from the same address stay counted: the owner of one account cannot use it to reset the
        counter for attempts at others.
        """
        await self._table.delete().where(self._table.key == reservation.account)
        for key, blocked_until in reservation.blocked_until.items():
            if key != reservation.account:
                await _give_back(self._table, key, blocked_until)

    async def forget(self, email: str) -> None:
        """Delete the account's counter, when a sign-in that began earlier is complete. 1 statement."""
        await self._table.delete().where(self._table.key == _key(f"{self._prefix}account", email))

    def _rules(self, email: str, address: str) -> dict[str, BackOff]:
        """The rule of each counter, the account's first."""
        rules = {_key(f"{self._prefix}account", email): self._account}
        if address:
            rules[_key(f"{self._prefix}address", network_of(address))] = self._address
        return rules

    def _refuse_if_blocked(self, known: Mapping[str, Attempts]) -> None:
        wait = max((seconds_to_wait(attempts, self._now()) for attempts in known.values()), default=0)
        if wait:
            raise TooManyAttempts(wait)

    async def _count(self, rules: Mapping[str, BackOff]) -> Reservation:
        now = self._now()
        await _lock(self._table, rules, now)
        known = await _read(self._table, rules)
        self._refuse_if_blocked(known)
        counted = {
            key: after_attempt(_without_lock(known[key]), now, back_off) for key, back_off in rules.items()
        }
        await _write(self._table, counted)
        return Reservation(
            next(iter(rules)), {key: attempts.blocked_until for key, attempts in counted.items()}
        )

    async def _purge(self) -> None:
        oldest = self._now() - max(self._account.window, self._address.window)
        await self._table.delete().where(self._table.last_attempt_at < oldest)


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}\0{name}".encode("utf-8", "surrogatepass")).hexdigest()


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, an IPv6 /64 (one customer has it all), or the text."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


async def _read(table: type[Any], keys: Mapping[str, object]) -> dict[str, Attempts]:
    rows = await table.select(table.key, table.failures, table.last_attempt_at, table.blocked_until).where(
        table.key.is_in(list(keys))
    )
    return {
        row["key"]: Attempts(row["failures"], row["last_attempt_at"], row["blocked_until"]) for row in rows
    }


async def _lock(table: type[Any], keys: Mapping[str, object], now: datetime) -> None:
    """Make or touch the rows, always in the same order: on every engine, who comes meanwhile waits here."""
    rows = [table(key=key, failures=1, last_attempt_at=now) for key in sorted(keys)]
    await table.insert(*rows).on_conflict(
        target=table.key, action="DO UPDATE", values=[(table.failures, table.failures + 1)]
    )


def _without_lock(attempts: Attempts) -> Attempts:
    """The state of the row before :func:`_lock` changed it."""
    return Attempts(attempts.failures - 1, attempts.last_at, attempts.blocked_until)


async def _write(table: type[Any], counted: Mapping[str, Attempts]) -> None:
    rows = [
        table(
            key=key, failures=state.failures, last_attempt_at=state.last_at, blocked_until=state.blocked_until
        )
        for key, state in sorted(counted.items())
    ]
    columns = [table.failures, table.last_attempt_at, table.blocked_until, table.updated_at]
    await table.insert(*rows).on_conflict(target=table.key, action="DO UPDATE", values=columns)


async def _give_back(table: type[Any], key: str, blocked_until: datetime | None) -> None:
    await table.update({table.failures: table.failures - 1}).where((table.key == key) & (table.failures > 0))
    if blocked_until is not None:  # end the block, unless a later attempt caused another
        await table.update({table.blocked_until: None}).where(
            (table.key == key) & (table.blocked_until == blocked_until)
        )
