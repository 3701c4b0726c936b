"""Key rotation: puts what is sealed under an older key under the first one, row by row."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from central.errors import SealBroken, UnknownKey
from central.secrets.key_check import KeyCheck
from central.secrets.vault import Vault, key_id_of
from central.tables import Credential

__all__ = ["KeyRotation"]

_SEALED = (Credential.secret, Credential.next_secret)


class KeyRotation:
    """Runs with ``CENTRAL`` bound. Every row is a statement of its own: stopped anywhere, the next run
    goes on.

    While it runs, processes that know both keys serve on: either of a row's two forms opens for them.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def by_key(self) -> Counter[str]:
        """How many credentials are sealed under which key, by its id; ``?`` is of no form we know."""
        found: Counter[str] = Counter()
        for row in await Credential.select(*_SEALED):
            found.update(key_id_of(sealed) or "?" for sealed in row.values() if sealed is not None)
        return found

    async def pending(self) -> list[UUID]:
        """The tenants whose credentials are not under the first key."""
        rows = await Credential.select(Credential.tenant, *_SEALED).order_by(Credential.id)
        return [row["tenant"] for row in rows if not self._is_current(row)]

    async def rotate(self, told: Callable[[UUID, str | None], None]) -> tuple[int, int]:
        """Put all of them under the first key; how many were, and how many could not be opened.

        ``told`` is called after each, with the reason when it could not be.
        """
        done = failed = 0
        for tenant_id in await self.pending():
            reason = await self._reseal(tenant_id)
            told(tenant_id, reason)
            done, failed = (done + 1, failed) if reason is None else (done, failed + 1)
        await KeyCheck(self._vault).reseal()  # last, so that a run that was stopped still needs the older key
        return done, failed

    async def _reseal(self, tenant_id: UUID) -> str | None:
        """One tenant's; a row that somebody has written since is theirs, and under the first key already."""
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

    def _is_current(self, row: dict[str, str | None]) -> bool:
        """Whether all of a row that is sealed is under the first key."""
        sealed = [row[column._meta.name] for column in _SEALED]
        return all(key_id_of(one) == self._vault.current_key_id for one in sealed if one is not None)
