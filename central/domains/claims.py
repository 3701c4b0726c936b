"""The rows of host names that tenants have yet to prove."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo.query.mixins import OnConflictAction

from central.domains.errors import TooManyDomainClaims
from central.errors import TenantNotFound
from central.tables import DomainClaim
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import ForeignKeyViolation

__all__ = ["KEEP_CLAIMS", "MOST_CLAIMS", "ClaimRecord", "DomainClaims"]

MOST_CLAIMS: Final = 50
"""How many unproven names a tenant may have."""
KEEP_CLAIMS: Final = timedelta(days=30)
"""After this time an unproven name is forgotten."""
_TOKEN_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A host name that the tenant has yet to prove.

    :ivar token: the value of the TXT record that proves it.
    """

    tenant_id: UUID
    domain: str
    token: str
    created_at: datetime
    checked_at: datetime | None


class DomainClaims:
    """Reads and writes the rows. The caller binds ``CENTRAL``."""

    async def add(self, tenant_id: UUID, domain: str) -> ClaimRecord:
        """Add a claim; one that exists keeps its token. Call it in a transaction.

        Raises :class:`~central.domains.errors.TooManyDomainClaims` and
        :class:`~central.errors.TenantNotFound`.
        """
        row = DomainClaim(id=new_id(), tenant=tenant_id, domain=domain, claim_key=_key(tenant_id, domain))
        row.token = secrets.token_urlsafe(_TOKEN_BYTES)
        try:
            kept = DomainClaim.insert(row).on_conflict(
                target=DomainClaim.claim_key, action=OnConflictAction.do_nothing
            )
            await kept
        except ForeignKeyViolation:
            raise TenantNotFound(tenant_id) from None
        if await DomainClaim.count().where(DomainClaim.tenant == tenant_id) > MOST_CLAIMS:
            raise TooManyDomainClaims(MOST_CLAIMS)
        found = await self.get(tenant_id, domain)
        assert found is not None  # in this transaction
        return found

    async def get(self, tenant_id: UUID, domain: str) -> ClaimRecord | None:
        """Return the tenant's claim to this name, if there is one."""
        key = _key(tenant_id, domain)
        row = await DomainClaim.select().where(DomainClaim.claim_key == key).first()
        return None if row is None else _record(row)

    async def of_tenant(self, tenant_id: UUID) -> list[ClaimRecord]:
        """Return the tenant's claims, oldest first."""
        rows = await DomainClaim.select().where(DomainClaim.tenant == tenant_id).order_by(DomainClaim.id)
        return [_record(row) for row in rows]

    async def has_any(self) -> bool:
        """Whether there is a claim."""
        return await DomainClaim.exists()

    async def unchecked_since(self, moment: datetime, limit: int) -> list[ClaimRecord]:
        """Return the claims that were last looked up before ``moment``, oldest first."""
        is_due = DomainClaim.checked_at.is_null() | (DomainClaim.checked_at < moment)
        rows = await DomainClaim.select().where(is_due).order_by(DomainClaim.checked_at).limit(limit)
        return [_record(row) for row in rows]

    async def checked(self, tenant_id: UUID, domain: str) -> None:
        """Record that the name was looked up now."""
        change = DomainClaim.update({DomainClaim.checked_at: utc_now()})
        await change.where(DomainClaim.claim_key == _key(tenant_id, domain))

    async def remove(self, tenant_id: UUID, domain: str) -> bool:
        """Delete the claim. Returns whether there was one."""
        gone = DomainClaim.delete().where(DomainClaim.claim_key == _key(tenant_id, domain))
        return bool(await gone.returning(DomainClaim.id))

    async def prune(self) -> int:
        """Delete the claims that are older than :data:`KEEP_CLAIMS`. Returns their number."""
        old = DomainClaim.delete().where(DomainClaim.created_at < utc_now() - KEEP_CLAIMS)
        return len(await old.returning(DomainClaim.id))


def _key(tenant_id: UUID, domain: str) -> str:
    return f"{tenant_id.hex} {domain}"


def _record(row: dict[str, Any]) -> ClaimRecord:
    return ClaimRecord(
        tenant_id=row["tenant"],
        domain=row["domain"],
        token=row["token"],
        created_at=row["created_at"],
        checked_at=row["checked_at"],
    )
