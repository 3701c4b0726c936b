"""DomainSeals: seals in the registry which tenant a host name was given to.

A seal is ``<key id>.<base64url of HMAC-SHA256>`` over the tenant's id and the host name, with a key derived
from the installation's. A row that somebody has changed past Freehold, in the database itself, has a
wrong one.
"""

import base64
import hmac
from typing import Any, Final
from uuid import UUID

from central.errors import DomainTaken, TenantNotFound
from central.secrets.vault import Vault
from central.tables import Domain
from piccolo_engines.errors import ForeignKeyViolation, UniqueViolation

__all__ = ["DomainSeals"]

_PURPOSE: Final = "domains"
_INSTALLATION: Final = UUID(int=0)


class DomainSeals:
    """Seals the rows of host names, and finds those that are not as Freehold wrote them. The caller binds
    ``CENTRAL``.
    """

    def __init__(self, vault: Vault) -> None:
        self._keys = vault.derive(_PURPOSE, _INSTALLATION)

    async def insert(self, row: Domain) -> None:
        """Seal and insert the row. Raises ``DomainTaken`` and ``TenantNotFound``."""
        row.seal = self._seal(row.tenant, row.domain)
        try:
            await Domain.insert(row)
        except UniqueViolation:
            raise DomainTaken(row.domain) from None
        except ForeignKeyViolation:
            raise TenantNotFound(row.tenant) from None

    async def broken(self, tenant_id: UUID | None = None) -> list[dict[str, Any]]:
        """Return ``domain``, ``tenant`` and ``tenant.slug`` of the rows whose seals are wrong. One statement.

        :param tenant_id: look only at the host names that lead to this tenant.
        """
        query = Domain.select(Domain.domain, Domain.tenant, Domain.tenant.slug, Domain.seal)
        if tenant_id is not None:
            query = query.where(Domain.tenant == tenant_id)
        return [row for row in await query.order_by(Domain.id) if not self._is_genuine(row)]

    async def reseal(self) -> None:
        """Seal the rows of older keys with the first one. Wrong seals stay as they are."""
        for row in await Domain.select(Domain.id, Domain.domain, Domain.tenant, Domain.seal):
            is_older = not row["seal"].startswith(f"{self._keys.current_key_id}.")
            if is_older and self._is_genuine(row):
                await self._replace(row)

    async def replace(self) -> None:
        """Seal all rows with the first key, whatever their seals are. For a lost key."""
        for row in await Domain.select(Domain.id, Domain.domain, Domain.tenant, Domain.seal):
            await self._replace(row)

    async def _replace(self, row: dict[str, Any]) -> None:
        is_as_read = (Domain.id == row["id"]) & (Domain.tenant == row["tenant"])
        is_as_read &= Domain.domain == row["domain"]
        await Domain.update({Domain.seal: self._seal(row["tenant"], row["domain"])}).where(is_as_read)

    def _is_genuine(self, row: dict[str, Any]) -> bool:
        key_id = row["seal"].partition(".")[0]
        if key_id not in self._keys:
            return False
        return hmac.compare_digest(
            row["seal"].encode(), self._seal(row["tenant"], row["domain"], key_id).encode()
        )

    def _seal(self, tenant_id: UUID, domain: str, key_id: str | None = None) -> str:
        key_id = key_id or self._keys.current_key_id
        code = hmac.digest(self._keys[key_id], tenant_id.bytes + domain.encode(), "sha256")
        return f"{key_id}.{base64.urlsafe_b64encode(code).decode().rstrip('=')}"
