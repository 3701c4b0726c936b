"""One attempt at a job: calls the function of its kind, and records how that ended."""

import asyncio
import logging
from datetime import timedelta

from central.errors import CentralError, TenantUpgrading
from central.jobs.claims import Claim, in_short
from central.jobs.errors import JobFailed, JobInterrupted, JobLost
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.records import pause_after
from central.jobs.store import JobStore
from central.jobs.tables import JobState
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError

__all__ = ["attempt"]

_WHILE_UPGRADING = timedelta(seconds=15)
"""After so long a job of a tenant that is being upgraded is tried again, perhaps by another version."""

_log = logging.getLogger(__name__)


async def attempt(store: JobStore, kind: JobKind, claim: Claim) -> None:
    """Execute the job and record the outcome. Never raises, except when it is cancelled itself.

    Cancelled, it cancels the kind's function, and gives the job back.
    """
    try:
        await _attempt(store, kind, claim)
    except JobLost:
        _log.warning("Another process has taken over the job %s", claim.job)
    except (CentralError, DatabaseError):  # the lease expires, and another attempt follows
        _log.exception("The outcome of the job %s could not be recorded", claim.job)


async def _attempt(store: JobStore, kind: JobKind, claim: Claim) -> None:
    if kind.max_attempts is not None and claim.job.attempts > kind.max_attempts:
        await claim.fail(f"The process ended during each of {kind.max_attempts} attempts.")
        return
    work = asyncio.ensure_future(kind.run(claim))
    try:
        async with store.kept_alive(claim) as heart:
            await asyncio.wait({work, heart}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():  # lost, or to be cancelled
                work.cancel()
                await asyncio.wait({work})
            await _record(kind, claim, work)
    except asyncio.CancelledError:
        work.cancel()
        await asyncio.wait({work})
        if claim.is_open:
            await _give_back(claim)
        raise


async def _record(kind: JobKind, claim: Claim, work: "asyncio.Future[Outcome]") -> None:
    if not claim.is_open:  # its last step has ended it
        return
    if work.cancelled():
        if not claim.is_cancelled:
            raise JobLost(str(claim.job))
        await claim.cancel()
        return
    error = work.exception()
    match error:
        case None:
            await _end(claim, work.result())
        case JobInterrupted():
            await _give_back(claim)
        case JobFailed():
            await claim.fail(error.reason)
        case TenantUpgrading():  # no fault of the job
            attempts = claim.job.attempts - 1
            await claim.postpone(utc_now() + _WHILE_UPGRADING, error=in_short(error), attempts=attempts)
        case _:
            await _repeat_or_fail(kind, claim, error)


async def _end(claim: Claim, outcome: Outcome) -> None:
    match outcome:
        case Later(until, cursor, note):
            kept = {} if cursor is None else {"cursor": cursor}
            await claim.postpone(until, **kept, error=note, attempts=0)
        case Done(is_forgotten=True):
            await claim.forget()
        case Done(result):
            await claim.complete(result)
        case None:
            await claim.complete()


async def _give_back(claim: Claim) -> None:
    attempts = claim.job.attempts - 1
    await claim.end(state=JobState.WAITING, due_at=utc_now(), attempts=attempts)


async def _repeat_or_fail(kind: JobKind, claim: Claim, error: BaseException) -> None:
    attempts = claim.job.attempts
    _log.error("Attempt %s at the job %s failed", attempts, claim.job, exc_info=error)
    if kind.max_attempts is not None and attempts >= kind.max_attempts:
        await claim.fail(in_short(error))
        return
    pause = pause_after(attempts, kind.longest_pause)
    await claim.postpone(utc_now() + pause, error=in_short(error))
