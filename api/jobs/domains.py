"""DomainJobs: looks up periodically whether the DNS proves the host names of tenants."""

import logging
from datetime import timedelta
from typing import Final

from central.domains.service import DomainChange, DomainService
from central.errors import CentralError
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.store import JobStore, NewJob
from central.operators import audit
from central.operators.audit import Actor
from central.registry import Registry
from central.tables import TenantStatus
from central.tenancy.tenancy import Tenancy
from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError
from tenant_schema.scope import TenantScope
from tenant_schema.users.mails import Mails
from tenant_schema.users.support.store import deciders

__all__ = ["DomainJobs", "DomainNotices"]

_KIND: Final = "domains.check"
_PAUSE: Final = timedelta(minutes=10)
_ACTOR: Final = Actor("jobs")
_log: Final = logging.getLogger(__name__)


class DomainNotices:
    """Writes the mails about host names to the administrators of a tenant.

    :param grace: how long a name is served that the DNS does not prove any more.
    """

    def __init__(self, registry: Registry, tenancy: Tenancy, mails: Mails, grace: timedelta) -> None:
        self._registry = registry
        self._tenancy = tenancy
        self._mails = mails
        self._grace = grace

    async def send(self, change: DomainChange) -> None:
        """Write the mails, if the change is one that administrators have to know. A failure is logged."""
        if change.change not in {"failing", "lapsed"} or not self._mails.can_send:
            return
        try:
            await self._write(change)
        except (CentralError, DatabaseError):
            _log.exception("The administrators could not be informed about %s", change.domain)

    async def _write(self, change: DomainChange) -> None:
        tenant = await self._registry.get(change.tenant_id)
        if tenant.status is not TenantStatus.ACTIVE:
            return
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        async with self._tenancy.use(tenant), DB.transaction():
            for to in await deciders():
                if change.change == "lapsed":
                    await self._mails.domain_lapsed(scope, to, change.domain)
                else:
                    await self._mails.domain_failing(scope, to, change.domain, utc_now() + self._grace)


class DomainJobs:
    """The job of the kind ``domains.check``: one for the installation, while there are names to look up."""

    def __init__(self, domains: DomainService, jobs: JobStore, notices: DomainNotices) -> None:
        self._domains = domains
        self._jobs = jobs
        self._notices = notices

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
            await self._notices.send(one)
        if not await self._domains.has_any():
            return Done(is_forgotten=True)
        return Later(utc_now() + _PAUSE)
