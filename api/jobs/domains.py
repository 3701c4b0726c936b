"""DomainJobs: looks up periodically whether the DNS proves the host names of tenants."""

from datetime import timedelta
from typing import Final

from central.domains.service import DomainService
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.store import JobStore, NewJob
from central.operators import audit
from central.operators.audit import Actor
from piccolo_engines.columns import utc_now

__all__ = ["DomainJobs"]

_KIND: Final = "domains.check"
_PAUSE: Final = timedelta(minutes=10)
_ACTOR: Final = Actor("jobs")


class DomainJobs:
    """The job of the kind ``domains.check``: one for the installation, while there are names to look up."""

    def __init__(self, domains: DomainService, jobs: JobStore) -> None:
        self._domains = domains
        self._jobs = jobs

    @property
    def kind(self) -> JobKind:
        """The kind of the job."""
        return JobKind(name=_KIND, run=self._run, max_attempts=None, is_long=True)

    async def ensure(self) -> None:
        """Enqueue the job unless it exists, in the current transaction if there is one. Two statements."""
        await self._jobs.enqueue(NewJob(kind=_KIND, key=_KIND))

    async def _run(self, _claim: Claim) -> Outcome:
        for one in await self._domains.check_due():
            await audit.record(
                _ACTOR, f"domain.{one.change}", tenant_id=one.tenant_id, detail={"domain": one.domain}
            )
        if not await self._domains.has_any():
            return Done(is_forgotten=True)
        return Later(utc_now() + _PAUSE)
