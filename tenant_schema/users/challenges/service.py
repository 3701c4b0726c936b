"""Challenges: sealed tokens that are valid in one tenant, for one purpose, for some minutes, once.

Issuing one writes nothing, so that requests without a sign-in cannot fill the table. What was used is
remembered until it expires.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from piccolo_engines.columns import utc_now
from piccolo_engines.errors import UniqueViolation
from tenant_schema.users.factor_errors import ChallengeInvalid
from tenant_schema.users.sign_in_tables import SignInChallenge

__all__ = ["Challenge", "Challenges"]

_GOOD_FOR: Final = timedelta(minutes=5)
_NONCE_BYTES: Final = 32
_LONGEST: Final = 4_096


class _Content(msgspec.Struct, frozen=True):
    """What is sealed in a token. ``expires_at`` is a Unix time."""

    purpose: str
    expires_at: int
    nonce: str
    user: UUID | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A valid challenge. ``value`` are 32 bytes for WebAuthn, which only this token has."""

    token: str
    purpose: str
    user_id: UUID | None
    expires_at: datetime

    @property
    def value(self) -> bytes:
        """The challenge that an authenticator signs."""
        return hashlib.sha256(b"webauthn\0" + self.token.encode()).digest()


class Challenges:
    """Issues and takes challenges.

    :param seal: encrypts a text for a tenant. :param open_sealed: decrypts it; None if it is no sealed text
        of this tenant.
    """

    def __init__(
        self,
        seal: Callable[[str, UUID], str],
        open_sealed: Callable[[str, UUID], str | None],
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._seal = seal
        self._open = open_sealed
        self._now = now

    def issue(self, tenant_id: UUID, purpose: str, user_id: UUID | None = None) -> Challenge:
        """Return a new challenge, valid for five minutes. No statement."""
        expires_at = (self._now() + _GOOD_FOR).replace(microsecond=0)
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        content = _Content(purpose, int(expires_at.timestamp()), nonce, user_id)
        token = self._seal(msgspec.json.encode(content).decode(), tenant_id)
        return Challenge(token, purpose, user_id, expires_at)

    def read(self, tenant_id: UUID, purpose: str, token: str) -> Challenge:
        """Return the challenge of a token, which may have been used. No statement.

        Raises ChallengeInvalid.
        """
        content = self._content(tenant_id, token)
        now = self._now()
        if content is None or content.purpose != purpose or content.expires_at <= now.timestamp():
            raise ChallengeInvalid
        expires_at = now + timedelta(seconds=content.expires_at - now.timestamp())
        return Challenge(token, purpose, content.user, expires_at)

    async def use(self, challenge: Challenge) -> None:
        """Mark a challenge as used, in the transaction of what it is used for. 2 statements.

        Raises ChallengeInvalid if it was used before.
        """
        table = SignInChallenge
        await table.delete().where(table.expires_at < self._now())
        digest = hashlib.sha256(challenge.token.encode()).hexdigest()
        row = table(
            purpose=challenge.purpose,
            token_hash=digest,
            user=challenge.user_id,
            expires_at=challenge.expires_at + timedelta(minutes=1),  # for processes whose clocks are behind
        )
        try:
            await table.insert(row)
        except UniqueViolation as error:
            raise ChallengeInvalid from error

    def _content(self, tenant_id: UUID, token: str) -> _Content | None:
        text = self._open(token, tenant_id) if len(token) <= _LONGEST and token.isascii() else None
        if text is None:
            return None
        try:
            return msgspec.json.decode(text.encode(), type=_Content)
        except msgspec.DecodeError:
            return None
