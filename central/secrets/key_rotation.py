"""Key rotation: seals secrets of older keys again with the first key, row by row."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from central.errors import SealBroken, UnknownKey
from central.secrets.domain_seals import DomainSeals
from central.secrets.key_check import KeyCheck
from central.secrets.vault import Vault, key_id_of
from central.tables import Credential, OperatorFactor

__all__ = ["KeyRotation"]

_SEALED = (Credential.secret, Credential.next_secret)


class KeyRotation:
    """Rotates keys. The caller binds ``CENTRAL``.

    Every row is one statement, so an interrupted rotation can be continued. Processes that have both keys
    continue to serve meanwhile: they can open a row in either form.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def by_key(self) -> Counter[str]:
        """Count the sealed credentials and factors of operators by key id. ``?`` counts those in an unknown
        format.
        """
        found: Counter[str] = Counter()
        for row in await Credential.select(*_SEALED):
            found.update(key_id_of(sealed) or "?" for sealed in row.values() if sealed is not None)
        for row in await _sealed_factors():
            found.update([key_id_of(row["secret"]) or "?"])
        return found

    async def pending(self) -> list[UUID]:
        """Return the tenants whose credentials are not sealed with the first key."""
        rows = await Credential.select(Credential.tenant, *_SEALED).order_by(Credential.id)
        return [row["tenant"] for row in rows if not self._is_current(row)]

    async def rotate(self, report: Callable[[UUID, str | None], None]) -> tuple[int, int]:
        """Seal all credentials, the factors of operators and the host names with the first key.

        Returns how many succeeded and how many could not be opened.

        :param report: called after each tenant, with the reason if its credentials could not be opened, and
            for each factor that could not.
        """
        done = failed = 0
        for tenant_id in await self.pending():
            reason = await self._reseal(tenant_id)
            report(tenant_id, reason)
            done, failed = (done + 1, failed) if reason is None else (done, failed + 1)
        for row in await _sealed_factors():
            if key_id_of(row["secret"]) != self._vault.current_key_id:
                reason = await self._reseal_factor(row)
                done, failed = (done + 1, failed) if reason is None else (done, failed + 1)
                if reason is not None:
                    report(row["operator"], reason)
        await DomainSeals(self._vault).reseal()
        await KeyCheck(self._vault).reseal()  # last: an interrupted rotation still needs the older key
        return done, failed

    async def _reseal(self, tenant_id: UUID) -> str | None:
        """Reseal one tenant's credentials. A row that was written meanwhile has the first key already."""
        mine = Credential.tenant == tenant_id
        row = await Credential.select(*_SEALED).where(mine).first()
        try:
            for column in _SEALED:
                found = None if row is None else row[column._meta.name]
                if found is not None:
                    sealed = self._vault.reseal(found, tenant_id)
                    await Credential.update({column: sealed}).where(mine & (column == found))
        except (SealBroken, UnknownKey) as error:
            return str(error)
        return None

    async def _reseal_factor(self, row: dict[str, Any]) -> str | None:
        try:
            sealed = self._vault.reseal(row["secret"], row["operator"])
        except (SealBroken, UnknownKey) as error:
            return str(error)
        same = (OperatorFactor.id == row["id"]) & (OperatorFactor.secret == row["secret"])
        await OperatorFactor.update({OperatorFactor.secret: sealed}).where(same)
        return None

    def _is_current(self, row: dict[str, str | None]) -> bool:
        """Whether all sealed values of a row are sealed with the first key."""
        sealed = [row[column._meta.name] for column in _SEALED]
        return all(key_id_of(one) == self._vault.current_key_id for one in sealed if one is not None)


async def _sealed_factors() -> list[dict[str, Any]]:
    columns = (OperatorFactor.id, OperatorFactor.operator, OperatorFactor.secret)
    query = OperatorFactor.select(*columns).where(OperatorFactor.secret != "").order_by(OperatorFactor.id)
    rows: list[dict[str, Any]] = await query
    return rows
