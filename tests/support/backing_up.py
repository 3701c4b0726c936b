"""Takes and proves backups in a process that is killed at a point.

``python -m tests.support.backing_up POINT NUMBER`` on the installation of the environment: the process dies
when it comes to the point for the NUMBER-th time.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from api.archive_services import InstalledArchiver
from api.composition import compose
from central.backups import rows
from central.backups.data_keys import DataKeys
from central.backups.planning import PlanBackups
from central.backups.store import BackupStore
from central.backups.taking import TakeBackup
from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.runner import JobRunner
from central.jobs.tables import Job
from central.servers.sqlite import SQLiteServer
from central.settings.settings import Settings
from piccolo_engines.columns import utc_now

__all__ = ["POINTS", "execute"]

POINTS = (
    *("after the key", "after its copy", "after the intent", "within the stream", "after the upload"),
    *("after the row", "after the database", "within the restore", "after the restore"),
    *("after the proof", "after the dropped database", "after the end"),
)


class Process:
    """Dies at its point."""

    def __init__(self, point: str, number: int) -> None:
        self.point, self.left = point, number

    def reached(self, point: str) -> None:
        if point and point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def after(self, owner: Any, name: str, point: str, text: str = "") -> None:
        """Die after the function, if one of its arguments contains the text."""
        function = getattr(owner, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            result = await function(*arguments, **named)
            if not text or any(text in one for one in arguments if isinstance(one, str)):
                self.reached(point)
            return result

        setattr(owner, name, call)

    def within(self, owner: Any, name: str, point: str) -> None:
        """Die after the first piece that the function yields."""
        function = getattr(owner, name)

        async def call(*arguments: Any, **named: Any) -> AsyncIterator[bytes]:
            async for piece in function(*arguments, **named):
                yield piece
                self.reached(point)

        setattr(owner, name, call)

    def watch(self) -> None:
        """Die at the point from now on."""
        self.after(DataKeys, "obtain", "after the key")
        self.after(DataKeys, "publish", "after its copy")
        self.after(rows, "insert_intent", "after the intent")
        self.within(InstalledArchiver, "write", "within the stream")
        self.after(BackupStore, "upload", "after the upload")
        self.after(TakeBackup, "_finish", "after the row")
        self.after(SQLiteServer, "create_database", "after the database", "_proof_")
        self.within(BackupStore, "download", "within the restore")
        self.after(InstalledArchiver, "restore_beside", "after the restore")
        self.after(BackupStore, "put", "after the proof", ".proof")
        self.after(SQLiteServer, "drop_database", "after the dropped database", "_proof_")
        self.after(Claim, "complete", "after the end")


async def execute(settings: Settings) -> None:
    """Execute all jobs, those of dead processes as well, and remove what is left of them."""
    platform = compose(settings)
    with CENTRAL.bind(platform.central_engine):
        await Job.update({Job.leased_until: utc_now() - timedelta(hours=1)}).where(Job.state == "running")
        for _ in range(3):
            await Job.update({Job.due_at: utc_now()}).where(Job.due_at.is_not_null())
            runner = JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=1)
            await platform.jobs.release_abandoned(runner.kinds)
            await runner.drain()
        await PlanBackups(platform.backups.parts).sweep()
    await platform.close()


if __name__ == "__main__":
    Process(sys.argv[1], int(sys.argv[2])).watch()
    asyncio.run(execute(Settings.from_env()))
