"""A provider's signing keys (RFC 7517): which of them verifies a token."""

from collections.abc import Mapping
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tenant_schema.users.oidc.errors import InvalidToken
from tenant_schema.users.oidc.id_token import Header

__all__ = ["KeySet"]

_MOST_KEYS: Final = 100
_KEPT: Final = ("kty", "kid", "alg", "crv", "n", "e", "x", "y")
_TYPES: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_SMALLEST_RSA: Final = 2_048


class KeySet:
    """The public signing keys of a provider. Symmetric ones and those for encryption are ignored."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        given = document.get("keys")
        self._keys = [
            {name: one[name] for name in _KEPT if name in one}
            for one in (given[:_MOST_KEYS] if isinstance(given, list) else ())
            if isinstance(one, dict) and one.get("kty") in _TYPES.values() and one.get("use", "sig") == "sig"
        ]

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, header: Header) -> jwt.PyJWK | None:
        """Return the key of a token; None if there is none. A token without a key id is verified by the only
        key of its type (OpenID Connect Core 1.0, section 10.1).

        Raises :class:`InvalidToken` if the key is malformed or too short.
        """
        found = [one for one in self._keys if _fits(one, header)]
        if len(found) != 1:
            return None
        try:
            key = jwt.PyJWK.from_dict(found[0], algorithm=header.alg)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise InvalidToken("The provider's signing key is malformed.") from None
        if isinstance(key.key, RSAPublicKey) and key.key.key_size < _SMALLEST_RSA:
            raise InvalidToken("The provider's signing key is too short.")
        return key


def _fits(key: Mapping[str, Any], header: Header) -> bool:
    is_of_type = key["kty"] == _TYPES[header.alg[:2]] and key.get("alg", header.alg) == header.alg
    return is_of_type and (header.kid is None or key.get("kid") == header.kid)
