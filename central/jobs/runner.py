"""JobRunner: executes due jobs in a serving process or a worker."""

import asyncio
import logging
import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from central.jobs.attempts import attempt
from central.jobs.claims import Claim
from central.jobs.kinds import JobKind
from central.jobs.records import JobRecord
from central.jobs.store import JobStore
from piccolo_engines.errors import DatabaseError

__all__ = ["JobRunner"]

_POLL: Final = timedelta(seconds=1)
_TURNS_BETWEEN_CHECKS: Final = 15
"""Jobs of dead processes are looked for in every so many turns."""

_log = logging.getLogger(__name__)


class JobRunner:
    """Takes jobs that are due, up to ``size`` at a time.

    :param kinds: what it can execute; jobs of other kinds are left to other processes.
    :param size: how many jobs run at once; 0 for none.
    :param poll: how often due jobs are looked for, with one statement. A job that this process enqueues is
        taken at once.
    """

    def __init__(
        self, store: JobStore, kinds: Iterable[JobKind], *, size: int, poll: timedelta = _POLL
    ) -> None:
        self._store = store
        self.kinds = {kind.name: kind for kind in kinds}
        self._size = size
        self._poll = poll
        self._running: dict[asyncio.Task[None], JobKind] = {}
        self._woken = asyncio.Event()
        self._is_stopping = False
        if size:
            store.wake = self._woken.set

    async def run(self) -> None:
        """Execute jobs until :meth:`stop`. Started in a task of its own, with ``CENTRAL`` bound."""
        turn = 0
        while self._size and not self._is_stopping:
            self._woken.clear()
            try:
                if turn % _TURNS_BETWEEN_CHECKS == 0:
                    await self._store.release_abandoned(self.kinds)
                if await self.take():
                    continue
            except DatabaseError:
                _log.exception("Due jobs could not be looked for; it will be tried again")
            turn += 1
            await self._sleep()

    async def take(self) -> int:
        """Begin due jobs while there is room. Returns how many: 0 also if others were faster."""
        free, begun, kinds = self._size - len(self._running), 0, self._takeable()
        if free <= 0 or not kinds:
            return 0
        for job in await self._store.due(kinds, free):
            if job.kind in self._takeable() and not self._is_stopping:
                begun += await self._begin(job)
        return begun

    async def stop(self, patience: float = 5.0) -> None:
        """Take nothing more, and wait for what runs. A job that reports its progress ends with its current
        unit of work; one that takes longer than ``patience`` seconds is cancelled and given back.
        """
        self._is_stopping = True
        self._woken.set()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def drain(self) -> None:
        """Execute all jobs that are due now, and those that they make due at once. For tests and commands."""
        while True:
            was_running = bool(self._running)  # what ends while jobs are looked up may have kept one back
            await self.take()
            if self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            elif not was_running:
                return

    async def _begin(self, job: JobRecord) -> bool:
        claim = await self._store.claim(job)
        if claim is None:
            return False
        claim.must_stop = self._must_stop
        kind = self.kinds[job.kind]
        task = asyncio.create_task(self._attempt(kind, claim))
        self._running[task] = kind
        task.add_done_callback(self._ended)
        return True

    async def _attempt(self, kind: JobKind, claim: Claim) -> None:
        await attempt(self._store, kind, claim)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        del self._running[task]
        self._woken.set()

    def _takeable(self) -> list[str]:
        """The kinds of which a job may begin: no long ones if only one place is left besides long ones."""
        long = sum(kind.is_long for kind in self._running.values())
        has_room = self._size == 1 or long < self._size - 1
        return [name for name, kind in self.kinds.items() if has_room or not kind.is_long]

    def _must_stop(self) -> bool:
        return self._is_stopping

    async def _sleep(self) -> None:
        seconds = self._poll.total_seconds() * random.uniform(0.9, 1.1)  # noqa: S311 # spreads processes
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return
