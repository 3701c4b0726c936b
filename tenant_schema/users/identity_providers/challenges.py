"""Sign-ins in progress: what is remembered between sending the browser to a provider and its return."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tenant_schema.scope import TenantScope
from tenant_schema.users.identity_providers.errors import RefusalCode, SignInRefused
from tenant_schema.users.identity_providers.service import Seal
from tenant_schema.users.sign_in_tables import SignInChallenge

__all__ = ["LIFETIME", "Pending", "create_challenge", "take_challenge"]

LIFETIME: Final = timedelta(minutes=10)
_PURPOSE: Final = "oidc"
_LONGEST_STATE: Final = 200


class Pending(msgspec.Struct, frozen=True):
    """A sign-in in progress. ``browser_hash`` is a hash of the cookie of the browser that began it."""

    provider_id: UUID
    nonce: str
    verifier: str
    redirect_uri: str
    return_to: str
    browser_hash: str


async def create_challenge(
    scope: TenantScope, state: str, browser: str, pending: Pending, seal: Seal, now: datetime
) -> None:
    """Store a sign-in, and delete those that have expired. 2 statements."""
    await SignInChallenge.delete().where(SignInChallenge.expires_at < now)
    stored = msgspec.structs.replace(pending, browser_hash=_hash(browser))
    await SignInChallenge.insert(
        SignInChallenge(
            purpose=_PURPOSE,
            token_hash=_hash(state),
            data=seal(msgspec.json.encode(stored).decode(), scope.id),
            expires_at=now + LIFETIME,
        )
    )


async def take_challenge(
    scope: TenantScope, state: str, browser: str, unseal: Callable[[str, UUID], str], now: datetime
) -> Pending:
    """Return a sign-in and delete it: of two requests with one state, one succeeds. 1 statement.

    Raises :class:`SignInRefused` for an unknown or expired state, and for one of another browser.
    """
    refused = SignInRefused(RefusalCode.STATE_INVALID)
    if not 0 < len(state) <= _LONGEST_STATE:
        raise refused
    this = (SignInChallenge.token_hash == _hash(state)) & (SignInChallenge.purpose == _PURPOSE)
    columns = (SignInChallenge.data, SignInChallenge.expires_at)
    rows: list[dict[str, Any]] = await SignInChallenge.delete().where(this).returning(*columns)
    if not rows or rows[0]["expires_at"] <= now:
        raise refused
    pending = msgspec.json.decode(unseal(rows[0]["data"], scope.id), type=Pending)
    if not hmac.compare_digest(pending.browser_hash, _hash(browser)):
        raise refused
    return pending


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
