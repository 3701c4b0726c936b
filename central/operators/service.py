"""Operators and their bearer tokens: creating, authenticating, revoking.

A token has 256 random bits, so storing its plain SHA-256 is safe: it cannot be guessed. The caller binds
:data:`central.database.CENTRAL`.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from central.database import CENTRAL
from central.errors import InvalidOperatorName, OperatorNotFound, OperatorTaken, TokenNotFound
from central.tables import Operator, OperatorToken
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError, UniqueViolation
from piccolo_engines.sort_keys import sort_key

__all__ = [
    "FIRST_OPERATOR",
    "TOKEN_PREFIX",
    "NewToken",
    "OperatorRecord",
    "OperatorRef",
    "Operators",
    "TokenRecord",
    "hash_of",
]

TOKEN_PREFIX = "fho_"  # noqa: S105 - a fixed prefix lets scanners find leaked tokens
FIRST_OPERATOR = "operator"

_LONGEST_NAME = 100
_LONGEST_TOKEN = 200
_HINT_LENGTH = len(TOKEN_PREFIX) + 4
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_VALIDITY = (OperatorToken.expires_at, OperatorToken.revoked_at, OperatorToken.operator.active)


@dataclass(frozen=True, slots=True)
class OperatorRef:
    """An authenticated operator."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """A new token. ``token`` is available here only; the database has its hash."""

    operator: OperatorRef
    token_id: UUID
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as operators see it; ``hint`` is its first characters."""

    id: UUID
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """An operator and all of their tokens, oldest first."""

    id: UUID
    name: str
    active: bool
    created_at: datetime
    tokens: tuple[TokenRecord, ...]


class Operators:
    """Manages operators. Nothing is cached.

    A revoked token is refused from the next request on, by all processes.
    """

    def __init__(self, *, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now

    async def create(self, name: str, *, expires_at: datetime | None = None) -> NewToken:
        """Create an operator with a first token.

        Raises :class:`~central.errors.OperatorTaken` and :class:`~central.errors.InvalidOperatorName`.
        """
        return await self._create(_parse_name(name), _new_token(), expires_at)

    async def issue(self, name: str, *, expires_at: datetime | None = None) -> NewToken:
        """Create another token for an operator. Reactivates an inactive operator.

        Raises :class:`~central.errors.OperatorNotFound`.
        """
        async with CENTRAL.transaction():
            ref = await self._find(name)
            await Operator.update({Operator.active: True}).where(Operator.id == ref.id)
            return await _insert_token(ref, _new_token(), expires_at)

    async def authenticate(self, token: str | None) -> OperatorRef | None:
        """Return the operator of this token, or None.

        It is None if the token is unknown, expired or revoked, or if its operator is inactive. Runs one
        statement, and at most once a minute per token another one to record its use.
        """
        if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
            return None
        token_hash = hash_of(token)
        row = await _find_token(token_hash)
        # The index compared hashes, so its timing reveals little; this comparison reveals nothing.
        if row is None or not hmac.compare_digest(row["token_hash"], token_hash) or not self._is_good(row):
            return None
        await self._note_use(row)
        return OperatorRef(row["operator.id"], row["operator.name"])

    async def named(self, name: str) -> OperatorRef:
        """Return the operator with this name.

        Raises :class:`~central.errors.OperatorNotFound`.
        """
        return await self._find(name)

    async def is_still_authorised(self, operator_id: UUID, since: datetime) -> bool:
        """Whether the operator is active and has a valid token, and none was revoked since that time. Runs
        one statement.

        What was begun with a token that somebody else had ends when that token is revoked.
        """
        rows = await OperatorToken.select(*_VALIDITY).where(OperatorToken.operator == operator_id)
        is_revoked = any(row["revoked_at"] is not None and row["revoked_at"] >= since for row in rows)
        return not is_revoked and any(self._is_good(row) for row in rows)

    async def revoke(self, name: str) -> None:
        """Deactivate the operator and revoke all of their tokens.

        Raises :class:`~central.errors.OperatorNotFound`.
        """
        async with CENTRAL.transaction():
            ref = await self._find(name)
            await Operator.update({Operator.active: False}).where(Operator.id == ref.id)
            await self._revoke_where(OperatorToken.operator == ref.id)

    async def revoke_token(self, token_id: UUID) -> None:
        """Revoke one token. Repeating it changes nothing.

        Raises :class:`~central.errors.TokenNotFound`.
        """
        if not await OperatorToken.exists().where(OperatorToken.id == token_id):
            raise TokenNotFound(token_id)
        await self._revoke_where(OperatorToken.id == token_id)

    async def list(self) -> tuple[OperatorRecord, ...]:
        """Return all operators by name, with their tokens, in two statements."""
        operators = sorted(await Operator.select(), key=lambda one: sort_key(one["name"]) or b"")
        tokens = await OperatorToken.select(exclude_secrets=True).order_by(OperatorToken.id)
        return tuple(_operator_record(operator, tokens) for operator in operators)

    async def ensure_first_operator(self, token: str | None = None) -> str | None:
        """Create the first operator if there is none.

        Returns a generated token, which must be shown once, or None.

        With a configured ``token`` none is generated: the first operator gets it, also at a later start if it
        is new. A revoked token stays revoked. Several processes may call this at the same time.
        """
        try:
            async with CENTRAL.transaction():
                if await Operator.exists():
                    await self._adopt(token)
                    return None
                created = await self._create(FIRST_OPERATOR, token or _new_token(), None)
        except (OperatorTaken, UniqueViolation):
            return None  # another process was first
        return None if token else created.token

    async def _adopt(self, token: str | None) -> None:
        if not token:
            return
        first = await Operator.select().where(Operator.name == FIRST_OPERATOR).first()
        if first and first["active"] and await _find_token(hash_of(token)) is None:
            await _insert_token(OperatorRef(first["id"], first["name"]), token, None)

    async def _create(self, name: str, token: str, expires_at: datetime | None) -> NewToken:
        operator = Operator(name=name)
        async with CENTRAL.transaction():
            try:
                await Operator.insert(operator)
            except UniqueViolation:
                raise OperatorTaken(name) from None
            return await _insert_token(OperatorRef(operator.id, name), token, expires_at)

    async def _find(self, name: str) -> OperatorRef:
        row = await Operator.select(Operator.id, Operator.name).where(Operator.name == name).first()
        if row is None:
            raise OperatorNotFound(name)
        return OperatorRef(row["id"], row["name"])

    def _is_good(self, row: dict[str, Any]) -> bool:
        is_in_time = row["expires_at"] is None or self._now() < row["expires_at"]
        return is_in_time and row["revoked_at"] is None and bool(row["operator.active"])

    async def _note_use(self, row: dict[str, Any]) -> None:
        now = self._now()
        if row["last_used_at"] is not None and now - row["last_used_at"] < _USE_IS_NOTED_EVERY:
            return
        with suppress(DatabaseError):  # failing to record the use is no reason to refuse a valid token
            await OperatorToken.update({OperatorToken.last_used_at: now}).where(OperatorToken.id == row["id"])

    async def _revoke_where(self, condition: Any) -> None:
        live = OperatorToken.revoked_at.is_null()
        await OperatorToken.update({OperatorToken.revoked_at: self._now()}).where(condition & live)


async def _insert_token(operator: OperatorRef, token: str, expires_at: datetime | None) -> NewToken:
    row = OperatorToken(
        operator=operator.id, token_hash=hash_of(token), hint=_hint(token), expires_at=expires_at
    )
    await OperatorToken.insert(row)
    return NewToken(operator, row.id, token)


async def _find_token(token_hash: str) -> dict[str, Any] | None:
    operator = OperatorToken.operator
    columns = (*OperatorToken.all_columns(), operator.id, operator.name, operator.active)
    row: dict[str, Any] | None = (
        await OperatorToken.select(*columns).where(OperatorToken.token_hash == token_hash).first()
    )
    return row


def _operator_record(operator: dict[str, Any], tokens: list[dict[str, Any]]) -> OperatorRecord:
    return OperatorRecord(
        operator["id"],
        operator["name"],
        operator["active"],
        operator["created_at"],
        tuple(_token_record(token) for token in tokens if token["operator"] == operator["id"]),
    )


def _token_record(token: dict[str, Any]) -> TokenRecord:
    names = ("id", "hint", "created_at", "expires_at", "last_used_at", "revoked_at")
    return TokenRecord(**{name: token[name] for name in names})


def _parse_name(name: str) -> str:
    name = unicodedata.normalize("NFC", name.strip()[: 4 * _LONGEST_NAME + 1])  # four compose to one, at most
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InvalidOperatorName(name)
    return name


def _new_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def _hint(token: str) -> str:
    """Return the first characters of a token. Reveals nothing of a configured one, which may be short."""
    return token[:_HINT_LENGTH] if token.startswith(TOKEN_PREFIX) else "OPERATOR_TOKEN"


def hash_of(token: str) -> str:
    """Return the SHA-256 that is stored for a token or another secret of 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
