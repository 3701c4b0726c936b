"""Secrets of browser sessions: what their cookies contain.

A secret is ``<key id>.<random>.<signature>``. The signature is made with a key of the tenant, so that another
tenant's secret, and an invented one, is refused without a statement. The session's row has a hash of the
random part.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Final
from uuid import UUID

from tenant_schema.scope import TenantScope
from tenant_schema.users.sign_in.access_tokens import SigningKeys

__all__ = ["SessionSecrets"]

_BYTES: Final = 32
_SHAPE: Final = re.compile(r"([A-Za-z0-9]{1,16})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})")


class SessionSecrets:
    """Creates and verifies the secrets of every tenant.

    :param keys_for: returns a tenant's keys for this purpose only.
    """

    __slots__ = ("_keys_for",)

    def __init__(self, keys_for: Callable[[UUID], SigningKeys]) -> None:
        self._keys_for = keys_for

    def create(self, scope: TenantScope) -> str:
        """Return a new secret of the tenant."""
        keys, random = self._keys_for(scope.id), secrets.token_urlsafe(_BYTES)
        return f"{keys.current_id}.{random}.{_signature(keys.keys[keys.current_id], random)}"

    def hash_of(self, scope: TenantScope, secret: str) -> str | None:
        """Return the hash that the session's row has; None for what is not a secret of the tenant."""
        match = _SHAPE.fullmatch(secret)
        if match is None:
            return None
        key_id, random, signature = match.groups()
        key = self._keys_for(scope.id).keys.get(key_id)
        if key is None or not hmac.compare_digest(_signature(key, random), signature):
            return None
        return hashlib.sha256(random.encode()).hexdigest()


def _signature(key: bytes, random: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, random.encode(), "sha256")).decode().rstrip("=")
