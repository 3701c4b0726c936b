"""FirstTenantLinks: who may create the first tenant of an installation without an operator's token."""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from central.errors import FirstTenantLinkInvalid
from central.secrets.vault import Vault
from piccolo_engines.columns import utc_now

__all__ = ["FirstTenantLinks"]

_PREFIX: Final = "fhw_"
_VALID_FOR: Final = timedelta(hours=24)
_INSTALLATION: Final = UUID(int=0)
_SHAPE: Final = re.compile(r"fhw_([A-Za-z0-9]{1,16})\.([0-9]{10})\.([A-Za-z0-9_-]{43})")


class FirstTenantLinks:
    """Tokens that admit the creation of the first tenant. Valid for 24 hours, while there is no tenant."""

    def __init__(self, vault: Vault, now: Callable[[], datetime] = utc_now) -> None:
        self._vault = vault
        self._now = now

    def create(self) -> str:
        """Return a new token."""
        keys = self._vault.derive("first-tenant", _INSTALLATION)
        expires = f"{int((self._now() + _VALID_FOR).timestamp()):010}"
        return f"{_PREFIX}{keys.current_key_id}.{expires}.{_signature(keys.current, expires)}"

    def require(self, token: str) -> None:
        """Raise FirstTenantLinkInvalid unless the token is one of this installation and has not expired."""
        match = _SHAPE.fullmatch(token)
        if match is None:
            raise FirstTenantLinkInvalid
        key_id, expires, signature = match.groups()
        key = dict(self._vault.derive("first-tenant", _INSTALLATION)).get(key_id)
        if key is None or not hmac.compare_digest(_signature(key, expires), signature):
            raise FirstTenantLinkInvalid
        if datetime.fromtimestamp(int(expires), UTC) <= self._now():
            raise FirstTenantLinkInvalid


def _signature(key: bytes, expires: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, expires.encode(), "sha256")).decode().rstrip("=")
