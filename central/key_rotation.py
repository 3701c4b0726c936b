"""Key rotation: puts what is sealed under an older key under the first one, row by row."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from central.errors import SealBroken, UnknownKey
from central.tables import Credential
from central.vault import Vault, key_id_of

__all__ = ["KeyRotation"]


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
        for row in await Credential.select(Credential.secret):
            found[key_id_of(row["secret"]) or "?"] += 1
        return found

    async def pending(self) -> list[UUID]:
        """The tenants whose credentials are not under the first key."""
        rows = await Credential.select(Credential.tenant, Credential.secret).order_by(Credential.id)
        return [row["tenant"] for row in rows if key_id_of(row["secret"]) != self._vault.current_key_id]

    async def rotate(self, told: Callable[[UUID, str | None], None]) -> tuple[int, int]:
        """Put all of them under the first key; how many were, and how many could not be opened.

        ``told`` is called after each, with the reason when it could not be.
        """
        done = failed = 0
        for tenant_id in await self.pending():
            reason = await self._reseal(tenant_id)
            told(tenant_id, reason)
            done, failed = (done + 1, failed) if reason is None else (done, failed + 1)
        return done, failed

    async def _reseal(self, tenant_id: UUID) -> str | None:
        """One tenant's; a row that somebody has written since is theirs, and under the first key already."""
        row = await Credential.select(Credential.secret).where(Credential.tenant == tenant_id).first()
        if row is None:
            return None
        try:
            sealed = self._vault.reseal(row["secret"], tenant_id)
        except (SealBroken, UnknownKey) as error:
            return str(error)
        unchanged = (Credential.tenant == tenant_id) & (Credential.secret == row["secret"])
        await Credential.update({Credential.secret: sealed}).where(unchanged)
        return None
