"""Certificates: statements of this installation that anybody can check with its public key.

Ed25519 (RFC 8032) over the document's canonical JSON: keys in order, no spaces. The private key is derived
from the master key, so it lasts as long as ENCRYPTION_KEY has that key.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from central.secrets.vault import Vault

__all__ = ["LONGEST_CERTIFICATE", "CertificateSigner", "verified"]

LONGEST_CERTIFICATE: Final = 1_048_576
"""Bytes of a certificate at most."""
_PURPOSE: Final = "certificates"
_INSTALLATION: Final = UUID(int=0)


class CertificateSigner:
    """Signs documents with the installation's key."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def sign(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the certificate: the JSON-like document, the public key and the signature, in base64."""
        key = Ed25519PrivateKey.from_private_bytes(self._vault.derive(_PURPOSE, _INSTALLATION).current)
        signature = key.sign(_canonical(document))
        return {
            "certificate": dict(document),
            "publicKey": _b64(key.public_key().public_bytes_raw()),
            "signature": _b64(signature),
        }

    def public_keys(self) -> tuple[str, ...]:
        """Return the public keys of all master keys, in base64; the first is that of new certificates."""
        derived = self._vault.derive(_PURPOSE, _INSTALLATION)
        keys = [derived.current, *(key for key in derived.values() if key != derived.current)]
        private = (Ed25519PrivateKey.from_private_bytes(key) for key in keys)
        return tuple(_b64(key.public_key().public_bytes_raw()) for key in private)


def verified(data: bytes, public_keys: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the document of a certificate that one of the keys has signed; None for any other data."""
    try:
        found = msgspec.json.decode(data, type=_Certificate)
        if found.public_key not in public_keys:
            return None
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(found.public_key, validate=True))
        key.verify(base64.b64decode(found.signature, validate=True), _canonical(found.certificate))
    except (msgspec.MsgspecError, ValueError, InvalidSignature):
        return None
    return found.certificate


class _Certificate(msgspec.Struct, rename="camel"):
    certificate: dict[str, Any]
    public_key: str
    signature: str


def _canonical(document: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(document, order="sorted")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
