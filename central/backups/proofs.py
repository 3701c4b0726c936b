"""Proofs: signed statements that a backup was restored and had the contents that it was taken of.

HMAC-SHA256 with a key derived for the tenant. A copy lies in the store beside the archive, so that an
installation that has lost its central database knows which backups were proved.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from central.backups.deletion_marks import DeletionMark
from central.secrets.vault import Vault

__all__ = ["LONGEST", "Proof", "ProofSigner"]

LONGEST: Final = 8_192
"""Bytes of a proof at most."""
_PURPOSE: Final = "backup-proofs"
_DELETIONS: Final = "deletion-marks"


class Proof(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was proved.

    :ivar bytes: the size of the archive. :ivar sha256: of its bytes, as they were read from the store.
    :ivar digest: of its contents. :ivar engine: the kind of server that it was restored on.
    """

    backup: UUID
    tenant: UUID
    taken_at: datetime
    proven_at: datetime
    digest: str
    rows: int
    bytes: int
    sha256: str
    engine: str
    version: str


class _SignedMark(msgspec.Struct, frozen=True):
    """As :class:`_Signed`."""

    deletion: msgspec.Raw
    key: str
    signature: str


class _Signed(msgspec.Struct, frozen=True):
    """``key`` is the id of the master key that the signing key is derived from."""

    proof: msgspec.Raw
    key: str
    signature: str


class ProofSigner:
    """Signs proofs, and checks them with any configured key."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def sign(self, proof: Proof) -> str:
        """Return the proof with its signature, as JSON."""
        keys = self._vault.derive(_PURPOSE, proof.tenant)
        encoded = msgspec.json.encode(proof)
        signature = _mac(keys.current, encoded)
        signed = _Signed(msgspec.Raw(encoded), keys.current_key_id, signature)
        return msgspec.json.encode(signed).decode()

    def verify(self, text: str | bytes, tenant_id: UUID, backup: UUID) -> Proof | None:
        """Return the proof of this backup; None if it is another's, or not signed by this installation."""
        try:
            signed = msgspec.json.decode(text, type=_Signed)
            proof = msgspec.json.decode(signed.proof, type=Proof)
        except msgspec.MsgspecError:
            return None
        key = self._vault.derive(_PURPOSE, tenant_id).get(signed.key)
        if key is None or not hmac.compare_digest(_mac(key, bytes(signed.proof)), signed.signature):
            return None
        return proof if (proof.tenant, proof.backup) == (tenant_id, backup) else None

    def sign_deletion(self, mark: DeletionMark) -> str:
        """Return the mark with its signature, as JSON."""
        keys = self._vault.derive(_DELETIONS, mark.tenant)
        encoded = msgspec.json.encode(mark)
        signed = _SignedMark(msgspec.Raw(encoded), keys.current_key_id, _mac(keys.current, encoded))
        return msgspec.json.encode(signed).decode()

    def verify_deletion(self, text: str | bytes, tenant_id: UUID) -> DeletionMark | None:
        """Return the mark of this tenant; None if it is another's, or not signed by this installation."""
        try:
            signed = msgspec.json.decode(text, type=_SignedMark)
            mark = msgspec.json.decode(signed.deletion, type=DeletionMark)
        except msgspec.MsgspecError:
            return None
        key = self._vault.derive(_DELETIONS, tenant_id).get(signed.key)
        if key is None or not hmac.compare_digest(_mac(key, bytes(signed.deletion)), signed.signature):
            return None
        return mark if mark.tenant == tenant_id else None


def _mac(key: bytes, data: bytes) -> str:
    return hmac.new(key, data, hashlib.sha256).hexdigest()
