"""Reports the progress of long work to its job, while the work goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from central.backups.types import Report
from central.jobs.claims import Claim

__all__ = ["with_progress"]

_Result = TypeVar("_Result")
_EVERY: Final = 2.0


async def with_progress(
    claim: Claim, work: Callable[[Report], Awaitable[_Result]], every: float = _EVERY
) -> _Result:
    """Run ``work``, which reports rows, and record what it reports from time to time.

    If the job is lost or the process stops, the work is cancelled, and the error of
    :meth:`~central.jobs.claims.Claim.progress` raised.
    """
    at: list[int | None] = [0, None]

    def report(rows: int, total: int | None) -> None:
        at[:] = [rows, total]

    async def keep_recording() -> None:
        while True:
            await asyncio.sleep(every)
            await claim.progress(at[0] or 0, at[1], "rows")

    async def working() -> _Result:
        return await work(report)

    task, recording = asyncio.create_task(working()), asyncio.create_task(keep_recording())
    try:
        await asyncio.wait({task, recording}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
            recording.result()
        return task.result()
    finally:
        for one in (task, recording):
            one.cancel()
        await asyncio.gather(task, recording, return_exceptions=True)
