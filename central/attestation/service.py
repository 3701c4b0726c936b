"""Attestation: tries out the isolation of tenants' databases, and remembers what it found.

For each tenant its own login is used to reach the databases of other tenants, the central database and the
server's own; its grants are compared with those that it must have; the modes and owners of files are looked
at; the id inside the database is compared with the registry's; and the seals of its host names are verified.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from piccolo.engine.base import Engine
from piccolo.query.mixins import OnConflictAction

from central.errors import CentralError, DatabaseMismatch
from central.registry import Registry, TenantRef
from central.secrets.domain_seals import DomainSeals
from central.servers import DatabaseServers
from central.servers.credentials import Credentials
from central.servers.violations import Violation
from central.tables import AttestationFinding, AttestationRound, TenantStatus
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError

__all__ = ["Attestation", "AttestationSummary", "Finding"]

_NEIGHBOURS: Final = 2
"""How many other tenants' databases each login tries to reach."""
_OPEN: Final = (TenantStatus.ACTIVE, TenantStatus.SUSPENDED, TenantStatus.READ_ONLY)


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation of one tenant's isolation."""

    tenant_id: UUID
    tenant_slug: str
    code: str
    detail: str

    @property
    def fingerprint(self) -> str:
        """A hash that identifies the finding over several rounds."""
        text = f"{self.tenant_id} {self.code} {self.detail}"
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AttestationSummary:
    """The last round over all tenants.

    :ivar finished_at: None before the first round has ended.
    :ivar codes: the number of findings by code.
    """

    finished_at: datetime | None
    tenants: int
    codes: dict[str, int]


class Attestation:
    """Checks tenants. The caller binds ``CENTRAL``.

    :param opener: creates a tenant's engine as for requests, after comparing the id inside the database.
    :param central_database: server and name of the central database, if tenants' logins could reach it.
    :param passable: tables that a fence leaves writable.
    """

    def __init__(
        self,
        registry: Registry,
        servers: DatabaseServers,
        credentials: Credentials,
        opener: Callable[[TenantRef], Awaitable[Engine[Any]]],
        seals: DomainSeals,
        *,
        central_database: tuple[str, str] | None,
        passable: Sequence[str] = (),
    ) -> None:
        self._registry = registry
        self._servers = servers
        self._credentials = credentials
        self._opener = opener
        self._seals = seals
        self._central = central_database
        self._passable = tuple(passable)

    async def tenants(self) -> list[TenantRef]:
        """Return the tenants that have a database, oldest first."""
        found = [tenant for tenant, _ in await self._registry.served_with_levels()]
        return sorted((one for one in found if one.status in _OPEN), key=lambda one: one.id)

    async def check(self, tenant: TenantRef, tenants: Sequence[TenantRef]) -> list[Finding]:
        """Try out one tenant's isolation. Changes nothing.

        :param tenants: among which are those whose databases its login must not reach.
        """
        found: list[Violation] = []
        try:
            found = await self._domains(tenant)
            found += [*await self._identity(tenant), *await self._violations(tenant, tenants)]
        except (CentralError, DatabaseError, OSError) as error:
            found += [Violation("not-checked", f"It could not be checked: {type(error).__name__}.")]
        return [Finding(tenant.id, tenant.slug, one.code, one.detail[:500]) for one in found]

    async def round(self, progress: Callable[[int, int], Awaitable[None]]) -> list[Finding]:
        """Check all tenants, one after the other, and remember the findings. Returns those that are new.

        :param progress: is called after each tenant with the number of those checked, and of all.
        """
        tenants, found = await self.tenants(), list[Finding]()
        for number, tenant in enumerate(tenants, start=1):
            found += await self.check(tenant, tenants)
            await progress(number, len(tenants))
        return await self._remember(found, len(tenants))

    async def summary(self) -> AttestationSummary:
        """Return the result of the last round. Two statements."""
        row = await AttestationRound.select().where(AttestationRound.id == 1).first()
        codes: dict[str, int] = {}
        for one in await AttestationFinding.select(AttestationFinding.code):
            codes[one["code"]] = codes.get(one["code"], 0) + 1
        if row is None:
            return AttestationSummary(None, 0, codes)
        return AttestationSummary(row["finished_at"], row["tenants"], codes)

    async def findings(self, limit: int) -> list[Finding]:
        """Return the findings of the last round, oldest first. One statement."""
        rows = await AttestationFinding.select().order_by(AttestationFinding.id).limit(limit)
        return [Finding(row["tenant_id"], row["tenant_slug"], row["code"], row["detail"]) for row in rows]

    async def _domains(self, tenant: TenantRef) -> list[Violation]:
        moved = [row["domain"] for row in await self._seals.broken(tenant.id)]
        return [Violation("domain-moved", f"{one} leads to it, and has no seal for it.") for one in moved]

    async def _identity(self, tenant: TenantRef) -> list[Violation]:
        try:
            engine = await self._opener(tenant)
        except DatabaseMismatch:
            return [
                Violation("database-mismatch", "The database in its place is another one's, or nobody's.")
            ]
        await engine.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo
        return []

    async def _violations(self, tenant: TenantRef, tenants: Sequence[TenantRef]) -> list[Violation]:
        server = self._servers.get(tenant.database_server)
        login = await self._credentials.login(tenant.id)
        others = _neighbours(tenant, tenants)
        if self._central is not None and self._central[0] == server.name:
            others.append(self._central[1])
        return await server.violations(tenant.db_name, login, others, self._passable)

    async def _remember(self, found: Sequence[Finding], tenants: int) -> list[Finding]:
        known = {
            row["fingerprint"] for row in await AttestationFinding.select(AttestationFinding.fingerprint)
        }
        now = {one.fingerprint: one for one in found}
        new = [one for fingerprint, one in now.items() if fingerprint not in known]
        for one in new:
            row = AttestationFinding(
                fingerprint=one.fingerprint,
                tenant_id=one.tenant_id,
                tenant_slug=one.tenant_slug,
                code=one.code,
                detail=one.detail,
            )
            await AttestationFinding.insert(row).on_conflict(
                target=AttestationFinding.fingerprint, action=OnConflictAction.do_nothing
            )
        gone = sorted(known - set(now))
        for start in range(0, len(gone), 500):
            these = AttestationFinding.fingerprint.is_in(gone[start : start + 500])
            await AttestationFinding.delete().where(these)
        ended = AttestationRound(id=1, finished_at=utc_now(), tenants=tenants)
        await AttestationRound.insert(ended).on_conflict(
            target=AttestationRound.id,
            action=OnConflictAction.do_update,
            values=[AttestationRound.finished_at, AttestationRound.tenants],
        )
        return new


def _neighbours(tenant: TenantRef, tenants: Sequence[TenantRef]) -> list[str]:
    """Return the databases of the next tenants on the same server."""
    here = [one for one in tenants if one.database_server == tenant.database_server]
    place = next((number for number, one in enumerate(here) if one.id == tenant.id), 0)
    around = [*here[place + 1 :], *here[:place]]
    return [one.db_name for one in around if one.id != tenant.id][:_NEIGHBOURS]
