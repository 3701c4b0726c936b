"""Finding one's tenants: a request that reveals nothing, and the mail that may follow from it.

A request is a job, for every address alike. Whether the address is known is looked up when the job runs,
after the response. Nobody gets a mail whose address is not known.
"""

import asyncio
from datetime import timedelta
from importlib import import_module
from typing import Any, Final
from uuid import UUID

from api.jobs.errors import Postponed, Undeliverable
from central.directory.service import Directory
from central.errors import VaultError
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.records import pause_after
from central.jobs.store import JobStore, NewJob
from central.secrets.vault import Vault
from central.settings.settings import Settings
from central.tables import CentralThrottle
from piccolo_engines.columns import utc_now
from tenant_schema.users.emails import EMAIL_LENGTH, email_problem, normalise_email
from tenant_schema.users.errors import TooManyAttempts
from tenant_schema.users.sign_in.back_off import BackOff
from tenant_schema.users.sign_in.throttle import Throttle

__all__ = ["FIND", "FindTenants", "find_throttle"]

FIND: Final = "directory.find"
"""The kind of the job that sends the mail."""
_MOST_TENANTS: Final = 100
_GIVEN_UP_AFTER: Final = timedelta(hours=1)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_NOBODY: Final = UUID(int=0)
"""The tenant id that addresses in jobs are sealed for."""
_RECIPIENT: Final = BackOff(3, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24))
_CLIENT: Final = BackOff(20, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))
_FORGOTTEN: Final = Done(is_forgotten=True)


def find_throttle() -> Throttle:
    """Return the limit of mails to one address, and of requests from one client."""
    return Throttle(_RECIPIENT, _CLIENT, table=CentralThrottle, prefix="find-")


class FindTenants:
    """Sends users the addresses of their tenants. The caller binds ``CENTRAL``."""

    def __init__(
        self, settings: Settings, vault: Vault, directory: Directory, jobs: JobStore, throttle: Throttle
    ) -> None:
        self._settings = settings
        self._vault = vault
        self._directory = directory
        self._jobs = jobs
        self._throttle = throttle
        self._mailer: Any = None

    @property
    def kind(self) -> JobKind:
        """The kind of the jobs that send the mails."""
        return JobKind(name=FIND, run=self.send, max_attempts=None)

    async def request(self, email: str, client: str) -> None:
        """Request the mail. The same statements for every address: 6 or 7, 1 if throttled.

        Nothing happens for what is not an e-mail address, after too many requests for it or from this client,
        and without a mail server; the response is the same.

        :param client: the client's IP address.
        """
        address = normalise_email(email[: 2 * EMAIL_LENGTH])
        if email_problem(address) is not None or self._settings.mail_delivery == "none":
            return
        try:
            await self._throttle.reserve(self._directory.hashes.account_of(address), client)
        except TooManyAttempts:
            return
        sealed = self._vault.seal(address, _NOBODY)
        await self._jobs.enqueue(NewJob(kind=FIND, arguments={"address": sealed}))

    async def send(self, claim: Claim) -> Outcome:
        """Send the mail of one request, if its address is known. The job's row is deleted afterwards."""
        try:
            address = self._vault.open(claim.job.arguments["address"], _NOBODY)
        except VaultError:  # of a key that was removed
            return _FORGOTTEN
        tenants = await self._directory.tenants_of(address, _MOST_TENANTS)
        if not tenants:
            return _FORGOTTEN
        found = [(one.name, self._settings.url_of(one.primary_domain)) for one in tenants]
        if self._mailer is None:  # imported with the first mail, as in api/mail/handlers.py
            module = await asyncio.to_thread(import_module, "api.mail.found_tenants")
            self._mailer = module.FoundTenantsMailer(self._settings)
        try:
            await self._mailer.send(claim.job.id, address, found)
        except Postponed as error:
            if utc_now() < claim.job.created_at + _GIVEN_UP_AFTER:
                tries = (claim.job.cursor or 0) + 1
                return Later(utc_now() + pause_after(tries, _LONGEST_PAUSE), tries, error.reason)
        except Undeliverable:  # and no failed job: anybody could fill the list of those
            pass
        return _FORGOTTEN
