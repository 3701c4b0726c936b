"""Puts or delivers a message of an outbox in a process that is killed at a point.

``python -m tests.support.delivering put|deliver POINT`` on the tenant ``acme`` of the installation of the
environment. What is sent is a line with the message's id in ``DATA_DIR/sent``.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from api.composition import Platform, compose
from api.jobs.outbox_delivery import OutboxDelivery
from api.jobs.outboxes import OUTBOX
from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.kinds import JobKind
from central.jobs.runner import JobRunner
from central.jobs.tables import Job
from central.registry import TenantRef
from central.settings.settings import Settings
from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope

__all__ = ["DELIVER_POINTS", "PUT_POINTS", "act"]

PUT_POINTS = ("after mark", "before commit", "after commit")
DELIVER_POINTS = ("before sending", "after sending", "after deleting", "after recording", "before the end")


class Process:
    """Dies at its point."""

    def __init__(self, folder: Path, point: str) -> None:
        self.folder, self.point = folder, point

    def reached(self, point: str) -> None:
        if point and point == self.point:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, before: str, method: Callable[..., Awaitable[Any]], after: str) -> Any:
        async def call(*arguments: Any, **named: Any) -> Any:
            self.reached(before)
            result = await method(*arguments, **named)
            self.reached(after)
            return result

        return call

    async def put(self, platform: Platform) -> None:
        tenant = await platform.registry.by_slug("acme")
        scope, outbox = TenantScope(tenant.id, tenant.slug, tenant.name), platform.outbox
        outbox._mark = self.around("", outbox._mark, "after mark")
        async with platform.tenancy.use(tenant):
            async with DB.transaction():
                await outbox.put(scope, "mail", {})
                self.reached("before commit")
            self.reached("after commit")

    async def send(self, _tenant: TenantRef, message_id: UUID, _payload: dict[str, Any]) -> None:
        self.reached("before sending")
        with (self.folder / "sent").open("a") as sent:
            sent.write(f"{message_id}\n")
        self.reached("after sending")

    async def deliver(self, platform: Platform) -> None:
        deliver = OutboxDelivery(
            platform.registry, platform.tenancy, platform.vault.open, {"mail": self.send}
        )
        if self.point:  # in a process of its own
            Claim.progress = self.around("after deleting", Claim.progress, "after recording")  # type: ignore[method-assign]
            Claim.forget = self.around("before the end", Claim.forget, "")  # type: ignore[method-assign]
        kind = JobKind(name=OUTBOX, run=deliver, max_attempts=None)
        runner = JobRunner(platform.jobs, [kind], size=1)
        await Job.update({Job.due_at: utc_now()}).where(Job.due_at.is_not_null())
        await platform.jobs.release_abandoned(runner.kinds)
        await runner.drain()


async def left(platform: Platform) -> tuple[int, int]:
    """The number of jobs and of messages that are left."""
    async with platform.tenancy.use(await platform.registry.by_slug("acme")):
        messages = await OutboxMessage.count()
    return await Job.count().where(Job.kind == OUTBOX), messages


async def act(settings: Settings, what: str, point: str = "") -> tuple[int, int]:
    """Put or deliver. Returns the number of jobs and of messages that are left."""
    platform, process = compose(settings), Process(settings.data_dir, point)
    with CENTRAL.bind(platform.central_engine):
        await getattr(process, what)(platform)
        found = await left(platform)
    await platform.close()
    return found


if __name__ == "__main__":
    asyncio.run(act(Settings.from_env(), sys.argv[1], sys.argv[2]))
