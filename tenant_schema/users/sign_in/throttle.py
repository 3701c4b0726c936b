"""Counting attempts at passwords per account and per address, in the database of those who sign in.

So it holds across processes and restarts. An attempt is counted **before** the password is looked at and
given back when it turns out well: fifty attempts at once do not get fifty tries. Accounts that do not exist
are counted just the same, so being locked out says nothing.
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

__all__ = ["Reservation", "Throttle"]


@dataclass(frozen=True, slots=True)
class Reservation:
    """One attempt that was let in: its counters, each with the door that it shut behind itself."""

    account: str
    blocked_until: Mapping[str, datetime | None]


class Throttle:
    """Lets attempts in, or raises :class:`TooManyAttempts`.

    :param account: the rule for one account, however many addresses it is tried from.
    :param address: the rule for one address (IPv6: one /64), however many accounts are tried from it.
    :param now: aware UTC time.
    :param table: where it is counted; any table with the columns of :class:`SignInThrottle`.
    """

    def __init__(
        self,
        account: BackOff = ACCOUNT,
        address: BackOff = ADDRESS,
        now: Callable[[], datetime] = utc_now,
        table: type[Any] = SignInThrottle,
    ) -> None:
        self._table = table
        self._account = account
        self._address = address
        self._now = now

    @asynccontextmanager
    async def attempt(self, email: str, address: str) -> AsyncIterator[Reservation]:
        """Around one attempt: reserves it, and gives it back when there was no time to look at the password.

        Everything else leaves it counted, a client that hangs up included; :meth:`clear` when it turns out
        well.
        """
        reservation = await self.reserve(email, address)
        try:
            yield reservation
        except TooBusy:
            await self.give_back(reservation)
            raise

    async def reserve(self, email: str, address: str) -> Reservation:
        """Count one attempt at the account with this normalised e-mail, from this address ('' is unknown).

        Refused: 1 statement, and no lock taken. Let in: 4, and 1 to purge old rows when it makes one.

        :raises TooManyAttempts: when either must wait; nothing is counted.
        """
        rules = self._rules(email, address)
        known = await _read(self._table, rules)
        self._refuse_if_blocked(known)
        if len(known) < len(rules):  # the table is about to grow
            await self._purge()
        async with self._table._meta.db.transaction():
            return await self._count(rules)

    async def give_back(self, reservation: Reservation) -> None:
        """Take one attempt off its counters, as if it had not been made. At most 4 statements."""
        for key, blocked_until in reservation.blocked_until.items():
            await _give_back(self._table, key, blocked_until)

    async def clear(self, reservation: Reservation) -> None:
        """Forget the account's failures, since its owner was here; give the attempt back to the address.

        At most 3 statements. The failures of others from the same address stay counted: whoever has one
        account cannot use it to keep guessing at all others.
        """
        await self._table.delete().where(self._table.key == reservation.account)
        for key, blocked_until in reservation.blocked_until.items():
            if key != reservation.account:
                await _give_back(self._table, key, blocked_until)

    def _rules(self, email: str, address: str) -> dict[str, BackOff]:
        """The rule of each counter; the account's first."""
        rules = {_key("account", email): self._account}
        if address:
            rules[_key("address", _network(address))] = self._address
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


def _network(address: str) -> str:
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
    """What the row said before :func:`_lock` touched it."""
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
    if blocked_until is not None:  # open the door again, unless a later attempt has shut it
        await table.update({table.blocked_until: None}).where(
            (table.key == key) & (table.blocked_until == blocked_until)
        )
