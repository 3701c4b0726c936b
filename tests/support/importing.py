"""Executes imports in a process that is killed at a point.

``python -m tests.support.importing POINT NUMBER`` on the installation of the environment: the process dies
when it comes to the point for the NUMBER-th time.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from api.composition import compose
from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.runner import JobRunner
from central.jobs.tables import Job
from central.settings.settings import Settings
from piccolo_engines.columns import utc_now
from tenant_schema.records.csv import import_csv
from tenant_schema.records.imports import journal
from tenant_schema.records.imports.journal import Journal

__all__ = ["POINTS", "PORTION", "execute"]

POINTS = ("before a portion", "within its transaction", "after its commit", "before the end", "after the end")
PORTION = 10


class Process:
    """Dies at its point."""

    def __init__(self, point: str, number: int) -> None:
        self.point, self.left = point, number

    def reached(self, point: str) -> None:
        if point and point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, before: str, method: Callable[..., Awaitable[Any]], after: str) -> Any:
        async def call(*arguments: Any, **named: Any) -> Any:
            self.reached(before)
            result = await method(*arguments, **named)
            self.reached(after)
            return result

        return call

    def watch(self) -> None:
        """Die at the point from now on."""
        changed: Any = Journal
        changed.portion = self.around("before a portion", Journal.portion, "within its transaction")
        changed.progress = self.around("after its commit", Journal.progress, "")
        changed.finish = self.around("before the end", Journal.finish, "")
        changed = Claim
        changed.complete = self.around("after the end", Claim.complete, "")


async def execute(settings: Settings) -> None:
    """Deliver outboxes, and execute all jobs, those of dead processes as well."""
    import_csv._PORTION, journal._PAUSE = PORTION, 0  # type: ignore[misc]
    platform = compose(settings)
    with CENTRAL.bind(platform.central_engine):
        await Job.update({Job.leased_until: utc_now() - timedelta(hours=1)}).where(Job.state == "running")
        for _ in range(3):
            await Job.update({Job.due_at: utc_now()}).where(Job.due_at.is_not_null())
            runner = JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=1)
            await platform.jobs.release_abandoned(runner.kinds)
            await runner.drain()
    await platform.close()


if __name__ == "__main__":
    Process(sys.argv[1], int(sys.argv[2])).watch()
    asyncio.run(execute(Settings.from_env()))
