"""OutboxDelivery: sends the messages of one tenant's outbox. The function of jobs of the kind ``outbox``.

A message is deleted once it was sent. When the process dies in between, it is sent again, with the same id.

The job was requested once for each message, before the transaction of the message was committed. So if fewer
messages were found than requested, a transaction may still be open, and the job looks again, with growing
pauses, until no transaction can be that old any more.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.custom_types import Combinable
from piccolo.query.functions import Count

from api.jobs.errors import MessageNotSent, Postponed, Undeliverable
from api.jobs.outboxes import MessageHandler
from central.errors import SealBroken, TenantNotFound
from central.jobs.claims import Claim, in_short
from central.jobs.kinds import Done, Later, Outcome
from central.jobs.records import pause_after
from central.registry import Registry, TenantRef
from central.tables import TenantStatus
from central.tenancy.tenancy import Tenancy
from piccolo_engines.columns import utc_now
from tenant_schema.outbox import OutboxMessage

__all__ = ["GIVE_UP_AFTER", "KEEP_FAILED", "OLDEST_TRANSACTION", "OutboxDelivery"]

OLDEST_TRANSACTION: Final = timedelta(days=1)
"""No transaction is open for longer: it is the longest time that ``IMPORT_TIMEOUT`` may allow."""

KEEP_FAILED: Final = timedelta(days=30)
"""How long a message that could not be sent is kept."""

GIVE_UP_AFTER: Final = timedelta(days=4)
"""How long sending is tried. RFC 5321, section 4.5.4.1, recommends 4 to 5 days for mail."""

_AT_ONCE: Final = 50
"""How many messages of a tenant are sent before other tenants' turn."""
_NO_HANDLER: Final = timedelta(hours=1)
_NOT_SERVED: Final = timedelta(minutes=10)
_LONGEST_ERROR: Final = 500
_SANDBOX: Final = "The tenant is a sandbox: nothing is sent outside for it."
_row = OutboxMessage
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Account:
    """What the job knows from one attempt to the next.

    :ivar found: the messages that were sent or have failed since the job was inserted.
    :ivar looks: how often it has looked in vain since the latest request.
    :ivar enqueued: the requests at that time.
    :ivar due_at: when the next attempt was due, in ISO 8601. An earlier one was requested by an operator.
    """

    found: int = 0
    looks: int = 0
    enqueued: int = 0
    due_at: str = ""

    @classmethod
    def of(cls, claim: Claim) -> "_Account":
        account = cls(**(claim.job.cursor or {}))
        if account.enqueued != claim.job.enqueued:
            account.looks, account.enqueued, account.due_at = 0, claim.job.enqueued, ""
        return account

    def takes_retry(self) -> bool:
        """Whether an operator has requested this attempt. Only the first call returns True."""
        due_at, self.due_at = self.due_at, ""
        return bool(due_at) and utc_now() < datetime.fromisoformat(due_at)

    def later(self, until: datetime, note: str | None) -> Later:
        """The outcome of an attempt that leaves messages for another one."""
        self.due_at = until.isoformat()
        return Later(until, self.cursor, note)

    @property
    def cursor(self) -> Mapping[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Rest:
    """The messages that are left, by kind.

    :ivar due_at: when the first of them is due.
    :ivar reason: why the pending one that was tried last was not sent; empty if none was tried.
    :ivar last_failure: why the last of the failed ones was not sent.
    """

    pending: Mapping[str, int]
    failed: int
    due_at: datetime | None
    reason: str = ""
    last_failure: str = ""


class OutboxDelivery:
    """Delivers outboxes. Call it with a claim on the job of one tenant.

    :param unseal: decrypts for a tenant; raises :class:`~central.errors.CentralError`.
    :param handlers: by the kind of message.
    :param inside: the kinds that stay inside of this installation, and are handled for sandboxes as well.
    :param patience: seconds that a handler may take.
    """

    def __init__(
        self,
        registry: Registry,
        tenancy: Tenancy,
        unseal: Callable[[str, UUID], str],
        handlers: Mapping[str, MessageHandler],
        *,
        inside: Collection[str] = (),
        patience: float = 120.0,
    ) -> None:
        self._registry = registry
        self._tenancy = tenancy
        self._unseal = unseal
        self._handlers = handlers
        self._inside = frozenset(inside)
        self._patience = patience

    async def __call__(self, claim: Claim) -> Outcome:
        """Send what is due; everything if an operator retries the job. Its row goes when nothing is left."""
        account = _Account.of(claim)
        assert claim.job.tenant_id is not None
        try:
            tenant = await self._registry.get(claim.job.tenant_id)
        except TenantNotFound:
            return Done(is_forgotten=True)
        if tenant.status is not TenantStatus.ACTIVE:
            account.looks += 1
            pause = pause_after(account.looks, _NOT_SERVED)
            return Later(utc_now() + pause, account.cursor, f"The tenant is {tenant.status.value}.")
        async with self._tenancy.use(tenant):
            if account.takes_retry():
                await _make_due()
            if await self._is_sandbox(tenant):
                account.found += await self._fail_outside()
            due = await _row.select().where(_row.due_at <= utc_now()).order_by(_row.id).limit(_AT_ONCE)
            for message in due:
                account.found += await self._handle(tenant, message)
                await claim.progress(account.found, unit="messages", cursor=account.cursor)
            rest = await _rest()
        if len(due) == _AT_ONCE:
            return Later(utc_now(), account.cursor)
        return self._next(claim, account, rest)

    def _next(self, claim: Claim, account: _Account, rest: _Rest) -> Outcome:
        """Decide when to look again."""
        now, times = utc_now(), [rest.due_at] if rest.due_at else []
        missing = account.enqueued - account.found - sum(rest.pending.values())
        if missing > 0 and now < claim.job.enqueued_at + OLDEST_TRANSACTION:
            account.looks += 1
            times.append(now + pause_after(account.looks))
        elif missing > 0:
            account.found += missing
        if not times:
            return Done(is_forgotten=True)
        return account.later(min(times), self._note(rest))

    def _note(self, rest: _Rest) -> str | None:
        unknown = sorted(rest.pending.keys() - self._handlers.keys())
        notes = [f"Nothing sends messages of the kind {kind}." for kind in unknown]
        if rest.reason:
            notes.append(rest.reason)
        if rest.failed:
            notes.append(f"{rest.failed} could not be delivered: {rest.last_failure}")
        return " ".join(notes) or None

    async def _handle(self, tenant: TenantRef, message: Mapping[str, Any]) -> int:
        """Send or expire a message. Returns 1 if it was pending, and is not any more."""
        if message["failed_at"] is not None:
            await _row.delete().where(_row.id == message["id"])
            return 0
        if message["kind"] not in self._inside and await self._is_sandbox(tenant):
            return await _fail(message, _SANDBOX)
        if message["kind"] not in self._handlers:
            await _change(message, due_at=utc_now() + _NO_HANDLER, error="Nothing sends this kind.")
            return 0
        try:
            await self._send(tenant, message)
        except Undeliverable as error:
            return await _fail(message, error.reason)
        except Exception as error:  # noqa: BLE001 # a handler's bug must not keep the others from being sent
            return await _postpone_or_fail(message, error)
        return len(await _row.delete().where(_row.id == message["id"]).returning(_row.id))

    async def _fail_outside(self) -> int:
        """Fail all pending messages that would leave this installation. Returns how many.

        A sandbox may have thousands, such as those of the database it was copied from by hand.
        """
        values = _failed(_SANDBOX)
        pending: Combinable = _row.failed_at.is_null()
        if self._inside:
            pending = pending & _row.kind.not_in(sorted(self._inside))
        return len(await _row.update(values).where(pending).returning(_row.id))

    async def _is_sandbox(self, tenant: TenantRef) -> bool:
        """Whether nothing may be sent outside, by the registry as it is now."""
        return (await self._registry.get(tenant.id)).is_sandbox

    async def _send(self, tenant: TenantRef, message: Mapping[str, Any]) -> None:
        try:
            payload = msgspec.json.decode(self._unseal(message["payload"], tenant.id))
        except SealBroken as error:
            raise Undeliverable(in_short(error)) from error
        async with asyncio.timeout(self._patience):
            await self._handlers[message["kind"]](tenant, message["id"], payload)


async def _postpone_or_fail(message: Mapping[str, Any], error: Exception) -> int:
    attempts, delay = message["attempts"] + 1, None
    reason = error.reason if isinstance(error, MessageNotSent) else in_short(error)
    if isinstance(error, Postponed):
        delay = error.delay
    else:
        _log.error("A message of the kind %s was not sent", message["kind"], exc_info=error)
    if utc_now() > message["created_at"] + GIVE_UP_AFTER:
        return await _fail(message, reason)
    due_at = utc_now() + (delay or pause_after(attempts))
    await _change(message, due_at=due_at, attempts=attempts, error=reason[:_LONGEST_ERROR])
    return 0


async def _fail(message: Mapping[str, Any], reason: str) -> int:
    return await _change(message, attempts=message["attempts"] + 1, **_failed(reason))


def _failed(reason: str) -> dict[Any, Any]:
    now = utc_now()
    return {"failed_at": now, "due_at": now + KEEP_FAILED, "error": reason[:_LONGEST_ERROR]}


async def _change(message: Mapping[str, Any], **values: Any) -> int:
    changes: dict[Any, Any] = dict(values)
    same = (_row.id == message["id"]) & _row.failed_at.is_null()
    return len(await _row.update(changes).where(same).returning(_row.id))


async def _make_due() -> None:
    now = utc_now()
    is_later = _row.failed_at.is_null() & (_row.due_at > now)
    if await _row.exists().where(is_later):  # on SQLite an update waits for open transactions
        await _row.update({_row.due_at: now}).where(is_later)


async def _rest() -> _Rest:
    first = await _row.select(_row.due_at).order_by(_row.due_at).first()
    if first is None:
        return _Rest({}, 0, None)
    counts = (Count(alias="all"), Count(_row.failed_at, alias="failed"))
    rows = await _row.select(_row.kind, *counts).group_by(_row.kind)
    pending = {row["kind"]: row["all"] - row["failed"] for row in rows if row["all"] > row["failed"]}
    reason = await _last_error(_row.failed_at.is_null() & (_row.attempts > 0)) if pending else ""
    failed = sum(row["failed"] for row in rows)
    last_failure = await _last_error(_row.failed_at.is_not_null()) if failed else ""
    return _Rest(pending, failed, first["due_at"], reason, last_failure)


async def _last_error(which: Combinable) -> str:
    tried = _row.select(_row.error).where(which).order_by(_row.updated_at, ascending=False)
    last = await tried.first()
    return "" if last is None else str(last["error"])
