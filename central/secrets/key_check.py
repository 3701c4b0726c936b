"""KeyCheck: a sealed text in the central database that only the installation's encryption keys can open.

A process with other keys would appear to work, and would seal secrets that no other process can open. The
check stops it at start-up.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from central.errors import SealBroken, UnknownKey, WrongEncryptionKey
from central.secrets.vault import Vault, key_id_of
from central.tables import Credential, SealedCheck
from piccolo_engines.errors import UniqueViolation

__all__ = ["KeyCheck"]

_ROW: Final = 1
_NOBODY: Final = UUID(int=0)
"""The tenant id that the text is sealed for. No tenant has it."""
_TEXT: Final = "The encryption key of this installation."


class KeyCheck:
    """Checks the keys of this process. The caller binds ``CENTRAL``."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def require(self) -> None:
        """Check that the configured keys are those of this installation.

        The first call seals the text with the first key, provided that all stored credentials are sealed with
        configured keys. Raises :class:`~central.errors.WrongEncryptionKey` otherwise.
        """
        sealed = await self._sealed()
        if sealed is None:
            await self._begin()
            return
        try:
            self._vault.open(sealed, _NOBODY)
        except (UnknownKey, SealBroken):
            raise WrongEncryptionKey(self._missing([sealed, *await _secrets()])) from None

    async def key_id(self) -> str | None:
        """Return the id of the key that sealed the text; None if there is no text yet."""
        sealed = await self._sealed()
        return None if sealed is None else key_id_of(sealed)

    async def reseal(self) -> None:
        """Seal the text with the first key. Raises the same errors as :meth:`require`."""
        await self.require()
        sealed = await self._sealed()
        if sealed is not None:
            resealed = self._vault.reseal(sealed, _NOBODY)
            await SealedCheck.update({SealedCheck.sealed: resealed}).where(SealedCheck.id == _ROW)

    async def replace(self) -> None:
        """Seal the text again with the first key, whatever key it was sealed with. For a lost key."""
        await SealedCheck.delete().where(SealedCheck.id == _ROW)
        await self._seal()

    async def _begin(self) -> None:
        secrets = await _secrets()
        missing = self._missing(secrets)
        if missing:
            raise WrongEncryptionKey(missing)
        try:
            await self._seal()
        except UniqueViolation:  # another process was first
            await self.require()

    async def _seal(self) -> None:
        await SealedCheck.insert(SealedCheck(id=_ROW, sealed=self._vault.seal(_TEXT, _NOBODY)))

    async def _sealed(self) -> str | None:
        row = await SealedCheck.select(SealedCheck.sealed).where(SealedCheck.id == _ROW).first()
        return None if row is None else str(row["sealed"])

    def _missing(self, secrets: Iterable[str]) -> list[str]:
        """Return the ids of the keys that the secrets are sealed with and that this process lacks."""
        return sorted({key_id_of(one) or "?" for one in secrets} - self._vault.key_ids)


async def _secrets() -> list[str]:
    rows = await Credential.select(Credential.secret, Credential.next_secret)
    return [one for row in rows for one in row.values() if one is not None]
