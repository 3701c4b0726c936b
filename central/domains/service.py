"""DomainService: adds host names to tenants, and has those outside of the base domains proven."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from central.domains.claims import ClaimRecord, DomainClaims
from central.domains.errors import DomainLookupFailed, DomainNotProven
from central.domains.lookup import DomainLookup, Finding, challenge_name
from central.errors import DomainNotFound, DomainTaken
from central.hostnames import tenant_label
from central.registry import DomainRecord, Registry
from central.registry.queries import domain_record
from central.tables import Domain, DomainProof
from piccolo_engines.columns import utc_now

__all__ = ["Challenge", "DomainChange", "DomainService"]

_PROVEN: Final = (DomainProof.TXT.value, DomainProof.CNAME.value)
_LOOKED_UP: Final = 200
"""How many names one round looks up, of those served and of those to be proven."""
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Challenge:
    """The records of which one proves a host name: a TXT record, or a CNAME record of the name itself.

    :ivar target: where the CNAME record leads to; None if the tenant has no name under a base domain.
    """

    name: str
    value: str
    target: str | None

    def in_words(self, domain: str) -> Sequence[str]:
        """Describe the records."""
        texts = [f'TXT "{self.value}" at {self.name}']
        return texts if self.target is None else [*texts, f"CNAME {self.target} at {domain}"]


@dataclass(frozen=True, slots=True)
class DomainChange:
    """What a round of checks has changed: ``proven``, ``failing``, ``lapsed`` or ``recovered``."""

    tenant_id: UUID
    domain: str
    change: str


class DomainService:
    """The host names of tenants. The caller binds ``CENTRAL``.

    A name under a base domain, and one that an operator trusts, is served at once. Any other is a claim until
    the DNS proves it. A proven name is looked up again daily; it is served for ``grace`` after the DNS has
    stopped to prove it.

    :param lookup: asks the DNS.
    :param grace: how long a name is served that the DNS does not prove any more.
    :param again: after this time a proven name is looked up again.
    :param claims_again: after this time an unproven name is looked up again.
    """

    def __init__(
        self,
        registry: Registry,
        lookup: DomainLookup,
        base_domains: Sequence[str],
        *,
        grace: timedelta = timedelta(days=7),
        again: timedelta = timedelta(days=1),
        claims_again: timedelta = timedelta(minutes=10),
    ) -> None:
        self._registry = registry
        self._lookup = lookup
        self._base_domains = tuple(base_domains)
        self._grace = grace
        self._again = again
        self._claims_again = claims_again
        self.claims = DomainClaims()

    async def add(self, tenant_id: UUID, domain: str, *, trusted: bool) -> DomainRecord | ClaimRecord:
        """Add a host name, in canonical form. Returns a claim if it has to be proven first.

        Raises :class:`~central.errors.DomainTaken`, :class:`~central.errors.TenantNotFound` and
        :class:`~central.domains.errors.TooManyDomainClaims`.
        """
        is_platforms = tenant_label(domain, self._base_domains) is not None
        async with self._registry.changing():
            if trusted or is_platforms:
                proof = DomainProof.PLATFORM if is_platforms else DomainProof.TRUSTED
                added = await self._registry.add_domain(tenant_id, domain, proof=proof)
                await self.claims.remove(tenant_id, domain)
                return added
            held = await _row(domain)
            if held is not None and (held["tenant"] == tenant_id or held["proof"] not in _PROVEN):
                raise DomainTaken(domain)
            return await self.claims.add(tenant_id, domain)

    async def challenge(self, claim: ClaimRecord) -> Challenge:
        """Return the records that prove the claim. One statement."""
        return _challenge(claim, await self._own_names(claim.tenant_id))

    async def verify(self, tenant_id: UUID, domain: str) -> DomainRecord:
        """Look the name up now. Returns it, served from now on.

        Of several tenants that claim the name the one whose records are in the DNS gets it, also from a
        tenant that has proven it before.

        Raises :class:`~central.errors.DomainNotFound` for a name that the tenant has not added,
        :class:`~central.domains.errors.DomainNotProven`, :class:`~central.domains.errors.DomainLookupFailed`
        and :class:`~central.errors.DomainTaken`.
        """
        claim = await self.claims.get(tenant_id, domain)
        if claim is None:
            return await self._verify_again(tenant_id, domain)
        targets = await self._own_names(tenant_id)
        finding = await self._lookup.find(domain, claim.token, targets)
        await self.claims.checked(tenant_id, domain)
        if finding.proof is None:
            self._refuse(claim, targets, finding)
        return await self._settle(claim, finding)

    async def remove(self, tenant_id: UUID, domain: str) -> None:
        """Remove a host name, proven or not.

        Raises :class:`~central.errors.DomainNotFound`, and :class:`~central.errors.PrimaryDomainKept` for the
        primary one.
        """
        async with self._registry.changing():
            if not await self.claims.remove(tenant_id, domain):
                await self._registry.remove_domain(tenant_id, domain)

    async def check_due(self) -> list[DomainChange]:
        """Look up the names that are due. Returns what has changed.

        Not more than 200 names of each kind; the others are due at the next call.
        """
        now = utc_now()
        is_proven = Domain.proof.is_in(list(_PROVEN))
        is_due = Domain.checked_at.is_null() | (Domain.checked_at < now - self._again)
        is_due = is_due | Domain.failing_since.is_not_null()
        rows = await Domain.select().where(is_proven, is_due).order_by(Domain.checked_at).limit(_LOOKED_UP)
        claims = await self.claims.unchecked_since(now - self._claims_again, _LOOKED_UP)
        found = await asyncio.gather(
            *(self._check(row) for row in rows), *(self._check_claim(claim) for claim in claims)
        )
        await self.claims.prune()
        return [one for one in found if one is not None]

    async def has_any(self) -> bool:
        """Whether there are names to look up."""
        is_proven = Domain.proof.is_in(list(_PROVEN))
        return await Domain.exists().where(is_proven) or await self.claims.has_any()

    async def _check(self, row: dict[str, Any]) -> DomainChange | None:
        """Look up a name that was proven, and record the result unless there is none."""
        finding = await self._lookup.find(row["domain"], row["token"], await self._own_names(row["tenant"]))
        if not finding.is_certain and finding.proof is None:
            return None
        now, since = utc_now(), row["failing_since"]
        changes: dict[Any, Any] = {Domain.checked_at: now, Domain.failing_since: None, Domain.is_served: True}
        change = "recovered" if since is not None else None
        if finding.proof is None:
            has_lapsed = since is not None and now - since >= self._grace
            changes |= {Domain.failing_since: since or now, Domain.is_served: not has_lapsed}
            change = "failing" if since is None else "lapsed" if has_lapsed and row["is_served"] else None
        await self._write(row, changes, is_seen=change in {"recovered", "lapsed"})
        return None if change is None else DomainChange(row["tenant"], row["domain"], change)

    async def _write(self, row: dict[str, Any], changes: dict[Any, Any], *, is_seen: bool) -> None:
        update = Domain.update(changes).where(Domain.id == row["id"])
        if not is_seen:
            await update
            return
        async with self._registry.changing():  # whether the name is served has changed
            await update

    async def _check_claim(self, claim: ClaimRecord) -> DomainChange | None:
        try:
            await self.verify(claim.tenant_id, claim.domain)
        except (DomainNotProven, DomainLookupFailed, DomainTaken, DomainNotFound):
            return None
        return DomainChange(claim.tenant_id, claim.domain, "proven")

    async def _verify_again(self, tenant_id: UUID, domain: str) -> DomainRecord:
        row = await _row(domain)
        if row is None or row["tenant"] != tenant_id:
            raise DomainNotFound(domain)
        if row["proof"] in _PROVEN:
            targets = await self._own_names(tenant_id)
            finding = await self._lookup.find(domain, row["token"], targets)
            if finding.proof is None:
                claim = ClaimRecord(tenant_id, domain, row["token"], row["created_at"], row["checked_at"])
                self._refuse(claim, targets, finding)
            changes: dict[Any, Any] = {
                Domain.proof: finding.proof,
                Domain.checked_at: utc_now(),
                Domain.failing_since: None,
                Domain.is_served: True,
            }
            await self._write(row, changes, is_seen=not row["is_served"])
            row = await _row(domain)
            if row is None:
                raise DomainNotFound(domain)
        return domain_record(row)

    def _refuse(self, claim: ClaimRecord, targets: Sequence[str], finding: Finding) -> None:
        if not finding.is_certain:
            raise DomainLookupFailed(claim.domain)
        wanted = _challenge(claim, targets).in_words(claim.domain)
        raise DomainNotProven(claim.domain, wanted, finding.found)

    async def _settle(self, claim: ClaimRecord, finding: Finding) -> DomainRecord:
        """Give the proven name to the tenant."""
        held = await _row(claim.domain)
        if held is not None:
            await self._refuse_if_proven(held)
        assert finding.proof is not None  # the caller has looked
        async with self._registry.changing():
            if not await self.claims.remove(claim.tenant_id, claim.domain):
                raise DomainNotFound(claim.domain)  # removed meanwhile
            if held is not None:
                await self._take_away(held)
            return await self._registry.add_domain(
                claim.tenant_id, claim.domain, proof=finding.proof, token=claim.token
            )

    async def _refuse_if_proven(self, held: dict[str, Any]) -> None:
        """Raise DomainTaken unless the DNS certainly does not prove the name for its tenant any more."""
        if held["proof"] not in _PROVEN:
            raise DomainTaken(held["domain"])
        finding = await self._lookup.find(
            held["domain"], held["token"], await self._own_names(held["tenant"])
        )
        if finding.proof is not None or not finding.is_certain:
            raise DomainTaken(held["domain"])

    async def _take_away(self, held: dict[str, Any]) -> None:
        """Delete the row, as it was read. Another name of its tenant becomes the primary one if it was."""
        is_same = (Domain.id == held["id"]) & (Domain.token == held["token"])
        if held["is_primary"]:
            others = (Domain.tenant == held["tenant"]) & (Domain.id != held["id"])
            heir = await Domain.select(Domain.id).where(others, Domain.is_served.eq(True)).first()
            if heir is None:  # a tenant keeps a name
                raise DomainTaken(held["domain"])
            await Domain.update({Domain.is_primary: True}).where(Domain.id == heir["id"])
        await Domain.delete().where(is_same)
        _log.warning("%s is not proven any more by the tenant %s", held["domain"], held["tenant"])

    async def _own_names(self, tenant_id: UUID) -> list[str]:
        """Return the tenant's names under the base domains, the first one first. One statement."""
        rows = await Domain.select(Domain.domain).where(Domain.tenant == tenant_id).order_by(Domain.id)
        return [one["domain"] for one in rows if tenant_label(one["domain"], self._base_domains) is not None]


def _challenge(claim: ClaimRecord, targets: Sequence[str]) -> Challenge:
    return Challenge(challenge_name(claim.domain), claim.token, next(iter(targets), None))


async def _row(domain: str) -> dict[str, Any] | None:
    row: dict[str, Any] | None = await Domain.select().where(Domain.domain == domain).first()
    return row
