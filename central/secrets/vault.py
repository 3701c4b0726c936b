"""Vault: seals secrets for a tenant with AES-256-GCM, and derives signing keys from the same master keys.

A sealed secret is ``v1.<key id>.<base64url of nonce, ciphertext and tag>``. Its head and the tenant's id are
authenticated, so it can be opened only for the same tenant and key id. The master keys encrypt nothing
themselves: sealing uses one key derived from each, and :meth:`Vault.derive` returns others.
"""

import base64
import binascii
import secrets
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from central.errors import SealBroken, UnknownKey
from central.secrets.keys import KEY_BYTES, EncryptionKey

__all__ = ["DerivedKeys", "Vault", "key_id_of"]

_VERSION = "v1"
_NONCE_BYTES = 12
_TAG_BYTES = 16


class DerivedKeys(Mapping[str, bytes]):
    """Keys for one purpose and tenant, by master key id. Sign with the current one, verify with any."""

    __slots__ = ("_keys", "current_key_id")

    def __init__(self, keys: Mapping[str, bytes], current_key_id: str) -> None:
        self._keys = dict(keys)
        self.current_key_id = current_key_id

    @property
    def current(self) -> bytes:
        """The key to sign with."""
        return self._keys[self.current_key_id]

    def __getitem__(self, key_id: str) -> bytes:
        return self._keys[key_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"DerivedKeys(current_key_id={self.current_key_id!r}, key_ids={sorted(self._keys)})"


class Vault:
    """Seals with the first key and opens with any.

    To rotate, prepend a new key and :meth:`reseal` the secrets.
    """

    __slots__ = ("_ciphers", "_current", "_keys")

    def __init__(self, keys: Sequence[EncryptionKey]) -> None:
        """Raises :class:`ValueError` if ``keys`` is empty."""
        if not keys:
            raise ValueError("A vault needs at least one key.")
        self._keys = {key.id: key.secret for key in keys}
        self._ciphers = {key.id: AESGCM(_expand(key.secret, b"vault")) for key in keys}
        self._current = keys[0].id

    @property
    def current_key_id(self) -> str:
        """The id of the key that seals."""
        return self._current

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids of all keys that can open secrets."""
        return frozenset(self._keys)

    def seal(self, plaintext: str, tenant_id: UUID) -> str:
        """Encrypt for this tenant. Sealing the same text twice gives two different results."""
        head = f"{_VERSION}.{self._current}"
        nonce = secrets.token_bytes(_NONCE_BYTES)
        data = self._ciphers[self._current].encrypt(nonce, plaintext.encode(), _bound(head, tenant_id))
        return f"{head}.{_encode(nonce + data)}"

    def open(self, sealed: str, tenant_id: UUID) -> str:
        """Decrypt the result of :meth:`seal` for this tenant.

        Raises :class:`~central.errors.UnknownKey` when its key is not configured, and
        :class:`~central.errors.SealBroken` for any other failure, without details.
        """
        key_id, data = _parse(sealed)
        if key_id not in self._ciphers:
            raise UnknownKey(key_id)
        bound = _bound(f"{_VERSION}.{key_id}", tenant_id)
        try:
            return self._ciphers[key_id].decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound).decode()
        except (InvalidTag, UnicodeDecodeError):
            raise SealBroken from None

    def is_current(self, sealed: str) -> bool:
        """Whether the first key sealed this. If not, :meth:`reseal` is due."""
        return _parse(sealed)[0] == self._current

    def reseal(self, sealed: str, tenant_id: UUID) -> str:
        """Return the same secret sealed with the first key; unchanged if it already is."""
        plaintext = self.open(sealed, tenant_id)
        return sealed if self.is_current(sealed) else self.seal(plaintext, tenant_id)

    def derive(self, purpose: str, tenant_id: UUID) -> DerivedKeys:
        """Derive 32 bytes for this purpose and tenant from each master key. Deterministic.

        ``vault.derive("access-tokens", tenant.id).current`` signs; look the key up by its id to verify.
        """
        info = b"derive\0" + purpose.encode() + b"\0" + tenant_id.bytes
        return DerivedKeys({key_id: _expand(key, info) for key_id, key in self._keys.items()}, self._current)

    def __repr__(self) -> str:
        return f"Vault(current_key_id={self._current!r}, key_ids={sorted(self._keys)})"


def key_id_of(sealed: str) -> str | None:
    """Return the id of the key that sealed this; None if it is not a sealed secret."""
    try:
        return _parse(sealed)[0]
    except SealBroken:
        return None


def _expand(master: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"freehold/v1\0" + info).derive(master)


def _bound(head: str, tenant_id: UUID) -> bytes:
    return head.encode() + b"." + tenant_id.bytes


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _parse(sealed: str) -> tuple[str, bytes]:
    version, _, rest = sealed.partition(".")
    key_id, _, body = rest.partition(".")
    if version != _VERSION or not _is_key_id(key_id):
        raise SealBroken
    return key_id, _decode(body)


def _is_key_id(text: str) -> bool:
    return 1 <= len(text) <= 16 and text.isascii() and text.isalnum()


def _decode(body: str) -> bytes:
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken from None
    # A canonical encoding: spare bits at the end of the base64 text must be zero.
    if len(data) < _NONCE_BYTES + _TAG_BYTES or _encode(data) != body:
        raise SealBroken
    return data
