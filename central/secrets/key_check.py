"""KeyCheck: a sealed text in the central database that only the installation's own encryption keys open.

A process with other keys would serve as if all was well, and seal what nobody else can open: it stops here.
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
"""For whom it is sealed: no tenant has this id."""
_TEXT: Final = "The encryption key of this installation."


class KeyCheck:
    """Runs with ``CENTRAL`` bound."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def require(self) -> None:
        """Returns when the keys are this installation's.

        The first time the text is sealed under the first key, if all stored credentials are under keys that
        this process has. Raises :class:`~central.errors.WrongEncryptionKey` otherwise.
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
        """Under which key the text is; None when there is none yet."""
        sealed = await self._sealed()
        return None if sealed is None else key_id_of(sealed)

    async def reseal(self) -> None:
        """Put the text under the first key. Raises what :meth:`require` raises."""
        await self.require()
        sealed = await self._sealed()
        if sealed is not None:
            resealed = self._vault.reseal(sealed, _NOBODY)
            await SealedCheck.update({SealedCheck.sealed: resealed}).where(SealedCheck.id == _ROW)

    async def replace(self) -> None:
        """Seal the text anew under the first key, whatever it was under: the old key is lost."""
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
        """The ids of the keys that the secrets are under and this process has not."""
        return sorted({key_id_of(one) or "?" for one in secrets} - self._vault.key_ids)


async def _secrets() -> list[str]:
    rows = await Credential.select(Credential.secret, Credential.next_secret)
    return [one for row in rows for one in row.values() if one is not None]
