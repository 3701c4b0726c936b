"""AttestationJobs: tries out periodically whether tenants' databases are isolated."""

from datetime import timedelta
from typing import Final

from central.attestation.service import Attestation
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.store import JobStore, NewJob
from central.operators import audit
from central.operators.audit import Actor
from piccolo_engines.columns import utc_now

__all__ = ["AttestationJobs"]

_KIND: Final = "attestation.round"
_ACTOR: Final = Actor("jobs")


class AttestationJobs:
    """The job of the kind ``attestation.round``: one for the installation, which never ends.

    :param pause: between the end of a round and the begin of the next; zero for no rounds.
    """

    def __init__(self, attestation: Attestation, jobs: JobStore, pause: timedelta) -> None:
        self._attestation = attestation
        self._jobs = jobs
        self._pause = pause

    @property
    def kind(self) -> JobKind:
        """The kind of the job."""
        return JobKind(name=_KIND, run=self._run, max_attempts=None, is_long=True)

    async def ensure(self) -> None:
        """Enqueue the job unless it exists or there are to be no rounds."""
        if self._pause:
            await self._jobs.enqueue(NewJob(kind=_KIND, key=_KIND))

    async def _run(self, claim: Claim) -> Outcome:
        if not self._pause:
            return Done(is_forgotten=True)

        async def progress(done: int, total: int) -> None:
            await claim.progress(done, total, "tenants")

        for one in await self._attestation.round(progress):
            detail = {"code": one.code, "detail": one.detail}
            await audit.record(
                _ACTOR,
                "attestation.finding",
                tenant_id=one.tenant_id,
                tenant_slug=one.tenant_slug,
                detail=detail,
            )
        return Later(utc_now() + self._pause)
