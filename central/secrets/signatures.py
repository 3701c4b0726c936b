"""Signed documents: what this installation states, verifiable by everyone who has its public key.

The key (Ed25519, RFC 8032) is derived from the first encryption key, so that it needs no storage, and changes
with it: keep the public key with the documents that it signed.
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from central.secrets.vault import Vault

__all__ = ["SignedDocument", "Signer", "is_genuine"]

_NOBODY: Final = UUID(int=0)


class SignedDocument(msgspec.Struct, frozen=True, rename="camel"):
    """A statement with its signature.

    :ivar statement: the JSON text that was signed, byte for byte.
    :ivar public_key: 32 bytes in hexadecimal.
    :ivar signature: 64 bytes in hexadecimal, of the statement in UTF-8.
    """

    statement: str
    public_key: str
    signature: str


class Signer:
    """Signs statements for one purpose."""

    def __init__(self, vault: Vault, purpose: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(vault.derive(purpose, _NOBODY).current)

    @property
    def public_key(self) -> str:
        """The key that verifies, 32 bytes in hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, statement: Any) -> SignedDocument:
        """Sign a statement, which is JSON-like or a Struct."""
        text = msgspec.json.encode(statement, order="sorted")
        return SignedDocument(text.decode(), self.public_key, self._key.sign(text).hex())


def is_genuine(document: SignedDocument, public_key: str) -> bool:
    """Whether the statement was signed by the owner of this key, in hexadecimal, and not changed since."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(document.signature), document.statement.encode())
    except (ValueError, InvalidSignature):
        return False
    return True
