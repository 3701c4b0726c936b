"""The outboxes of tenants: who marks them, and which handler sends a message of which kind."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from central.jobs.store import JobStore, NewJob
from central.registry import TenantRef
from central.secrets.vault import Vault
from piccolo_engines.columns import utc_now
from tenant_schema.outbox import Outbox
from tenant_schema.scope import TenantScope

__all__ = ["OUTBOX", "MessageHandler", "mark_outbox", "outbox_of"]

OUTBOX: Final = "outbox"
"""The kind of the job that delivers the outbox of one tenant. Its key is ``outbox:<tenant id>``."""

_COMMIT: Final = timedelta(milliseconds=100)
"""The time that most transactions need to be committed after a message was written."""

MessageHandler = Callable[[TenantRef, UUID, dict[str, Any]], Awaitable[None]]
"""Sends one message: called with the tenant, whose database is bound, the message's id and its payload.

It may be called again with the same id after a crash, so it passes the id on as idempotency key. Raises
:class:`~api.jobs.errors.Postponed` or :class:`~api.jobs.errors.Undeliverable` if the message was not sent;
any other exception counts as postponed.
"""


def outbox_of(vault: Vault, jobs: JobStore) -> Outbox:
    """Return the outbox whose messages are sealed by the vault, and delivered by a job of the store."""

    def seal(tenant_id: UUID, payload: bytes) -> str:
        return vault.seal(payload.decode(), tenant_id)

    return Outbox(seal, partial(mark_outbox, jobs))


async def mark_outbox(jobs: JobStore, tenant: TenantScope) -> None:
    """Note that the tenant may have messages to send."""
    new = NewJob(
        kind=OUTBOX,
        tenant_id=tenant.id,
        tenant_slug=tenant.slug,
        key=f"{OUTBOX}:{tenant.id}",
        due_at=utc_now() + _COMMIT,
    )
    await jobs.signal(new)
